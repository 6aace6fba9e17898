"""A session's code is spelled by the variants of its segments; its player sees the same names as everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.contract.ring import Announcement, Closed, Opened, Part, Up
from rightcast.domain.marking import TWIN, code_of, place_of
from rightcast.state.keys import derived_key, station_key
from tests.edge.fake_headend import TRACKS

if TYPE_CHECKING:
    from tests.edge.station import TestStation

SEGMENTS = 6
TICKS = 180_000


def marked_rung(station: TestStation) -> None:
    """Rung 1 on air in both variants, whose segments say what they are; the twin counts from another number."""
    for rendition, letter, first in ((1, "a", 10), (1 + TWIN, "b", 70)):
        folder = station.settings.channel_ring(1, rendition)
        folder.mkdir(parents=True, exist_ok=True)
        told: list[Announcement] = [Up(1, str(folder), codecs="avc1", rendition=rendition, tracks=TRACKS)]
        for slot in range(SEGMENTS):
            body = f"{letter}{slot}".encode().ljust(188, b".")
            (folder / f"{slot}.ts").write_bytes(body)
            number = first + slot
            told += [
                Opened(1, number, 0, slot, 0, 1000.0 + 2 * slot, time=slot * TICKS, rendition=rendition),
                Part(1, number, 0, 0, len(body), 2.0, joinable=True, rendition=rendition),
                Closed(1, number, len(body), 2.0, rendition=rendition),
            ]
        station.edge.rings.apply(told)


async def opened(station: TestStation, line: str) -> tuple[str, str]:
    """The folder of a session's addresses, and its id."""
    reply = await station.get(f"/live/{line}/sesame/1.m3u8")
    folder, name = reply.headers["location"].rsplit("/", 1)
    assert name == "master.m3u8"
    viewing = station.edge.viewings.by_token(folder.split("/")[2])
    assert viewing is not None
    return folder, viewing.sid


async def test_each_segment_comes_in_the_variant_of_the_sessions_code(station: TestStation) -> None:
    station.headend.segment()
    marked_rung(station)
    folder, sid = await opened(station, "anna")
    bodies = [(await station.get(f"{folder}/v1.{10 + slot}.ts")).body[:2].decode() for slot in range(SEGMENTS)]
    code = code_of(derived_key(station_key(station.settings.keys), "marks"), sid)
    segment_s = station.settings.segment_s
    wanted = [f"{'b' if code[place_of(slot * TICKS, segment_s)] else 'a'}{slot}" for slot in range(SEGMENTS)]
    assert bodies == wanted
    assert (await station.get(f"{folder}/v{1 + TWIN}.70.ts")).status == 404
    listed = (await station.get(f"{folder}/master.m3u8")).body.decode()
    assert ("v1.m3u8" in listed, "v0.m3u8" in listed, f"v{1 + TWIN}" in listed) == (True, False, False)


async def test_a_twin_that_is_not_there_is_left_aside(station: TestStation) -> None:
    station.headend.segment()
    marked_rung(station)
    twin = station.edge.rings.get(1, 1 + TWIN)
    for segment in twin.segments.values():
        segment.time += 1
    folder, _ = await opened(station, "anna")
    bodies = [(await station.get(f"{folder}/v1.{10 + slot}.ts")).body[:1] for slot in range(SEGMENTS)]
    assert bodies == [b"a"] * SEGMENTS
