"""Several sources and a slate on an invented clock: what viewers are shown when sources fail, and when they return."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from rightcast.contract.ring import Down, Opened, Part, Up, Want
from rightcast.domain.failover import Failover
from rightcast.domain.features import Features
from rightcast.domain.life import Life, Running
from rightcast.domain.lineup import Channel, Lineup, LineupEntry, SourceKind, StartMode
from rightcast.domain.slate import Slate
from rightcast.headend.sources.ending import SourceEndedError
from tests.headend.signals import AUDIO_PID, VIDEO_PID, edited, pid_of
from tests.headend.slates import MadeSlates
from tests.headend.stations import Headend, Looped, channel, right
from tests.headend.streams import long_stream

if TYPE_CHECKING:
    from pathlib import Path

A, B, C = "udp://a:1", "udp://b:1", "udp://c:1"


class Live(Looped):
    """A source that never jumps back within a test; may be closed, and may send something else instead."""

    def __init__(self) -> None:
        super().__init__(long_stream(), 120)
        self.refused = False

    def drain(self, now: float) -> list[bytes]:
        if self.refused:
            raise SourceEndedError("The server closed the connection.")
        return super().drain(now)


def station(folder: Path, sources: dict[str, Live], *, slates: bool = True) -> Headend:
    return Headend(folder, lambda url: sources[url], slates=MadeSlates() if slates else None)


def with_failover(record: Channel, failover: Failover) -> Channel:
    return replace(record, features=replace(record.features or Features(), failover=failover))


def epochs(headend: Headend) -> list[int]:
    found = dict.fromkeys(message.epoch for message in headend.heard if isinstance(message, Opened))
    return list(found)


def longest_gap(headend: Headend) -> float:
    """The longest time between two parts that viewers got."""
    moments = [at for at, message in headend.timeline if isinstance(message, Part)]
    return max(after - before for before, after in pairwise(moments))


async def test_a_frozen_source_is_left_within_two_seconds_with_one_discontinuity(tmp_path: Path) -> None:
    sources = {A: Live(), B: Live()}
    headend = station(tmp_path, sources)
    headend.publish(channel(1, *sources), right(1))
    await headend.run(6)
    sources[A].silent = True
    await headend.run(8)
    assert headend.report(1).showing == "source 2"
    assert longest_gap(headend) < 1.9
    assert epochs(headend) == [0, 1]
    headend.supervisor.close()


async def test_a_closed_source_is_left_at_once(tmp_path: Path) -> None:
    sources = {A: Live(), B: Live()}
    headend = station(tmp_path, sources)
    headend.publish(channel(1, *sources), right(1))
    await headend.run(6)
    sources[A].refused = True
    await headend.run(4)
    assert headend.report(1).showing == "source 2"
    assert longest_gap(headend) < 0.6
    assert epochs(headend) == [0, 1]
    headend.supervisor.close()


async def test_a_change_amid_packets_loses_none(tmp_path: Path) -> None:
    sources = {A: Live(), B: Live()}
    sources[B]._step = 2500  # no whole number of packets
    headend = station(tmp_path, sources)
    headend.publish(channel(1, *sources), right(1))
    await headend.run(6)
    sources[A].refused = True
    await headend.run(6)
    assert headend.report(1).showing == "source 2"
    assert headend.report(1).continuity_errors == 0
    assert headend.supervisor._running[1]._segmenter.statistics.skipped_bytes == 0
    headend.supervisor.close()


async def test_pictures_that_stop_while_sound_goes_on_are_no_picture(tmp_path: Path) -> None:
    sources = {A: Live(), B: Live()}
    headend = station(tmp_path, sources)
    headend.publish(channel(1, *sources), right(1))
    await headend.run(6)
    sources[A].silent = True
    muted = Live()
    muted._data = edited(long_stream(), lambda _, packet: None if pid_of(packet) == VIDEO_PID else packet)
    sources[A].drain = muted.drain  # type: ignore[method-assign]
    await headend.run(2)
    assert headend.report(1).showing == "source 2"
    assert "source 1 was without a picture" in headend.report(1).detail
    headend.supervisor.close()


async def test_lasting_continuity_errors_give_way_to_a_good_source(tmp_path: Path) -> None:
    sources = {A: Live(), B: Live()}
    sources[A]._data = edited(long_stream(), lambda index, packet: None if index > 1500 and index % 9 == 0 else packet)
    headend = station(tmp_path, sources)
    headend.publish(with_failover(channel(1, *sources), Failover(hold_down_s=5)), right(1))
    await headend.run(25)
    assert headend.report(1).showing == "source 2"
    assert "source 1 was full of errors" in headend.report(1).detail
    headend.supervisor.close()


async def test_a_fallen_bitrate_gives_way_to_a_good_source(tmp_path: Path) -> None:
    sources = {A: Live(), B: Live()}
    headend = station(tmp_path, sources)
    headend.publish(with_failover(channel(1, *sources), Failover(hold_down_s=5, least_bps=100_000)), right(1))
    await headend.run(12)
    assert headend.report(1).showing == "source 1"
    sources[A]._step = 188 * 4
    await headend.run(6)
    assert headend.report(1).showing == "source 2"
    headend.supervisor.close()


async def test_the_slate_comes_within_two_seconds_and_goes_when_a_source_is_back(tmp_path: Path) -> None:
    sources = {A: Live(), B: Live()}
    headend = station(tmp_path, sources)
    headend.publish(channel(1, *sources), right(1))
    await headend.run(6)
    sources[A].silent = sources[B].silent = True
    await headend.run(10)
    report = headend.report(1)
    assert (report.showing, report.state) == ("slate", "silent")
    assert "Off air since" in report.detail
    assert "source 1 silent, source 2 silent" in report.detail
    assert longest_gap(headend) < 2.2
    sources[B].silent = False
    await headend.run(3)
    assert headend.report(1).showing == "source 2"
    assert longest_gap(headend) < 2.2
    assert epochs(headend) == [0, 1, 2]
    assert headend.announced(Down) == 0
    headend.supervisor.close()


async def test_a_dark_channel_tries_its_sources_more_often_than_their_failures_would_have_it(tmp_path: Path) -> None:
    sources = {A: Live()}
    headend = station(tmp_path, sources)
    headend.publish(channel(1, A), right(1))
    await headend.run(5)
    sources[A].refused = True
    await headend.run(60)
    assert headend.report(1).showing == "slate"
    sources[A].refused = False
    await headend.run(4)
    assert headend.report(1).showing == "source 1"
    headend.supervisor.close()


async def test_a_channel_with_one_source_shows_the_slate_too(tmp_path: Path) -> None:
    sources = {A: Live()}
    headend = station(tmp_path, sources)
    headend.publish(channel(1, A), right(1))
    await headend.run(5)
    sources[A].silent = True
    await headend.run(4)
    assert headend.report(1).showing == "slate"
    assert "Off air since" in headend.report(1).detail
    headend.supervisor.close()


async def test_no_slate_is_shown_where_none_is_wanted(tmp_path: Path) -> None:
    sources = {A: Live()}
    headend = station(tmp_path, sources)
    headend.publish(replace(channel(1, A), features=Features(slate=Slate(shown=False))), right(1))
    await headend.run(5)
    sources[A].silent = True
    await headend.run(5)
    assert headend.report(1).showing == "source 1"
    headend.supervisor.close()


async def test_going_back_costs_no_gap(tmp_path: Path) -> None:
    sources = {A: Live(), B: Live()}
    headend = station(tmp_path, sources)
    headend.publish(with_failover(channel(1, *sources), Failover(hold_down_s=8)), right(1))
    await headend.run(6)
    sources[A].refused = True
    await headend.run(4)
    sources[A].refused = False
    headend.timeline.clear()
    await headend.run(20)
    assert headend.report(1).showing == "source 1"
    assert headend.report(1).cause == "returned"
    assert longest_gap(headend) < 0.6
    assert epochs(headend) == [0, 1, 2]
    headend.supervisor.close()


async def test_the_operator_switches_source_slate_and_back(tmp_path: Path) -> None:
    sources = {A: Live(), B: Live()}
    headend = station(tmp_path, sources)
    record = channel(1, *sources)
    headend.publish(record, right(1))
    await headend.run(5)
    for pick, shown in (("2", "source 2"), ("slate", "slate"), ("auto", "source 1")):
        headend.publish(with_failover(record, Failover(pick=pick)))
        await headend.run(4)
        assert headend.report(1).showing == shown
    assert longest_gap(headend) < 0.9
    headend.supervisor.close()


async def test_a_switch_by_hand_outlives_the_headend(tmp_path: Path) -> None:
    sources = {A: Live(), B: Live()}
    headend = station(tmp_path, sources)
    headend.publish(with_failover(channel(1, *sources), Failover(pick="2")), right(1))
    await headend.run(5)
    headend.supervisor.close()
    headend.supervisor = headend.make()
    for _ in range(50):
        await headend.run(0.1)
        assert headend.report(1).showing == "source 2"
    headend.supervisor.close()


async def test_a_preferred_source_that_never_comes_leaves_the_air_to_the_next(tmp_path: Path) -> None:
    sources = {A: Live(), B: Live(), C: Live()}
    sources[A].silent = sources[B].silent = True
    headend = station(tmp_path, sources)
    headend.publish(channel(1, *sources), right(1))
    await headend.run(6)
    assert headend.report(1).showing == "source 3"
    assert [one.state for one in headend.report(1).sources] == ["faulty", "faulty", "on_air"]
    headend.supervisor.close()


async def test_a_source_that_takes_its_time_is_not_waited_for_when_another_has_a_picture(tmp_path: Path) -> None:
    slow, quick = "http://slow/a.ts", B
    sources = {slow: Live(), quick: Live()}
    sources[slow].silent = True
    headend = station(tmp_path, sources)
    record = channel(1, slow, quick)
    first = replace(record.sources[0], kind=SourceKind.HTTP_TS)
    headend.publish(replace(record, sources=(first, record.sources[1])), right(1))
    await headend.run(3)
    assert headend.report(1).showing == "source 2"
    headend.supervisor.close()


async def test_only_the_next_source_is_kept_warm_and_none_without_standby(tmp_path: Path) -> None:
    sources = {A: Live(), B: Live(), C: Live()}
    headend = station(tmp_path, sources)
    record = channel(1, *sources)
    headend.publish(record, right(1))
    await headend.run(5)
    assert [one.state for one in headend.report(1).sources] == ["on_air", "standby", "resting"]
    headend.publish(with_failover(record, Failover(standby=False)))
    await headend.run(1)
    assert [one.state for one in headend.report(1).sources] == ["on_air", "resting", "resting"]
    headend.supervisor.close()


async def test_a_restart_is_a_new_epoch_of_the_same_ring(tmp_path: Path) -> None:
    sources = {A: Live()}
    headend = station(tmp_path, sources)
    record = channel(1, A)
    headend.publish(record, right(1))
    await headend.run(5)
    headend.publish(replace(record, features=Features(life=Life(restarts=1))))
    await headend.run(5)
    assert headend.announced(Down) == 0
    assert headend.announced(Up) == 3
    assert epochs(headend) == [0, 1]
    headend.supervisor.close()


async def test_a_stopped_channel_leaves_and_comes_back(tmp_path: Path) -> None:
    sources = {A: Live()}
    headend = station(tmp_path, sources)
    record = channel(1, A)
    headend.publish(record, right(1))
    await headend.run(5)
    headend.publish(replace(record, features=Features(life=Life(running=Running.STOPPED))))
    await headend.run(1)
    assert headend.announced(Down) == 1
    assert (headend.report(1).state, headend.report(1).detail) == ("idle", "Stopped by its operator.")
    headend.publish(record)
    await headend.run(4)
    assert headend.report(1).state == "on_air"
    headend.supervisor.close()


async def test_a_draining_channel_ends_with_its_last_viewer(tmp_path: Path) -> None:
    sources = {A: Live()}
    headend = station(tmp_path, sources)
    record = channel(1, A)
    headend.publish(record, right(1))
    headend.supervisor.wants(7, [Want(channel=1, viewers=1)])
    await headend.run(4)
    headend.publish(replace(record, features=Features(life=Life(running=Running.DRAINING))))
    await headend.run(10)
    assert headend.report(1).state == "on_air"
    headend.supervisor.wants(7, [Want(channel=1, viewers=0)])
    await headend.run(4)
    assert headend.announced(Down) == 1
    assert "Takes no new viewers" in headend.report(1).detail
    headend.supervisor.close()


@pytest.mark.parametrize("warm_s", [5.0, 60.0])
async def test_an_on_demand_channel_stays_warm_as_long_as_it_is_told(tmp_path: Path, warm_s: float) -> None:
    sources = {A: Live()}
    headend = station(tmp_path, sources)
    record = replace(channel(1, A, start=StartMode.ON_DEMAND), features=Features(life=Life(warm_s=warm_s)))
    headend.publish(record, right(1))
    headend.supervisor.wants(7, [Want(channel=1, viewers=1)])
    await headend.run(3)
    headend.supervisor.wants(7, [Want(channel=1, viewers=0)])
    await headend.run(warm_s - 1)
    assert headend.report(1).state == "on_air"
    await headend.run(2)
    assert headend.report(1).state == "idle"
    headend.supervisor.close()


async def test_neighbours_of_what_is_watched_are_warm(tmp_path: Path) -> None:
    urls = [f"udp://n{number}:1" for number in range(1, 7)]
    sources = {url: Live() for url in urls}
    headend = station(tmp_path, sources)
    features = Features(life=Life(neighbours=1, warm_s=1))
    records = [
        replace(channel(number, url, start=StartMode.ON_DEMAND), features=features)
        for number, url in enumerate(urls, 1)
    ]
    order = (3, 1, 2, 4, 5, 6)
    entries = tuple(LineupEntry(channel_id=one, number=one, category_id=1, category_name="All") for one in order)
    headend.publish(*records, right(*range(1, 7)), Lineup(id=1, name="All", entries=entries))
    headend.supervisor.wants(7, [Want(channel=2, viewers=1)])
    await headend.run(4)
    assert {one.id for one in headend.reports() if one.state == "on_air"} == {1, 2, 4}
    headend.supervisor.wants(7, [Want(channel=2, viewers=0), Want(channel=5, viewers=1)])
    await headend.run(4)
    assert {one.id for one in headend.reports() if one.state == "on_air"} == {4, 5, 6}
    headend.supervisor.close()


def test_the_stream_of_these_tests_has_sound() -> None:
    assert any(pid_of(long_stream()[at : at + 188]) == AUDIO_PID for at in range(0, 188 * 400, 188))
