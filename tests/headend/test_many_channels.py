"""Very many channels that nobody watches: they cost next to nothing, and those that run keep their room."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from rightcast.contract.ring import Down, Up, Want
from rightcast.domain.lineup import StartMode
from rightcast.domain.rights import RightStatus
from rightcast.headend.budget import LEAST_SHARE_BYTES, Room
from rightcast.headend.channel import LINGER_S
from rightcast.headend.waiting import LISTED
from tests.headend.signals import signal
from tests.headend.stations import Headend, Looped, channel, right

if TYPE_CHECKING:
    from pathlib import Path

MANY = 5000


def _looped(_url: str = "") -> Looped:
    return Looped(signal(seconds=8).read_bytes(), 8)


def _on_demand(*numbers: int) -> list[object]:
    return [channel(number, f"udp://h{number}:1", start=StartMode.ON_DEMAND) for number in numbers]


def _crowd(tmp_path: Path) -> Headend:
    station = Headend(tmp_path, _looped)
    station.publish(*_on_demand(*range(2, MANY + 1)), channel(1, "udp://a:1"), right(*range(1, MANY + 1)))  # type: ignore[arg-type]  # records
    return station


async def test_idle_channels_are_neither_announced_nor_given_a_folder(tmp_path: Path) -> None:
    station = _crowd(tmp_path)
    await station.run(4)
    assert {message.channel for message in station.heard} == {1}
    assert [one.channel for one in station.supervisor.snapshot() if isinstance(one, Up)] == [1]
    assert [folder.name for folder in (station.settings.ring_root / "ring").iterdir()] == ["1"]
    assert station.report(1).state == "on_air"
    station.supervisor.close()


async def test_a_tick_does_not_look_at_idle_channels(tmp_path: Path) -> None:
    station = _crowd(tmp_path)
    await station.run(1)
    best = 1.0
    for _ in range(20):
        begun = time.perf_counter()
        station.supervisor.tick(station.now)
        best = min(best, time.perf_counter() - begun)
        station.now += 0.1
    assert best < 0.005
    station.supervisor.close()


async def test_reports_list_the_first_idle_channels_and_count_the_rest(tmp_path: Path) -> None:
    station = _crowd(tmp_path)
    station.supervisor.wants(7, [Want(channel=MANY, viewers=1)])
    await station.run(4)
    report = station.supervisor.report(station.now)
    states = {one.id: one.state for one in report.channels}
    assert (states[1], states[2], states[MANY]) == ("on_air", "idle", "on_air")
    assert len(states) == LISTED + 2
    assert report.more_idle == MANY - 2 - LISTED
    assert report.more_failed == 0
    station.supervisor.close()


async def test_channels_without_room_are_counted_too(tmp_path: Path) -> None:
    station = Headend(tmp_path, _looped)
    station.supervisor = station.make(budget_bytes=2 * LEAST_SHARE_BYTES)
    last = LISTED + 10
    station.publish(*(channel(number, f"udp://h{number}:1") for number in range(1, last + 1)), right(*range(last + 1)))
    await station.run(1)
    report = station.supervisor.report(station.now)
    assert len(report.channels) == 2 + LISTED
    assert report.more_failed == 8
    station.supervisor.close()


@pytest.mark.parametrize("ends_s", [None, 5.0])
async def test_a_right_over_very_many_channels_stops_the_running_ones(tmp_path: Path, ends_s: float | None) -> None:
    station = _crowd(tmp_path)
    everything = range(1, MANY + 1)
    station.publish(right(*everything, ends_s=ends_s))
    station.supervisor.wants(7, [Want(channel=MANY, viewers=1)])
    await station.run(4.9)
    assert station.announced(Down, MANY) == 0
    if ends_s is None:
        station.publish(right(*everything, status=RightStatus.WITHDRAWN))
    await station.run(1)
    assert station.announced(Down, MANY) == station.announced(Down) == 1
    assert station.reports() == []
    station.supervisor.close()


async def test_an_on_demand_channel_takes_its_room_when_it_starts(tmp_path: Path) -> None:
    station = Headend(tmp_path, _looped)
    station.supervisor = station.make(budget_bytes=2 * LEAST_SHARE_BYTES)
    station.publish(channel(9, "udp://a:1"), *_on_demand(1, 2, 3), right(1, 2, 3, 9))  # type: ignore[arg-type]  # records
    station.supervisor.wants(7, [Want(channel=1, viewers=1)])
    await station.run(3)
    assert (station.report(9).state, station.report(1).state) == ("on_air", "on_air")
    station.supervisor.wants(7, [Want(channel=2, viewers=1)])
    await station.run(1)
    assert station.report(2).state == "failed"
    assert "need at least 18 MB" in station.report(2).detail
    station.supervisor.wants(7, [Want(channel=2, viewers=0)])
    await station.run(0.1)
    assert station.report(2).state == "idle"
    station.supervisor.close()


async def test_a_channel_that_nobody_watches_any_more_gives_its_room_to_the_next(tmp_path: Path) -> None:
    station = Headend(tmp_path, _looped)
    station.supervisor = station.make(budget_bytes=LEAST_SHARE_BYTES)
    station.publish(*_on_demand(1, 2), right(1, 2))  # type: ignore[arg-type]  # records
    station.supervisor.wants(7, [Want(channel=1, viewers=1)])
    await station.run(3)
    station.supervisor.wants(7, [Want(channel=1, viewers=0)])
    await station.run(0.2)
    station.supervisor.wants(7, [Want(channel=2, viewers=1)])
    await station.run(3)
    assert (station.report(1).state, station.report(2).state) == ("idle", "on_air")
    station.supervisor.close()


async def test_a_restart_goes_on_with_the_on_demand_channels_that_were_watched(tmp_path: Path) -> None:
    station = Headend(tmp_path, _looped)
    station.publish(*_on_demand(1, 2), right(1, 2))  # type: ignore[arg-type]  # records
    station.supervisor.wants(7, [Want(channel=1, viewers=1)])
    await station.run(9)
    station.supervisor.close()
    station.heard.clear()
    station.supervisor = station.make()
    await station.run(0.1)
    assert station.announced(Up) == 1
    assert station.announced(Up, 2) == 0
    await station.run(LINGER_S + 1)
    assert station.announced(Down) == 1
    assert not station.settings.channel_ring(1).exists()
    station.supervisor.close()


def test_room_is_for_channels_that_run() -> None:
    room = Room(budget_bytes=10 * LEAST_SHARE_BYTES, always=4, headends=2)
    assert (room.most, room.on_demand) == (10, 3)
    assert room.share_bytes(0) == 15_000_000
    assert room.share_bytes(3) == LEAST_SHARE_BYTES
    assert Room(budget_bytes=LEAST_SHARE_BYTES, always=50).share_bytes(0) == LEAST_SHARE_BYTES
    assert Room(budget_bytes=LEAST_SHARE_BYTES, always=50).on_demand == 0
