"""A provider's signals in the stream refuse and cut viewers whom they concern, and let them back in."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import m3u8
import pytest

from rightcast.contract.catalogue import Kind
from rightcast.domain.cues import GRACE_S, SignalPolicy
from rightcast.domain.lineup import Station
from rightcast.formats.mpegts.scte35.records import Delivery
from rightcast.formats.mpegts.scte35.section import encode
from tests.edge.station import eventually
from tests.edge.test_decisions import applied, refused
from tests.edge.test_playlists import playlist_path
from tests.headend.cue_signals import NO_WEB, programme

if TYPE_CHECKING:
    from tests.edge.station import TestStation

BLACKED_OUT = (403, "blacked-out-by-signal")
LAN = SignalPolicy(own_networks=("127.0.0.0/8",))


def start(*, delivery: Delivery = NO_WEB, duration_s: float | None = None, type_id: int = 0x10) -> bytes:
    return encode(programme(type_id, None, delivery=delivery, duration_s=duration_s))


END = encode(programme(0x11, None))


def restricted(station: TestStation) -> bool:
    return bool(station.edge.cues.restrictions(1).in_words)


async def admitted(station: TestStation) -> bool:
    """Whether an endless stream is opened now; a segment begins meanwhile, for one from before may be hidden."""
    client = await station.connect()
    try:
        client.send("/live/anna/sesame/1.ts")
        station.headend.wall = time.time() - station.headend.sequence
        station.headend.segment()
        return (await client.head())[0] == 200
    finally:
        client.close()


async def test_a_web_viewer_is_cut_within_two_seconds_refused_and_let_back_in_at_the_end(station: TestStation) -> None:
    await station.on_air(2)
    client = await station.connect()
    assert await client.stream() == 200
    station.headend.mark(start(), time.time())
    assert await client.ended(2.0)
    assert await refused(station) == BLACKED_OUT
    station.headend.mark(END, time.time())
    await eventually(lambda: not restricted(station), 2.0)
    assert await admitted(station)


async def test_playlists_and_segments_are_refused_under_a_token_that_was_good(station: TestStation) -> None:
    await station.on_air(2)
    path = await playlist_path(station)
    assert (await station.get(path)).status == 200
    station.headend.mark(start(), time.time())
    await eventually(lambda: len(station.edge.viewings) == 0, 2.0)
    for one in (path, path.replace("index.m3u8", "0.ts")):
        reply = await station.get(one)
        assert (reply.status, reply.headers["x-rightcast-reason"]) == BLACKED_OUT


async def test_a_signal_for_later_cuts_by_the_clock_alone(station: TestStation) -> None:
    await station.on_air(2)
    client = await station.connect()
    assert await client.stream() == 200
    due = time.time() + 0.8
    station.headend.mark(start(), due)
    assert await client.ended(2.8)
    assert time.time() >= due


async def test_a_lost_end_signal_is_made_good_by_the_duration(station: TestStation) -> None:
    await station.on_air(2)
    station.headend.mark(start(duration_s=30), time.time() - 30 - GRACE_S + 0.7)
    await eventually(lambda: restricted(station))
    assert await refused(station) == BLACKED_OUT
    await eventually(lambda: not restricted(station), 2.0)
    assert await admitted(station)


async def test_viewers_in_the_operators_own_network_go_on(station: TestStation) -> None:
    await applied(station, station.publish(Kind.STATION, 0, Station(signals=LAN)))
    await station.on_air(2)
    client = await station.connect()
    assert await client.stream() == 200
    station.headend.mark(start(), time.time())
    await eventually(lambda: restricted(station))
    assert not await client.ended(0.5)
    assert await station.get("/live/anna/sesame/1.m3u8", method="HEAD")
    client.close()


async def test_running_viewers_are_asked_again_when_the_own_networks_change(station: TestStation) -> None:
    await applied(station, station.publish(Kind.STATION, 0, Station(signals=LAN)))
    await station.on_air(2)
    client = await station.connect()
    assert await client.stream() == 200
    station.headend.mark(start(), time.time())
    await eventually(lambda: restricted(station))
    station.publish(Kind.STATION, 0, Station())
    assert await client.ended(2.0)


@pytest.mark.parametrize(
    ("delivery", "policy", "expected"),
    [
        (Delivery(no_regional_blackout=False), SignalPolicy(), False),
        (Delivery(no_regional_blackout=False), SignalPolicy(regional_blackouts=False), True),
        (Delivery(archive_allowed=False), SignalPolicy(), True),
        (Delivery(device_restrictions=1), SignalPolicy(), False),
        (Delivery(device_restrictions=1), SignalPolicy(device_groups=((), ("iphone",))), True),
        (Delivery(device_restrictions=1), SignalPolicy(device_groups=((), ("tester",))), False),
    ],
)
async def test_each_flag_concerns_whom_the_policy_says(
    station: TestStation, delivery: Delivery, policy: SignalPolicy, *, expected: bool
) -> None:
    await applied(station, station.publish(Kind.STATION, 0, Station(signals=policy)))
    await station.on_air(2)
    station.headend.mark(start(delivery=delivery), time.time())
    await eventually(lambda: restricted(station))
    assert await admitted(station) is expected


async def test_an_edge_that_starts_later_hears_what_is_in_force(station: TestStation) -> None:
    await station.on_air(2)
    station.headend.mark(start(), time.time())
    await eventually(lambda: restricted(station))
    await station.restart_edge()
    await eventually(lambda: restricted(station))
    assert await refused(station) == BLACKED_OUT


async def test_the_panel_may_be_dead(station: TestStation) -> None:
    await station.on_air(2)
    for ending in ("", "-wal", "-shm"):
        station.settings.feed.with_name(station.settings.feed.name + ending).unlink(missing_ok=True)
    client = await station.connect()
    assert await client.stream() == 200
    station.headend.mark(start(), time.time())
    assert await client.ended(2.0)


async def test_a_segment_without_restrictions_refuses_nobody(station: TestStation) -> None:
    await station.on_air(2)
    station.headend.mark(encode(programme(0x34, None, delivery=None)), time.time())
    assert await admitted(station)


async def over_again(station: TestStation) -> None:
    """Six segments have passed; the second and third were forbidden to the web."""
    station.headend.wall = time.time() - 10
    await station.on_air(6)
    station.headend.mark(start(), station.headend.wall + 1)
    station.headend.mark(END, station.headend.wall + 3)
    await eventually(lambda: station.edge.cues.clear_since(1, lambda _: True) > 0)


async def listed(station: TestStation, query: str) -> tuple[str, list[int]]:
    """The address of a media playlist and the numbers of the segments in it."""
    path = (await station.get(f"/live/anna/sesame/1.m3u8{query}")).headers["location"]
    if query:
        found = m3u8.loads((await station.get(path)).body.decode())
        path = f"{path.rpartition('/')[0]}/{found.playlists[0].uri}"
    rows = m3u8.loads((await station.get(path)).body.decode()).segments
    return path, [int(row.uri.split(".")[-2]) for row in rows]


@pytest.mark.parametrize("query", ["", "?format=cmaf", "?format=ll"])
async def test_what_was_forbidden_stays_hidden_after_the_end(station: TestStation, query: str) -> None:
    await over_again(station)
    path, numbers = await listed(station, query)
    assert numbers == [3, 4, 5]
    root, stem = path.rpartition("/")[0], "c0-256" if query else "v0"
    ending = "m4s" if query else "ts"
    assert (await station.get(f"{root}/{stem}.3.{ending}")).status == 200
    for name in (f"{stem}.1.{ending}", f"{stem}.2.{ending}", "v0.2.ts"):
        reply = await station.get(f"{root}/{name}")
        assert (reply.status, reply.headers["x-rightcast-reason"]) == BLACKED_OUT
    assert (await station.get(f"{root}/2.ts")).status == 404


async def test_manifests_hide_it_too(station: TestStation) -> None:
    await over_again(station)
    path = (await station.get("/live/anna/sesame/1.mpd")).headers["location"]
    assert 'startNumber="3"' in (await station.get(path)).body.decode()


async def test_viewers_in_the_own_network_see_all_of_it(station: TestStation) -> None:
    await applied(station, station.publish(Kind.STATION, 0, Station(signals=LAN)))
    await over_again(station)
    _, numbers = await listed(station, "")
    assert numbers == [0, 1, 2, 3, 4, 5]


async def test_an_endless_stream_begins_behind_what_was_forbidden(station: TestStation) -> None:
    await station.on_air(1)
    station.headend.mark(start(), station.headend.wall - 5)
    station.headend.mark(END, station.headend.wall + 0.5)
    station.edge.cues._clock = lambda: station.headend.wall + 1
    client = await station.connect()
    client.send("/live/anna/sesame/1.ts")
    await eventually(lambda: any(one.waits for one in station.edge.viewings.all()))
    await station.on_air(1)
    assert (await client.head())[0] == 200
    assert await client.read(564) == station.headend.data(1)[:564]
    client.close()
