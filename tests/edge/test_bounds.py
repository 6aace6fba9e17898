"""Height, floor and bounds of the library at the edge: refused before a byte, and ended when what comes is too much."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from msgspec import structs

from rightcast.contract.catalogue import Kind
from rightcast.contract.ring import Described
from rightcast.domain.rights import Bounds, Floor
from tests.edge.station import eventually
from tests.edge.test_decisions import applied, refused

if TYPE_CHECKING:
    from tests.edge.station import TestStation


async def bound(station: TestStation, bounds: Bounds) -> None:
    await applied(station, station.publish(Kind.RIGHT, 5, replace(station.right, bounds=bounds)))


def tallest(station: TestStation) -> int:
    return max(track.height for track in station.headend.tracks)


async def test_a_picture_larger_than_the_right_lets_leave_is_refused(station: TestStation) -> None:
    await station.on_air()
    await bound(station, Bounds(max_height=tallest(station) - 1))
    for path in ("/live/anna/sesame/1.ts", "/live/anna/sesame/1.m3u8", "/live/anna/sesame/1.mpd"):
        assert await refused(station, path) == (403, "picture-too-large")
    await bound(station, Bounds(max_height=tallest(station)))
    client = await station.connect()
    assert await client.stream() == 200
    client.close()


async def test_who_waits_for_a_channel_to_begin_is_refused_when_its_picture_is_too_large(station: TestStation) -> None:
    await bound(station, Bounds(max_height=tallest(station) - 1))
    client = await station.connect()
    waiting = asyncio.create_task(client.stream())
    await eventually(lambda: len(station.edge.viewings) == 1)
    await station.on_air()
    assert await waiting == 403
    assert station.edge.admission.refusals["picture-too-large"] == 1
    client.close()


async def test_a_running_picture_ends_when_the_channel_becomes_larger(station: TestStation) -> None:
    await station.on_air()
    await bound(station, Bounds(max_height=tallest(station)))
    client = await station.connect()
    assert await client.stream() == 200
    larger = [structs.replace(track, height=track.height * 2) for track in station.headend.tracks]
    station.headend.announce([Described(channel=1, codecs="", video=True, tracks=larger)])
    assert await client.ended()


async def test_a_floor_that_a_clear_stream_does_not_reach_refuses_it(station: TestStation) -> None:
    await station.on_air()
    await bound(station, Bounds(floor=Floor.TRANSPORT))
    assert await refused(station) == (403, "protection-too-low")
    assert await refused(station, "/live/anna/sesame/1.m3u8") == (403, "protection-too-low")


async def test_a_cap_refuses_who_comes_and_ends_nobody_who_watches(station: TestStation) -> None:
    station.publish(Kind.LINE, 1, replace(station.line, max_sessions=3))
    await bound(station, Bounds(per_line=1, total=2))
    await station.on_air()
    first = await station.connect()
    assert await first.stream(User_Agent="one") == 200
    second = await station.connect()
    assert await second.stream(User_Agent="two") == 403
    assert station.edge.admission.refusals["right-full-for-line"] == 1
    await bound(station, Bounds(total=1))
    third = await station.connect()
    assert await third.stream(User_Agent="three") == 403
    assert station.edge.admission.refusals["right-full"] == 1
    assert len(station.edge.viewings) == 1
    await bound(station, Bounds(total=2))
    fourth = await station.connect()
    assert await fourth.stream(User_Agent="four") == 200
    for client in (first, second, third, fourth):
        client.close()
