"""A provider's blackouts refuse and cut whom they concern at the edge, on time, and nobody else."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from rightcast.contract.catalogue import Kind
from rightcast.domain.blackouts import Audience, Blackout, Instead, Term, Trait
from tests.edge.test_decisions import applied, refused
from tests.edge.test_playlists import playlist_path
from tests.edge.test_signals import admitted

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


async def test_another_channel_is_opened_for_the_audience_if_the_line_may_watch_it(station: TestStation) -> None:
    await station.on_air(2)
    running = replace(blackout(), instead=Instead.CHANNEL, instead_id=2)
    await applied(station, station.publish(Kind.BLACKOUT, 4, running))
    assert (await station.get("/live/anna/sesame/1.m3u8")).status == 302
    found = station.edge.viewings.all()[0]
    assert [one.shown.channel_id for one in found.wants] == [2, 0]
    assert found.right_id in {5, 0}
    await applied(station, station.publish(Kind.BLACKOUT, 4, replace(running, instead_id=9)))
    assert [one.shown.channel_id for one in found.wants] == [0]
    both = replace(running, channel_ids=(1, 2))
    await applied(station, station.publish(Kind.BLACKOUT, 4, both))
    assert [one.shown.channel_id for one in found.wants] == [0]
