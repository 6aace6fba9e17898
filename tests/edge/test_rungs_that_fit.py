"""A right that lets pictures be so tall: the rungs that fit are offered, taller ones neither named nor given."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from msgspec import structs

from rightcast.contract.catalogue import Kind
from rightcast.contract.ring import Announcement, Closed, Described, Opened, Part, Up
from rightcast.domain.features import Features
from rightcast.domain.ladder import Ladder, Rung
from rightcast.domain.rights import Bounds
from tests.edge.fake_headend import TRACKS
from tests.edge.station import eventually
from tests.edge.test_bounds import bound, tallest
from tests.edge.test_decisions import applied, refused

if TYPE_CHECKING:
    from tests.edge.station import TestStation

SMALL = [structs.replace(TRACKS[0], width=160, height=90), TRACKS[1]]


def begin_rung(station: TestStation, rendition: int = 1) -> None:
    """A rung of 90 lines beside the broadcast of 180; its bytes are those of the broadcast."""
    broadcast = station.edge.rings.get(1)
    told: list[Announcement] = [Up(1, str(broadcast.folder), rendition=rendition, codecs="avc1.42c015", tracks=SMALL)]
    for one in broadcast.closed_segments():
        told += [
            Opened(1, one.sequence, 0, one.slot, one.psi_bytes, one.wall, time=one.time, rendition=rendition),
            Part(1, one.sequence, 0, 0, one.end, one.duration, joinable=True, rendition=rendition),
            Closed(1, one.sequence, one.end, one.duration, rendition=rendition),
        ]
    station.edge.rings.apply(told)


async def bounded(station: TestStation, lines: int) -> None:
    await station.on_air(3)
    begin_rung(station)
    await bound(station, Bounds(max_height=lines))


async def base_of(station: TestStation, ending: str = "m3u8?format=ts") -> str:
    reply = await station.get(f"/live/anna/sesame/1.{ending}")
    assert reply.status == 302
    return reply.headers["location"].rpartition("/")[0] + "/"


async def test_only_rungs_that_fit_are_listed(station: TestStation) -> None:
    await bounded(station, tallest(station) - 1)
    base = await base_of(station)
    for name in ("master.m3u8", "cmaf.m3u8", "ll.m3u8"):
        body = (await station.get(base + name)).body.decode()
        assert re.findall(r"RESOLUTION=(\S+?),", body) == ["160x90"], body
    manifest = (await station.get(base + "manifest.mpd")).body.decode()
    assert re.findall(r' height="(\d+)"', manifest) == ["90"]
    assert 'contentType="audio"' in manifest


async def test_who_asks_for_the_channel_is_sent_where_the_choice_is(station: TestStation) -> None:
    await bounded(station, tallest(station) - 1)
    assert (await station.get("/live/anna/sesame/1.m3u8")).headers["location"].endswith("/master.m3u8")


async def test_nothing_of_a_taller_picture_is_given(station: TestStation) -> None:
    await bounded(station, tallest(station) - 1)
    base, newest = await base_of(station), station.edge.rings.get(1).closed_segments()[-1].sequence
    plain = ["index.m3u8", f"{newest}.ts", "v0.m3u8", f"v0.{newest}.ts"]
    tracks = ["c0-256.m3u8", "c0-256.init0.mp4", f"c0-256.{newest}.m4s", "l0-256.m3u8", f"c0-256.{newest}.0.m4s"]
    for name in plain + tracks:
        reply = await station.get(base + name)
        assert (reply.status, reply.headers["x-rightcast-reason"]) == (403, "picture-too-large"), name


async def test_what_fits_is_given_and_the_sound_of_the_broadcast_too(station: TestStation) -> None:
    await bounded(station, tallest(station) - 1)
    base = await base_of(station)
    for name in ("v1.m3u8", "c1-256.m3u8", "c0-257.m3u8"):
        assert (await station.get(base + name)).status == 200
    assert len(station.edge.viewings) == 1


async def test_a_channel_of_which_no_rung_fits_is_refused(station: TestStation) -> None:
    await bounded(station, 89)
    for path in ("/live/anna/sesame/1.ts", "/live/anna/sesame/1.m3u8", "/live/anna/sesame/1.mpd"):
        assert await refused(station, path) == (403, "picture-too-large")


async def test_who_watches_a_rung_that_becomes_too_tall_is_ended_and_finds_the_smaller_one(
    station: TestStation,
) -> None:
    await station.on_air(3)
    begin_rung(station)
    base = await base_of(station)
    assert (await station.get(base + "v0.m3u8")).status == 200
    await bound(station, Bounds(max_height=90))
    await eventually(lambda: len(station.edge.viewings) == 0)
    assert station.edge.admission.refusals["picture-too-large"] == 1
    assert (await station.get(base + "v0.m3u8")).status == 403
    assert (await station.get(base + "v1.m3u8")).status == 200


async def test_who_watches_a_rung_that_fits_goes_on_until_that_grows(station: TestStation) -> None:
    await bounded(station, 90)
    base = await base_of(station)
    assert (await station.get(base + "v1.m3u8")).status == 200
    await bound(station, Bounds(max_height=100))
    assert (await station.get(base + "v1.m3u8")).status == 200
    grown = [structs.replace(SMALL[0], height=102), SMALL[1]]
    station.edge.rings.apply([Described(channel=1, codecs="", video=True, tracks=grown, rendition=1)])
    await eventually(lambda: len(station.edge.viewings) == 0)


async def test_an_endless_stream_is_of_the_tallest_rung_that_fits(station: TestStation) -> None:
    await bounded(station, tallest(station) - 1)
    client = await station.connect()
    assert await client.stream() == 200
    (viewing,) = station.edge.viewings.all()
    assert [ring.rendition for ring in viewing.rings] == [1]
    await bound(station, Bounds(max_height=89))
    assert await client.ended()


async def test_a_rung_that_is_ordered_but_not_on_air_yet_lets_the_player_wait_for_it(station: TestStation) -> None:
    ladder = Ladder(rungs=(Rung(name="90p", height=90, bitrate_bps=200_000),))
    channel = replace(station.edge.replica.channels[1], features=Features(ladder=ladder))
    await applied(station, station.publish(Kind.CHANNEL, 1, channel))
    await station.on_air(3)
    await bound(station, Bounds(max_height=tallest(station) - 1))
    reply = await station.get("/live/anna/sesame/1.m3u8")
    assert reply.headers["location"].endswith("/master.m3u8")
    begin_rung(station)
    assert b"160x90" in (await station.get(reply.headers["location"])).body
