"""Films and series as boxes ask for them, over a library that a test fills."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.domain.library import Season, Title, TitleKind
from rightcast.domain.lineup import Line, LineStatus
from rightcast.edge.interfaces.stalker_library import library_answer
from rightcast.formats import stalker
from tests.edge.fake_pages import page_of
from tests.edge.station import LONG_AGO

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightcast.edge.library_port import Wanted

ANNA = Line(id=1, name="anna", secret_digest="", status=LineStatus.ACTIVE, package_ids=(3,), territory="IT",
            created=LONG_AGO)  # fmt: skip


class FakeLibrary:
    """Twenty films in two categories and one series, for anna only."""

    def categories(self, line: Line, kind: TitleKind) -> Sequence[tuple[int, str]]:
        return [(1, "Drama"), (2, "Comedy")] if kind is TitleKind.FILM and line is ANNA else []

    def titles(self, line: Line, kind: TitleKind) -> Sequence[Title]:
        if kind is TitleKind.SERIES:
            return [Title(id=50, kind=kind, name="Long story", category_id=9)]
        names = [f"Film {chr(ord('a') + 19 - number)}" for number in range(20)]
        return [Title(id=key, kind=kind, name=name, category_id=1 + key % 2) for key, name in enumerate(names)]

    async def page(self, line: Line, kind: TitleKind, wanted: Wanted) -> tuple[Sequence[Title], int]:
        return page_of(self.titles(line, kind), wanted)

    def title(self, line: Line, kind: TitleKind, title_id: int) -> Title | None:
        return next((one for one in self.titles(line, kind) if one.id == title_id), None)

    def seasons(self, line: Line, series_id: int) -> Sequence[Season]:
        return [Season(number=1, episodes=(1, 2)), Season(number=2, episodes=(1,))]


def asked(kind: str, action: str = "get_ordered_list", **fields: str) -> Any:
    return asyncio.run(library_answer(FakeLibrary(), ANNA, (kind, action), fields))


def test_films_come_in_pages_by_category_search_and_name() -> None:
    assert [one.id for one in asked("vod", "get_categories")] == ["*", "1001", "1002"]
    first, second = asked("vod", p="1"), asked("vod", p="2")
    assert (first.total_items, len(first.data), len(second.data)) == (20, 14, 6)
    assert asked("vod", category="1001").total_items == 10
    assert [one.name for one in asked("vod", search="FILM b").data] == ["Film b"]
    assert [one.name for one in asked("vod", sortby="name").data][:2] == ["Film a", "Film b"]
    assert asked("vod", fav="1").data == asked("vod", category="10").data == []


def test_a_series_has_seasons_with_numbers_of_episodes() -> None:
    (show,) = asked("series", category="*").data
    assert (show.name, show.series) == ("Long story", ())
    seasons = asked("series", movie_id=show.id).data
    assert [(one.id, one.series, one.is_season) for one in seasons] == [("50:1", (1, 2), 1), ("50:2", (1,), 1)]


@pytest.mark.parametrize("series", ["51", "x", "-1", "9" * 40, "٣"])
def test_a_series_that_there_is_not_has_no_seasons(series: str) -> None:
    assert asked("series", movie_id=series).data == []


@given(st.sampled_from(["vod", "series"]), st.dictionaries(
    st.sampled_from(["category", "genre", "p", "search", "sortby", "fav", "movie_id"]), st.text(max_size=20)
))  # fmt: skip
def test_any_fields_give_a_page(kind: str, fields: dict[str, str]) -> None:
    page = asked(kind, **fields)
    assert isinstance(page, stalker.Page)
    assert len(page.data) <= stalker.PAGE_ROWS
