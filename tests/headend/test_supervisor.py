"""Desired against running: rights, the clock, shards, budgets and restarts."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from rightcast.contract.catalogue import Change, Kind
from rightcast.contract.ring import Closed, Down, Opened
from rightcast.domain.errors import RingTooSmallError
from rightcast.domain.rights import RightStatus
from rightcast.headend.budget import LEAST_SHARE_BYTES, ring_budget, share_of
from rightcast.headend.desired import shard_of
from tests.headend.signals import signal
from tests.headend.stations import Headend, Looped, channel, right

if TYPE_CHECKING:
    from pathlib import Path


def _looped(_url: str = "") -> Looped:
    return Looped(signal(seconds=8).read_bytes(), 8)


async def test_without_a_right_nothing_is_carried(tmp_path: Path) -> None:
    station = Headend(tmp_path, _looped)
    station.publish(channel(1, "udp://a:1"))
    await station.run(1)
    assert station.reports() == []
    station.publish(right(1, status=RightStatus.DRAFT))
    await station.run(1)
    assert station.reports() == []
    station.publish(right(1))
    await station.run(0.2)
    assert [report.id for report in station.reports()] == [1]
    station.supervisor.close()


async def test_a_right_that_ends_takes_its_channel_off_within_a_second(tmp_path: Path) -> None:
    station = Headend(tmp_path, _looped)
    station.publish(channel(1, "udp://a:1"), channel(2, "udp://b:1"), right(1, ends_s=5.0))
    await station.run(4.9)
    assert len(station.reports()) == 1
    await station.run(1.0)
    assert station.reports() == []
    assert station.announced(Down) == 1
    assert not station.settings.channel_ring(1).exists()
    station.supervisor.close()


@pytest.mark.parametrize("status", [RightStatus.WITHDRAWN, RightStatus.SUSPENDED])
async def test_a_right_that_is_withdrawn_takes_its_channel_off_at_the_next_tick(
    tmp_path: Path, status: RightStatus
) -> None:
    station = Headend(tmp_path, _looped)
    station.publish(channel(1, "udp://a:1"), right(1))
    await station.run(3)
    station.publish(right(1, status=status))
    await station.run(0.1)
    assert station.announced(Down) == 1
    station.supervisor.close()


async def test_a_channel_that_is_removed_leaves(tmp_path: Path) -> None:
    station = Headend(tmp_path, _looped)
    station.publish(channel(1, "udp://a:1"), right(1))
    await station.run(1)
    station.feed.publish([Change(Kind.CHANNEL, 1, None)])
    await station.run(0.2)
    assert station.reports() == []
    station.supervisor.close()


async def test_a_restart_goes_on_where_the_last_process_ended(tmp_path: Path) -> None:
    station = Headend(tmp_path, _looped)
    station.publish(channel(1, "udp://a:1"), right(1))
    await station.run(9)
    epoch = max(message.epoch for message in station.heard if isinstance(message, Opened))
    station.supervisor.close()
    closed = [message.sequence for message in station.heard if isinstance(message, Closed)]
    assert station.announced(Down) == 0
    station.heard.clear()
    station.now += 2
    station.supervisor = station.make()
    await station.run(3)
    opened = [message for message in station.heard if isinstance(message, Opened)]
    assert {message.sequence for message in opened} >= set(closed)
    fresh = [message for message in opened if message.sequence not in closed]
    assert fresh[0].sequence == closed[-1] + 1
    assert fresh[0].epoch == epoch + 1
    station.supervisor.close()


async def test_rings_of_channels_that_nobody_carries_are_cleared_away(tmp_path: Path) -> None:
    station = Headend(tmp_path, _looped)
    left = station.settings.channel_ring(99)
    left.mkdir(parents=True)
    (left / "1.ts").write_bytes(b"old")
    station.publish(channel(1, "udp://a:1"), right(1))
    await station.run(0.2)
    assert not left.exists()
    station.supervisor.close()


async def test_each_channel_runs_in_one_shard_and_a_multiplex_in_one_place(tmp_path: Path) -> None:
    station = Headend(tmp_path, _looped, headends=2)
    channels = [channel(number, f"udp://h{number}:1") for number in range(1, 21)]
    channels += [channel(number, "udp://mux:1", service=number) for number in range(21, 26)]
    station.publish(*channels, right(*range(1, 26)))
    found = []
    for shard in (0, 1):
        station.supervisor = station.make(shard=shard)
        await station.run(0.2)
        found.append({report.id for report in station.reports()})
        station.supervisor.close()
    assert found[0] | found[1] == set(range(1, 26))
    assert not found[0] & found[1]
    assert all(found)
    assert len({shard_of(one, 2) for one in channels[20:]}) == 1


async def test_channels_that_the_budget_does_not_hold_say_so(tmp_path: Path) -> None:
    station = Headend(tmp_path, _looped)
    station.supervisor = station.make(budget_bytes=2 * LEAST_SHARE_BYTES)
    station.publish(*(channel(number, f"udp://h{number}:1") for number in (1, 2, 3)), right(1, 2, 3))
    await station.run(4)
    states = {report.id: report.state for report in station.reports()}
    assert states == {1: "on_air", 2: "on_air", 3: "failed"}
    assert "12 MB" in station.report(3).detail
    assert "18 MB" in station.report(3).detail
    station.supervisor.close()


async def test_a_source_that_is_refused_is_a_failed_channel_and_no_more(tmp_path: Path) -> None:
    from rightcast.headend.sources.opening import open_receiver
    from tests.headend.senders import workshop

    def opening(url: str) -> object:
        return _looped() if url == "udp://good:1" else open_receiver(workshop(), url)

    station = Headend(tmp_path, opening)  # type: ignore[arg-type]  # a receiver either way
    bad = ["ftp://a/b", "udp://239.1.1.1", "http://a b/", "file://relative", "testcard:///?size=1x1"]
    station.publish(
        *(channel(number, url) for number, url in enumerate(["udp://good:1", *bad], 1)), right(*range(1, 7))
    )
    await station.run(5)
    assert [report.state for report in station.reports()] == ["on_air", *["failed"] * 5]
    assert all(report.detail for report in station.reports()[1:])
    station.supervisor.close()


async def test_a_feed_that_cannot_be_read_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    station = Headend(tmp_path, _looped)
    station.publish(channel(1, "udp://a:1"), right(1))
    await station.run(3)

    def fail() -> int:
        raise sqlite3.OperationalError("database is locked")

    monkeypatch.setattr(station.feed, "latest", fail)
    await station.run(2)
    assert station.report(1).state == "on_air"
    station.supervisor.close()


def test_shares_divide_the_budget() -> None:
    assert share_of(100_000_000, 10) == 10_000_000
    assert share_of(10**12, 1) == 256_000_000
    assert share_of(100, 0) == 100


def test_a_budget_too_small_for_one_channel_is_refused(tmp_path: Path) -> None:
    station = Headend(tmp_path, _looped, ring_budget_bytes=1000)
    with pytest.raises(RingTooSmallError) as caught:
        ring_budget(station.settings)
    assert caught.value.remedy
