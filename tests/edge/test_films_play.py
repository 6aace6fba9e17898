"""Films and episodes at their addresses: whole, in ranges, under a screen and a right, and cut when that goes."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from rightcast.contract.catalogue import Kind
from rightcast.domain.library import Collection, Episode, HeldEpisode, Holding, MediaFile, Title, TitleKind
from rightcast.domain.lineup import LineStatus, Package
from rightcast.domain.rights import Bounds, RightStatus
from rightcast.domain.takedown import Takedown
from tests.edge.station import LONG_AGO, TestStation, eventually

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from typing import Any

    from rightcast.contract.station import StationSettings
    from tests.edge.fake_headend import FakeHeadend

SIZE = 3_000_001
LONG_S = 4_000.0
"""So long that the pace holds most of it back."""


class Cinema(TestStation):
    """A station with a film of three megabytes, one that takes an hour to watch, and a series."""

    __test__ = False

    def publish_world(self) -> None:
        super().publish_world()
        folder = self.settings.library
        folder.mkdir(parents=True, exist_ok=True)
        self.film = os.urandom(SIZE)
        (folder / "film-21-ab.mp4").write_bytes(self.film)
        with (folder / "film-22-cd.mp4").open("wb") as file:
            file.truncate(200_000_000)
        (folder / "film-21-ab.jpg").write_bytes(b"\xff\xd8poster")
        self.publish(Kind.COLLECTION, 4, Collection(id=4, name="Films"))
        self.publish(Kind.PACKAGE, 3, Package(id=3, name="Basic", lineup_ids=(2,), collection_ids=(4,)))
        self.cleared = replace(self.right, id=6, channel_ids=(), collection_ids=(4,))
        self.publish(Kind.RIGHT, 6, self.cleared)
        self.holdings = {
            21: Holding(
                title=Title(id=21, kind=TitleKind.FILM, name="The Sea", category_id=4),
                file=MediaFile(name="film-21-ab.mp4", size_bytes=SIZE, length_s=5.0),
                poster="film-21-ab.jpg",
            ),
            22: Holding(
                title=Title(id=22, kind=TitleKind.FILM, name="Long", category_id=4),
                file=MediaFile(name="film-22-cd.mp4", size_bytes=200_000_000, length_s=LONG_S),
            ),
            23: Holding(
                title=Title(id=23, kind=TitleKind.SERIES, name="Waves", category_id=4),
                episodes=(
                    HeldEpisode(
                        episode=Episode(id=31, season=1, number=1),
                        file=MediaFile(name="film-21-ab.mp4", size_bytes=SIZE, length_s=5.0),
                    ),
                ),
            ),
        }
        for key, holding in self.holdings.items():
            self.publish(Kind.TITLE, key, holding)

    @property
    def running(self) -> int:
        return len(self.edge.viewings)


@pytest.fixture
async def cinema(settings: StationSettings, headend: FakeHeadend) -> AsyncIterator[Cinema]:
    made = Cinema(settings, headend)
    await made.start()
    await eventually(lambda: made.edge.replica.titles.find(23) is not None)
    yield made
    await made.stop()


class Watching:
    """A player that has begun a film and read its head and some of it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def begin(cls, station: Cinema, path: str, agent: str = "tv") -> Watching:
        reader, writer = await asyncio.open_connection("127.0.0.1", station.edge.port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nUser-Agent: {agent}\r\n\r\n".encode())
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
        assert head.startswith(b"HTTP/1.1 200"), head
        await asyncio.wait_for(reader.readexactly(100_000), 5)
        return cls(reader, writer)

    async def until_cut(self) -> None:
        async def read() -> None:
            try:
                while await self.reader.read(1 << 20):
                    pass
            except ConnectionError:
                pass

        await asyncio.wait_for(read(), 5)


LONG = "/movie/anna/sesame/22.mp4"


async def test_a_film_comes_whole_and_in_ranges(cinema: Cinema) -> None:
    whole = await cinema.get("/movie/anna/sesame/21.mp4")
    assert (whole.status, whole.headers["content-type"], whole.body == cinema.film) == (200, "video/mp4", True)
    part = await cinema.get("/movie/anna/sesame/21.mkv", headers={"Range": "bytes=1000-1999"})
    assert (part.status, part.body) == (206, cinema.film[1000:2000])
    assert part.headers["content-range"] == f"bytes 1000-1999/{SIZE}"
    tail = await cinema.get("/movie/anna/sesame/21.mp4", headers={"Range": "bytes=-10"})
    assert tail.body == cinema.film[-10:]
    beyond = await cinema.get("/movie/anna/sesame/21.mp4", headers={"Range": f"bytes={SIZE}-"})
    assert (beyond.status, beyond.headers["content-range"]) == (416, f"bytes */{SIZE}")


async def test_an_episode_is_found_by_its_own_id(cinema: Cinema) -> None:
    assert (await cinema.get("/series/anna/sesame/31.mp4")).body == cinema.film
    assert (await cinema.get("/series/anna/sesame/21.mp4")).status == 404


async def test_a_head_tells_the_size_and_takes_no_screen(cinema: Cinema) -> None:
    reply = await cinema.get("/movie/anna/sesame/21.mp4", method="HEAD")
    assert (reply.status, reply.headers["content-length"], cinema.running) == (200, str(SIZE), 0)


@pytest.mark.parametrize(
    ("path", "status", "reason"),
    [
        ("/movie/anna/wrong/21.mp4", 401, "wrong-secret"),
        ("/movie/anna/sesame/99.mp4", 404, "unknown-title"),
        ("/movie/anna/sesame/x.mp4", 404, "unknown-title"),
        ("/movie/anna/sesame/23.mp4", 404, "unknown-title"),
        ("/movie/anna/sesame", 404, "unknown-title"),
    ],
)
async def test_what_is_not_there_is_said_with_a_reason(cinema: Cinema, path: str, status: int, reason: str) -> None:
    reply = await cinema.get(path)
    assert (reply.status, reply.headers["x-rightcast-reason"]) == (status, reason)


async def test_a_player_that_seeks_uses_one_screen(cinema: Cinema) -> None:
    first = await Watching.begin(cinema, LONG)
    second = await Watching.begin(cinema, LONG)
    assert cinema.running == 1
    other = await cinema.get("/movie/anna/sesame/21.mp4", headers={"User-Agent": "another"})
    assert other.headers["x-rightcast-reason"] == "too-many-sessions"
    for one in (first, second):
        one.writer.close()


async def test_a_film_is_not_sent_much_faster_than_it_is_watched(cinema: Cinema) -> None:
    watching = await Watching.begin(cinema, LONG)
    (viewer,) = cinema.edge.films.delivery.viewers
    drained = asyncio.create_task(watching.until_cut())
    await eventually(lambda: viewer.held)
    assert viewer.bytes_sent < 200_000_000 / LONG_S * 150
    watching.writer.close()
    drained.cancel()


async def ended_by(cinema: Cinema, kind: Kind, key: int, record: Any, reason: str) -> None:
    watching = await Watching.begin(cinema, LONG)
    cinema.publish(kind, key, record)
    await watching.until_cut()
    assert cinema.edge.admission.recent[-1].reason == reason
    assert cinema.running == 0


async def test_a_film_is_cut_when_its_right_is_withdrawn(cinema: Cinema) -> None:
    await ended_by(
        cinema, Kind.RIGHT, 6, replace(cinema.cleared, status=RightStatus.WITHDRAWN), "carriage-right-withdrawn"
    )


@pytest.mark.parametrize("scope", [{"title_ids": frozenset({22})}, {"territories": frozenset({"IT"})}])
async def test_a_film_is_cut_when_it_is_taken_down(cinema: Cinema, scope: dict[str, Any]) -> None:
    await ended_by(cinema, Kind.TAKEDOWN, 7, Takedown(id=7, begins=LONG_AGO, **scope), "taken-down")
    for headers in ({}, {"Range": "bytes=1000-1999"}):
        reply = await cinema.get(LONG, headers=headers)
        assert (reply.status, reply.headers["x-rightcast-reason"]) == (403, "taken-down")


async def test_what_is_of_a_title_that_was_taken_down_is_dark_with_it(cinema: Cinema) -> None:
    assert (await cinema.get("/library/film-21-ab.jpg")).status == 200
    down = Takedown(id=7, begins=LONG_AGO, title_ids=frozenset({21, 23}))
    number = cinema.publish(Kind.TAKEDOWN, 7, down)
    await eventually(lambda: cinema.edge.replica.revision >= number)
    assert (await cinema.get("/library/film-21-ab.jpg")).status == 403
    for path in ("/movie/anna/sesame/21.mp4", "/series/anna/sesame/31.mp4"):
        assert (await cinema.get(path)).headers["x-rightcast-reason"] == "taken-down"


async def test_a_film_is_cut_when_it_is_taken_out_of_apps(cinema: Cinema) -> None:
    await ended_by(cinema, Kind.TITLE, 22, None, "unknown-title")


async def test_a_film_is_cut_when_its_line_is_disabled(cinema: Cinema) -> None:
    await ended_by(cinema, Kind.LINE, 1, replace(cinema.line, status=LineStatus.DISABLED), "line-disabled")


async def test_a_film_is_cut_when_its_collection_leaves_the_package(cinema: Cinema) -> None:
    await ended_by(cinema, Kind.PACKAGE, 3, Package(id=3, name="Basic", lineup_ids=(2,)), "not-in-package")


async def test_another_title_that_changes_leaves_a_film_alone(cinema: Cinema) -> None:
    watching = await Watching.begin(cinema, LONG)
    number = cinema.publish(Kind.TITLE, 21, None)
    await eventually(lambda: cinema.edge.replica.revision >= number)
    assert cinema.running == 1
    watching.writer.close()


async def test_posters_are_there_for_everybody_and_nothing_else_is(cinema: Cinema) -> None:
    poster = await cinema.get("/library/film-21-ab.jpg")
    assert (poster.status, poster.body, poster.headers["content-type"]) == (200, b"\xff\xd8poster", "image/jpeg")
    assert (
        await cinema.get("/library/film-21-ab.jpg", headers={"If-None-Match": poster.headers["etag"]})
    ).status == 304
    for name in ("film-21-ab.mp4", "..%2f..%2fkeys%2fstation.key", "none.jpg"):
        assert (await cinema.get(f"/library/{name}")).status == 404


async def test_apps_list_films_with_posters_of_this_edge(cinema: Cinema) -> None:
    rows = (await cinema.get("/player_api.php?username=anna&password=sesame&action=get_vod_streams")).json()
    icons = {row["name"]: row["stream_icon"] for row in rows}
    assert icons["The Sea"].startswith("http://")
    assert icons["The Sea"].endswith("/library/film-21-ab.jpg")


async def test_a_film_is_refused_where_its_right_lets_nobody_watch(cinema: Cinema) -> None:
    bounded = replace(cinema.cleared, bounds=Bounds(presence=("IT",)))
    number = cinema.publish(Kind.RIGHT, 6, bounded)
    await eventually(lambda: cinema.edge.replica.revision >= number)
    reply = await cinema.get("/movie/anna/sesame/21.mp4")
    assert (reply.status, reply.headers["x-rightcast-reason"]) == (403, "place-unknown")
