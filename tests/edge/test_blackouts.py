"""A provider's blackouts refuse and cut whom they concern at the edge, on time, and nobody else."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from rightcast.contract.catalogue import Kind
from rightcast.domain.blackouts import Audience, Blackout, Instead, Term, Trait
from rightcast.domain.catchup import Span
from rightcast.domain.entitlement import Denied
from rightcast.domain.rights import Later
from rightcast.domain.segment_marks import Mark
from rightcast.edge.identity import Player
from rightcast.formats.mpegts.scte35.section import encode
from tests.edge.station import eventually
from tests.edge.test_decisions import applied, refused
from tests.edge.test_playlists import playlist_path
from tests.edge.test_signals import admitted
from tests.headend.cue_signals import programme

if TYPE_CHECKING:
    from tests.edge.station import TestStation

KEPT_OUT = (403, "blacked-out-by-provider")
MOBILE = Audience(terms=(Term(Trait.NETWORK, ("9.9.0.0/16",)),))


def blackout(*, begins_s: float = -5.0, audience: Audience | None = None) -> Blackout:
    starts = datetime.now(UTC) + timedelta(seconds=begins_s)
    return Blackout(id=4, name="Final", channel_ids=(1,), starts=starts, audience=audience or Audience())


async def test_viewers_are_cut_within_two_seconds_and_let_back_in_at_the_end(station: TestStation) -> None:
    await station.on_air(2)
    client = await station.connect()
    assert await client.stream() == 200
    running = blackout()
    station.publish(Kind.BLACKOUT, 4, running)
    assert await client.ended(2.0)
    assert await refused(station) == KEPT_OUT
    await applied(station, station.publish(Kind.BLACKOUT, 4, replace(running, ends=datetime.now(UTC))))
    assert await admitted(station)


async def test_playlists_and_segments_are_refused_under_a_token_that_was_good(station: TestStation) -> None:
    await station.on_air(2)
    path = await playlist_path(station)
    assert (await station.get(path)).status == 200
    await applied(station, station.publish(Kind.BLACKOUT, 4, blackout()))
    for one in (path, path.replace("index.m3u8", "0.ts")):
        reply = await station.get(one)
        assert (reply.status, reply.headers["x-rightcast-reason"]) == KEPT_OUT


async def test_one_for_later_cuts_by_the_clock_alone(station: TestStation) -> None:
    await station.on_air(2)
    await applied(station, station.publish(Kind.BLACKOUT, 4, blackout(begins_s=0.8)))
    due = time.time() + 0.4
    client = await station.connect()
    assert await client.stream() == 200
    assert await client.ended(2.8)
    assert time.time() >= due


async def test_viewers_outside_the_audience_go_on(station: TestStation) -> None:
    await station.on_air(2)
    client = await station.connect()
    assert await client.stream() == 200
    await applied(station, station.publish(Kind.BLACKOUT, 4, blackout(audience=MOBILE)))
    assert not await client.ended(0.3)
    client.close()


async def test_one_that_waits_for_a_signal_begins_and_ends_by_it(station: TestStation) -> None:
    station.headend.wall = time.time() - 2
    await station.on_air(2)
    waiting = replace(blackout(), begins_by=Mark(type_ids=(0x10,)), ends_by=Mark(type_ids=(0x11,)))
    waiting = replace(waiting, starts=datetime.now(UTC) + timedelta(seconds=0.1))
    await applied(station, station.publish(Kind.BLACKOUT, 4, waiting))
    client = await station.connect()
    assert await client.stream() == 200
    assert not await client.ended(0.3)
    station.headend.mark(encode(programme(0x10, None)), time.time())
    assert await client.ended(2.0)
    assert await refused(station) == KEPT_OUT
    station.headend.mark(encode(programme(0x11, None)), time.time())
    await eventually(lambda: len(station.edge.cues.seen(1)) == 2)
    assert await admitted(station)


async def test_catch_up_is_dark_for_the_audience_though_live_may_be_seen(station: TestStation) -> None:
    now = time.time()
    keeping = replace(station.right, later=Later(catchup_h=24, start_over=True))
    await applied(station, station.publish(Kind.RIGHT, 5, keeping))
    gate = station.edge.playing.gate
    player = Player("127.0.0.1", "tester")
    asked = Span(now - 3000, now - 600)

    def allowed() -> bool:
        found = gate.permit(station.line, 1, player, asked)
        return not isinstance(found, Denied) and found.allows(asked, now)

    assert allowed()
    past = replace(blackout(begins_s=-3600.0), only_past=True, ends=datetime.now(UTC) - timedelta(seconds=60))
    await applied(station, station.publish(Kind.BLACKOUT, 4, past))
    assert not allowed()
    await applied(station, station.publish(Kind.BLACKOUT, 4, replace(past, audience=MOBILE)))
    assert allowed()
    lent = replace(past, kept_until=datetime.now(UTC) + timedelta(hours=1))
    await applied(station, station.publish(Kind.BLACKOUT, 4, lent))
    assert allowed()
    await applied(station, station.publish(Kind.BLACKOUT, 4, replace(past, only_past=False)))  # an ordinary one, over
    assert not allowed()
    await applied(station, station.publish(Kind.BLACKOUT, 4, blackout()))  # while one runs there is no past at all
    assert not allowed()


async def test_another_channel_is_opened_for_the_audience_if_the_line_may_watch_it(station: TestStation) -> None:
    await station.on_air(2)
    running = replace(blackout(), instead=Instead.CHANNEL, instead_id=2)
    await applied(station, station.publish(Kind.BLACKOUT, 4, running))
    assert (await station.get("/live/anna/sesame/1.m3u8")).status == 302
    found = station.edge.viewings.all()[0]
    assert [one.shown.channel_id for one in found.wants] == [2, 0]
    assert found.right_id in {5, 0}
    await applied(station, station.publish(Kind.BLACKOUT, 4, replace(running, instead_id=9)))
    await eventually(lambda: [one.shown.channel_id for one in found.wants] == [0])
    await applied(station, station.publish(Kind.BLACKOUT, 4, running))
    await eventually(lambda: [one.shown.channel_id for one in found.wants] == [2, 0])
    both = replace(running, channel_ids=(1, 2))
    await applied(station, station.publish(Kind.BLACKOUT, 4, both))
    await eventually(lambda: [one.shown.channel_id for one in found.wants] == [0])
