"""Films and series in player_api.php, from a library that a test made: every type that apps insist on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from rightcast.contract.catalogue import Kind
from rightcast.domain.library import Episode, Season, Title, TitleKind
from rightcast.domain.lineup import LineStatus
from tests.edge.fake_pages import page_of
from tests.edge.station import TestStation
from tests.edge.test_decisions import applied

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from rightcast.contract.station import StationSettings
    from rightcast.domain.lineup import Line
    from rightcast.edge.library_port import Wanted
    from tests.edge.fake_headend import FakeHeadend

LOGIN = "username=anna&password=sesame"
FILM = Title(
    id=31, kind=TitleKind.FILM, name="Night", category_id=4, added=1764000000, year="1999", stars="7.5/10",
    length_s=5_430, description="Rain.", actors=("A", "B"), extension="mkv", release_date="1999-05-01",
    bitrate_bps=4_000_000,
)  # fmt: skip
BARE = Title(id=32, kind=TitleKind.FILM, name="", category_id=5)
SERIES = Title(id=41, kind=TitleKind.SERIES, name="Days", category_id=6, added=1764000001, stars="6.6")
EPISODES = (
    Episode(id=501, season=1, number=1, name="One", added=1764000000),
    Episode(id=502, season=1, number=2, length_s=61),
    Episode(id=503, season=2, number=1, name="Three"),
)


class FakeLibrary:
    """Two films and a series."""

    def mark(self, line: Line) -> str:
        return "first"

    def categories(self, line: Line, kind: TitleKind) -> Sequence[tuple[int, str]]:
        return ((4, "Drama"), (5, "Comedy")) if kind is TitleKind.FILM else ((6, "Soaps"),)

    def titles(self, line: Line, kind: TitleKind) -> Sequence[Title]:
        return (FILM, BARE) if kind is TitleKind.FILM else (SERIES,)

    async def page(self, line: Line, kind: TitleKind, wanted: Wanted) -> tuple[Sequence[Title], int]:
        return page_of(self.titles(line, kind), wanted)

    def title(self, line: Line, kind: TitleKind, title_id: int) -> Title | None:
        return next((one for one in self.titles(line, kind) if one.id == title_id), None)

    def seasons(self, line: Line, series_id: int) -> Sequence[Season]:
        return ()

    def episodes(self, line: Line, series_id: int) -> Sequence[Episode]:
        return EPISODES if series_id == SERIES.id else ()


@pytest.fixture
async def stocked(settings: StationSettings, headend: FakeHeadend) -> AsyncIterator[TestStation]:
    running = TestStation(settings, headend, library=FakeLibrary())
    await running.start()
    yield running
    await running.stop()


async def ask(station: TestStation, action: str, **more: str) -> Any:
    extra = "".join(f"&{key}={value}" for key, value in more.items())
    return (await station.get(f"/player_api.php?{LOGIN}&action={action}{extra}")).json()


def types(row: dict[str, Any]) -> dict[str, str]:
    return {key: type(value).__name__ for key, value in row.items()}


async def test_films_have_the_types_that_apps_insist_on(stocked: TestStation) -> None:
    first, second = await ask(stocked, "get_vod_streams")
    assert types(first) == types(second) == {
        "num": "int", "name": "str", "title": "str", "year": "str", "stream_type": "str", "stream_id": "int",
        "stream_icon": "str", "rating": "str", "rating_5based": "float", "added": "str", "is_adult": "str",
        "category_id": "str", "category_ids": "list", "container_extension": "str", "custom_sid": "str",
        "direct_source": "str", "plot": "str", "cast": "str", "director": "str", "genre": "str",
        "release_date": "str", "youtube_trailer": "str", "episode_run_time": "int",
    }  # fmt: skip
    assert (first["rating"], first["rating_5based"], first["container_extension"]) == ("7.5", 3.8, "mkv")
    assert second["name"]
    assert [one["stream_id"] for one in await ask(stocked, "get_vod_streams", category_id="5")] == [32]
    assert [one["category_id"] for one in await ask(stocked, "get_vod_categories")] == ["4", "5"]


async def test_a_film_is_told_in_two_parts(stocked: TestStation) -> None:
    told = await ask(stocked, "get_vod_info", vod_id="31")
    assert list(told) == ["info", "movie_data"]
    assert (told["info"]["duration"], told["info"]["duration_secs"]) == ("01:30:30", 5430)
    assert told["info"]["backdrop_path"] == []
    assert (told["movie_data"]["stream_id"], told["movie_data"]["container_extension"]) == (31, "mkv")


async def test_series_have_the_types_that_apps_insist_on(stocked: TestStation) -> None:
    (row,) = await ask(stocked, "get_series")
    assert (row["series_id"], row["rating"], row["episode_run_time"]) == (41, "7", "0")
    assert (row["cover"], row["last_modified"], row["backdrop_path"]) == ("", "1764000001", [])
    assert row["releaseDate"] == row["release_date"] == ""
    assert await ask(stocked, "get_series_categories") == [
        {"category_id": "6", "category_name": "Soaps", "parent_id": 0}
    ]


async def test_episodes_stand_under_their_season_as_a_string(stocked: TestStation) -> None:
    told = await ask(stocked, "get_series_info", series_id="41")
    assert list(told) == ["seasons", "info", "episodes"]
    assert [(one["season_number"], one["episode_count"]) for one in told["seasons"]] == [(1, 2), (2, 1)]
    assert all(isinstance(one["cover"], str) and isinstance(one["cover_big"], str) for one in told["seasons"])
    assert {key: [one["id"] for one in rows] for key, rows in told["episodes"].items()} == {
        "1": ["501", "502"], "2": ["503"],
    }  # fmt: skip
    second = told["episodes"]["1"][1]
    assert (second["title"], second["info"]["duration"]) == ("Episode 2", "00:01:01")
    assert isinstance(second["info"], dict)
    assert told["info"]["name"] == "Days"


async def test_unknown_titles_have_the_empty_shapes_that_apps_test_for(stocked: TestStation) -> None:
    for wanted in ("99", "", "x"):
        assert await ask(stocked, "get_vod_info", vod_id=wanted) == {"info": [], "movie_data": []}
        assert await ask(stocked, "get_series_info", series_id=wanted) == {
            "seasons": [], "info": {"name": None}, "episodes": {},
        }  # fmt: skip


async def test_a_line_that_may_not_watch_sees_no_titles(stocked: TestStation) -> None:
    await applied(stocked, stocked.publish(Kind.LINE, 1, replace(stocked.line, status=LineStatus.DISABLED)))
    assert await ask(stocked, "get_vod_streams") == []
    assert await ask(stocked, "get_series") == []
