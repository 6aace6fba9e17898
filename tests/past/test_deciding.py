"""A play of the past rests on the same decision as the live picture, and on what rights grant later."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from rightcast.contract.catalogue import Kind
from rightcast.domain.cues import Restrictions
from rightcast.domain.lineup import LineStatus
from rightcast.domain.rights import Later, RightStatus
from rightcast.domain.takedown import Takedown
from rightcast.edge.past.delivery import Pace
from tests.edge.station import LONG_AGO, ago, eventually
from tests.edge.test_signals import start as forbidden
from tests.past.clock import seconds_in
from tests.past.station import applied, grant, keep, now_s, show, tell

if TYPE_CHECKING:
    from tests.edge.station import Client, TestStation

AGO_S = 1800


@pytest.fixture
def start(granted: TestStation) -> int:
    """Half an hour ago, from where on ten minutes are kept; the edge sends them as they are watched."""
    begin = now_s() - AGO_S
    keep(granted, [(begin, begin + 600)])
    granted.edge.playing.delivery.pace = Pace(burst_s=4, speed=1)
    return begin


def path(start: float, stop: float) -> str:
    return f"/catchup/anna/sesame/1.ts?start={start}&end={stop}"


async def playing(station: TestStation, begin: int) -> Client:
    """A viewer who has got the first bytes of a long play."""
    client = await station.connect()
    client.send(path(begin, begin + 600))
    assert (await client.head())[0] == 200
    await client.read(188)
    return client


async def reason(station: TestStation, address: str) -> tuple[int, str]:
    reply = await station.get(address)
    return reply.status, reply.headers.get("x-rightcast-reason", "")


async def test_a_right_that_grants_nothing_later_refuses(granted: TestStation, start: int) -> None:
    await grant(granted, Later())
    assert await reason(granted, path(start, start + 60)) == (403, "catchup-not-granted")


async def test_what_lies_too_far_back_is_refused(granted: TestStation, start: int) -> None:
    await grant(granted, Later(catchup_h=1))
    assert await reason(granted, path(start - 7200, start - 3600)) == (403, "past-too-long-ago")
    assert (await granted.get(path(start, start + 60), method="HEAD")).status == 200


CHANGES: list[Any] = [
    pytest.param({"later": Later()}, id="catch-up is taken from the right"),
    pytest.param({"status": RightStatus.WITHDRAWN}, id="the right is withdrawn"),
    pytest.param({"territories": ("DE",)}, id="the right no longer reaches the line"),
]


@pytest.mark.parametrize("changes", CHANGES)
async def test_a_change_of_the_right_cuts_within_two_seconds(
    granted: TestStation, start: int, changes: dict[str, Any]
) -> None:
    client = await playing(granted, start)
    station = granted
    station.right = replace(station.right, **changes)
    station.publish(Kind.RIGHT, 5, station.right)
    assert await client.ended(2.0)
    await eventually(lambda: len(granted.edge.viewings) == 0)


async def test_a_disabled_line_is_cut(granted: TestStation, start: int) -> None:
    client = await playing(granted, start)
    granted.publish(Kind.LINE, 1, replace(granted.line, status=LineStatus.DISABLED))
    assert await client.ended(2.0)


async def test_a_signal_that_forbids_the_live_picture_cuts_the_past_too(granted: TestStation, start: int) -> None:
    await granted.on_air(2)
    client = await playing(granted, start)
    granted.headend.mark(forbidden(), time.time())
    assert await client.ended(2.5)


async def test_a_show_that_becomes_live_only_is_cut_and_others_go_on(granted: TestStation, start: int) -> None:
    early, late = show(start - 600, start + 120), show(start + 120, start + 600)
    await tell(granted, early, late)
    client = await playing(granted, start)
    await tell(granted, early, replace(late, no_catchup=True))
    assert not await client.ended(0.3)
    await tell(granted, replace(early, no_catchup=True), late)
    assert await client.ended(2.0)
    assert await reason(granted, path(start - 600, start + 120)) == (403, "live-only-programme")


async def test_live_only_shows_are_left_out_of_a_longer_stretch(granted: TestStation, start: int) -> None:
    granted.edge.playing.delivery.pace = Pace(burst_s=600)
    await tell(granted, show(start, start + 60), show(start + 60, start + 120, no_catchup=True))
    reply = await granted.get(path(start, start + 180))
    shown = seconds_in(reply.body, 300)
    assert shown == [*range(start, start + 60), *range(start + 120, start + 180)]


async def test_the_window_passes_over_a_play_that_has_stopped(granted: TestStation, start: int) -> None:
    """The oldest minute that is granted is asked for; a viewer who is slower than the clock falls out of it."""
    await grant(granted, Later(catchup_h=1))
    begin = int(time.time()) - 3600 + 1
    keep(granted, [(begin, begin + 60)], segment_s=1)
    granted.edge.playing.delivery.pace = Pace(burst_s=0.5, speed=0.25)
    client = await granted.connect()
    client.send(path(begin, begin + 60))
    assert (await client.head())[0] == 200
    assert await client.ended(10)
    assert granted.edge.admission.refusals["past-too-long-ago"] == 1


async def test_start_over_shows_the_running_programme_from_its_beginning(granted: TestStation, start: int) -> None:
    await grant(granted, Later(start_over=True))
    await tell(granted, show(start - 900, start), show(start, start + 7200))
    client = await granted.connect()
    client.send(f"/live/anna/sesame/1.ts?utc={start}&lutc={now_s()}")
    assert (await client.head())[0] == 200
    assert seconds_in(await client.read(3000)) == [start]
    client.close()
    assert await reason(granted, path(start - 900, start)) == (403, "catchup-not-granted")


async def test_a_play_of_the_past_takes_a_screen_like_a_live_one(granted: TestStation, start: int) -> None:
    client = await playing(granted, start)
    other = await granted.get(path(start, start + 60), headers={"User-Agent": "another"})
    assert (other.status, other.headers["x-rightcast-reason"]) == (403, "too-many-sessions")
    client.close()
    await eventually(lambda: len(granted.edge.viewings) == 0)
    assert (await granted.get(path(start, start + 8), headers={"User-Agent": "another"})).status == 200


async def test_a_seek_which_opens_before_it_closes_is_one_screen(granted: TestStation, start: int) -> None:
    first = await playing(granted, start)
    second = await playing(granted, start + 60)
    assert len(granted.edge.viewings) == 1
    first.close()
    second.close()


async def test_the_report_says_from_when_a_viewer_watches(granted: TestStation, start: int) -> None:
    client = await playing(granted, start)
    assert [one.past for one in granted.edge.report().sessions] == [start]
    client.close()


async def test_what_a_signal_forbade_this_viewer_stays_hidden_on_the_reel(granted: TestStation, start: int) -> None:
    no_web = Restrictions(web_delivery_allowed=False)
    granted.edge.cues.forbidden = lambda _, forbids: [(start, start + 300)] if forbids(no_web) else []  # type: ignore[method-assign]
    assert await reason(granted, path(start, start + 60)) == (403, "live-only-programme")


async def test_a_revision_of_something_else_leaves_a_play_alone(granted: TestStation, start: int) -> None:
    client = await playing(granted, start)
    await applied(granted, granted.publish(Kind.RIGHT, 5, granted.right))
    assert not await client.ended(0.5)
    client.close()


@pytest.mark.parametrize("scope", ["channel", "programme", "line", "territory"])
async def test_a_takedown_cuts_plays_and_refuses_every_address(granted: TestStation, start: int, scope: str) -> None:
    granted.publish(Kind.LINE, 1, replace(granted.line, max_sessions=9))
    await tell(granted, show(now_s() - 600, now_s() + 600))
    keep(granted, [(now_s() - 60, now_s())])
    lists = [path(start, start + 600).replace(".ts", ".m3u8"), f"/live/anna/sesame/1.m3u8?utc={start}"]
    lists += ["/live/anna/sesame/1.m3u8?format=pause"]
    opened = [(await granted.get(one)).headers["location"] for one in lists]
    playlist = (await granted.get(opened[0])).body.decode()
    name = next(one for one in playlist.splitlines() if one and one[0] != "#")
    segment = f"{opened[0].partition('?')[0].rpartition('/')[0]}/{name}"
    assert (await granted.get(segment)).status == 200
    client = await playing(granted, start)
    number = frozenset({1})
    named: dict[str, Any] = {
        "channel": {"channel_ids": number},
        "line": {"line_ids": number},
        "territory": {"territories": frozenset({"IT"})},
        "programme": {"channel_ids": number, "shown_from": ago(seconds=AGO_S + 60), "shown_until": ago(seconds=0)},
    }
    begins = time.monotonic()
    await applied(granted, granted.publish(Kind.TAKEDOWN, 4, Takedown(id=4, begins=LONG_AGO, **named[scope])))
    assert await client.ended(5)
    assert time.monotonic() - begins < 2.0 or scope == "programme"  # which the play has not reached yet
    asked = [path(start, start + 600), segment, *opened, *lists]
    if scope == "programme":
        asked = [path(start + 120, start + 300)]
    found = [(await reason(granted, one)) for one in asked]
    assert set(found) == {(403, "taken-down")}, list(zip(asked, found, strict=True))
