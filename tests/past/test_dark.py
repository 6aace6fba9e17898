"""A provider's blackout and a takedown reach what is kept in every form, running or under a token that was good."""

from __future__ import annotations

import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from rightcast.contract.catalogue import Kind
from rightcast.domain.blackouts import Audience, Blackout, Term, Trait
from rightcast.domain.recordings import Recording, Status
from rightcast.domain.rights import Copies, Later
from rightcast.domain.takedown import Takedown
from rightcast.edge.past.delivery import Pace
from rightcast.edge.recordings.library import title_id
from rightcast.state.archive.reel import take_reel
from tests.edge.station import eventually
from tests.past.clock import seconds_in, write_clock
from tests.past.station import WEEK_H, applied, grant, keep, now_s

if TYPE_CHECKING:
    from rightcast.contract.catalogue import Record
    from tests.edge.station import TestStation

AGO_S = 1800
LASTS_S = 600
ELSEWHERE = Audience(terms=(Term(Trait.NETWORK, ("9.9.0.0/16",)),))
CAUSES = {"blackout": "blacked-out-by-provider", "takedown": "taken-down"}
RECORDING = f"/movie/anna/sesame/{title_id(31)}"


@pytest.fixture
async def start(granted: TestStation) -> int:
    """Half an hour ago: ten minutes of it are kept on the channel's reel and as a recording, sent as they are seen."""
    begin = now_s() - AGO_S
    await grant(granted, Later(catchup_h=WEEK_H, recordings=Copies.PRIVATE, recording_days=30, download=True))
    keep(granted, [(begin, begin + LASTS_S)])
    write_clock(take_reel(granted.settings.archive_root, 21), [(begin, begin + LASTS_S)])
    recording = Recording(
        id=31, line_id=1, channel_id=1, start=begin, stop=begin + LASTS_S, title="Il porto", status=Status.DONE,
        copies=Copies.PRIVATE, take_id=21,
    )  # fmt: skip
    await applied(granted, granted.publish(Kind.RECORDING, 31, recording))
    granted.edge.playing.delivery.pace = Pace(burst_s=4, speed=1)
    return begin


def address(form: str, start: int, ending: str) -> str:
    return f"{RECORDING}.{ending}" if form == "recording" else f"/catchup/anna/sesame/1.{ending}?{stretch(start)}"


def stretch(start: int) -> str:
    return f"start={start}&end={start + LASTS_S}"


def order(cause: str, *, begins_s: float = -2 * AGO_S, audience: Audience | None = None) -> tuple[Kind, Record]:
    """One that runs, and has run since before what is kept: what began later leaves an older recording alone."""
    begins = datetime.now(UTC) + timedelta(seconds=begins_s)
    if cause == "takedown":
        return Kind.TAKEDOWN, Takedown(id=4, begins=begins, channel_ids=frozenset({1}))
    return Kind.BLACKOUT, Blackout(id=4, name="Final", channel_ids=(1,), starts=begins, audience=audience or Audience())


async def reason(station: TestStation, path: str) -> tuple[int, str]:
    reply = await station.get(path)
    return reply.status, reply.headers.get("x-rightcast-reason", "")


@pytest.mark.parametrize("form", ["past", "recording"])
@pytest.mark.parametrize("cause", CAUSES)
async def test_a_running_play_is_cut_within_two_seconds_and_none_begins(
    granted: TestStation, start: int, cause: str, form: str
) -> None:
    path = address(form, start, "ts")
    client = await granted.connect()
    client.send(path)
    assert (await client.head())[0] == 200
    await client.read(188)
    kind, record = order(cause)
    granted.publish(kind, 4, record)
    assert await client.ended(2.0)
    await eventually(lambda: len(granted.edge.viewings) == 0)
    for ending in ("ts", "m3u8"):
        assert await reason(granted, address(form, start, ending)) == (403, CAUSES[cause])


@pytest.mark.parametrize("form", ["past", "recording"])
@pytest.mark.parametrize("cause", CAUSES)
async def test_playlist_and_segments_are_refused_under_a_token_that_was_good(
    granted: TestStation, start: int, cause: str, form: str
) -> None:
    moved = await granted.get(address(form, start, "m3u8"))
    playlist = urlsplit(moved.headers["location"]).path
    body = (await granted.get(playlist)).body.decode()
    segment = playlist.rpartition("/")[0] + "/" + next(one for one in body.splitlines() if one and one[0] != "#")
    assert (await granted.get(segment)).status == 200
    kind, record = order(cause)
    await applied(granted, granted.publish(kind, 4, record))
    for one in (playlist, segment):
        assert await reason(granted, one) == (403, CAUSES[cause])


@pytest.mark.parametrize("form", ["past", "recording"])
async def test_the_minutes_of_a_blackout_that_is_over_stay_out_of_what_is_kept(
    granted: TestStation, start: int, form: str
) -> None:
    granted.edge.playing.delivery.pace = Pace(burst_s=LASTS_S)
    begins, ends = (datetime.fromtimestamp(start + one, UTC) for one in (60, 120))
    over = Blackout(id=4, name="Final", channel_ids=(1,), starts=begins, ends=ends)
    await applied(granted, granted.publish(Kind.BLACKOUT, 4, over))
    shown = seconds_in((await granted.get(address(form, start, "ts"))).body, LASTS_S)
    assert shown == [*range(start, start + 60), *range(start + 120, start + LASTS_S)]


async def test_a_blackout_that_began_after_a_recording_leaves_it_alone(granted: TestStation, start: int) -> None:
    kind, record = order("blackout", begins_s=-5)
    await applied(granted, granted.publish(kind, 4, record))
    assert (await granted.get(address("recording", start, "ts"), method="HEAD")).status == 200
    assert await reason(granted, address("past", start, "ts")) == (403, CAUSES["blackout"])


async def test_one_for_later_cuts_a_play_by_the_clock_alone(granted: TestStation, start: int) -> None:
    kind, record = order("blackout", begins_s=1.5)
    due = time.time() + 1.0
    await applied(granted, granted.publish(kind, 4, record))
    with closing(await granted.connect()) as client:
        client.send(address("past", start, "ts"))
        assert (await client.head())[0] == 200
        assert await client.ended(3.5)
        assert time.time() >= due


async def test_viewers_outside_the_audience_go_on(granted: TestStation, start: int) -> None:
    kind, record = order("blackout", audience=ELSEWHERE)
    with closing(await granted.connect()) as client:
        client.send(address("past", start, "ts"))
        assert (await client.head())[0] == 200
        await applied(granted, granted.publish(kind, 4, record))
        assert not await client.ended(0.3)
