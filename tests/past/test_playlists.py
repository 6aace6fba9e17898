"""The past as HLS: on demand, growing while the programme runs, and the live picture with what was before it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import m3u8
import pytest

from rightcast.contract.catalogue import Kind
from rightcast.domain.rights import Later
from tests.past.clock import GOP_S, SEGMENT_S, seconds_in
from tests.past.station import applied, grant, keep, now_s, show, tell

if TYPE_CHECKING:
    from tests.edge.station import TestStation

AGO_S = 1800


async def opened(station: TestStation, address: str) -> str:
    """The address of the playlist that a player is sent to."""
    moved = await station.get(address)
    assert moved.status == 302, moved.body
    return urlsplit(moved.headers["location"]).path


async def listed(station: TestStation, address: str) -> m3u8.M3U8:
    reply = await station.get(address)
    assert reply.status == 200, reply.body
    return m3u8.loads(reply.body.decode())


def stretch(start: float, stop: float) -> str:
    return f"/catchup/anna/sesame/1.m3u8?start={start}&end={stop}"


async def test_a_stretch_is_on_demand_and_ends(granted: TestStation) -> None:
    begin = now_s() - AGO_S
    keep(granted, [(begin, begin + 60)])
    found = await listed(granted, await opened(granted, stretch(begin, begin + 60)))
    assert found.playlist_type == "vod"
    assert found.is_endlist
    assert sum(one.duration for one in found.segments) == pytest.approx(60)
    assert found.target_duration == SEGMENT_S


async def test_a_play_from_the_midst_of_a_segment_begins_with_its_key_frame(granted: TestStation) -> None:
    begin = now_s() - AGO_S
    keep(granted, [(begin, begin + 60)])
    address = await opened(granted, stretch(begin + GOP_S, begin + 60))
    found = await listed(granted, address)
    assert found.segments[0].duration == pytest.approx(SEGMENT_S - GOP_S)
    segment = await granted.get(address.rpartition("/")[0] + "/" + found.segments[0].uri)
    assert seconds_in(segment.body) == [begin + GOP_S]
    assert "immutable" in segment.headers["cache-control"]


async def test_epochs_and_gaps_are_discontinuities_with_the_time_of_day(granted: TestStation) -> None:
    begin = now_s() - AGO_S
    keep(granted, [(begin, begin + 20), (begin + 20, begin + 40), (begin + 80, begin + 100)])
    found = await listed(granted, await opened(granted, stretch(begin, begin + 100)))
    breaks = [one.program_date_time.timestamp() for one in found.segments if one.discontinuity]
    assert breaks == [begin + 20, begin + 80]


async def test_the_running_programme_grows_as_it_is_kept(granted: TestStation) -> None:
    await grant(granted, Later(start_over=True))
    begin = now_s() - 60
    await tell(granted, show(begin, begin + 3600))
    keep(granted, [(begin, begin + 40)])
    address = await opened(granted, stretch(begin, begin + 3600))
    first = await listed(granted, address)
    assert (first.playlist_type, first.is_endlist, first.media_sequence) == ("event", False, 0)
    keep(granted, [(begin + 40, begin + 48)])
    second = first
    deadline = time.monotonic() + 10
    while len(second.segments) == len(first.segments) and time.monotonic() < deadline:
        second = await listed(granted, address)
    assert [one.uri for one in second.segments][: len(first.segments)] == [one.uri for one in first.segments]
    assert len(second.segments) == len(first.segments) + 2


async def test_the_live_picture_can_be_wound_back_an_hour(granted: TestStation) -> None:
    now = now_s()
    keep(granted, [(now - 3 * 1800, now)])
    address = await opened(granted, "/live/anna/sesame/1.m3u8?format=pause")
    found = await listed(granted, address)
    assert not found.is_endlist
    assert found.playlist_type is None
    assert sum(one.duration for one in found.segments) == pytest.approx(3600, abs=3 * SEGMENT_S)
    assert found.media_sequence == int(found.segments[0].uri.partition("-")[2].removesuffix(".ts"))


async def test_pausing_stands_on_start_over_and_ends_where_the_programme_began(granted: TestStation) -> None:
    now = now_s()
    keep(granted, [(now - 3600, now)])
    await grant(granted, Later(start_over=True))
    await tell(granted, show(now - 600, now + 600))
    found = await listed(granted, await opened(granted, "/live/anna/sesame/1.m3u8?format=pause"))
    assert found.segments[0].program_date_time.timestamp() == pytest.approx(now - 600, abs=SEGMENT_S)
    await grant(granted, Later())
    refused = await granted.get("/live/anna/sesame/1.m3u8?format=pause")
    assert (refused.status, refused.headers["x-rightcast-reason"]) == (403, "catchup-not-granted")


async def test_a_segment_that_is_no_longer_granted_is_refused_under_a_good_token(granted: TestStation) -> None:
    begin = now_s() - AGO_S
    keep(granted, [(begin, begin + 60)])
    address = await opened(granted, stretch(begin, begin + 60))
    segment = address.rpartition("/")[0] + "/" + (await listed(granted, address)).segments[0].uri
    assert (await granted.get(segment)).status == 200
    await grant(granted, Later(start_over=True))
    reply = await granted.get(segment)
    assert (reply.status, reply.headers["x-rightcast-reason"]) == (403, "past-too-long-ago")
    await applied(granted, granted.publish(Kind.RIGHT, 5, None))
    assert (await granted.get(segment)).status == 403


async def test_a_head_opens_no_session(granted: TestStation) -> None:
    begin = now_s() - AGO_S
    keep(granted, [(begin, begin + 60)])
    reply = await granted.get(stretch(begin, begin + 60), method="HEAD")
    assert reply.status == 302
    assert len(granted.edge.viewings) == 0


@pytest.mark.parametrize("name", ["past-1-2.m3u8", "5-5.ts", "pause.m3u8"])
async def test_names_of_the_past_need_a_token(granted: TestStation, name: str) -> None:
    reply = await granted.get(f"/s/nonsense/1/{name}")
    assert (reply.status, reply.headers["x-rightcast-reason"]) == (403, "bad-token")
