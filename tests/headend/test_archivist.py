"""What is closed in a ring is kept once, whole, in order, over deaths of either side; what is missing has a cause."""

from __future__ import annotations

import os
import tempfile
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rightcast.contract.catalogue import Kind
from rightcast.domain.rights import RightStatus
from tests.edge.fake_headend import FakeHeadend
from tests.headend.archives import CHANNEL, RIGHT, SEGMENTS, Bench, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def bench(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    """Packets that are numbered instead of pictures: parts are quarters, times mean nothing."""
    quarter = len(SEGMENTS[0]) // 4
    monkeypatch.setattr("tests.edge.fake_headend.part_bounds", lambda _: [quarter * step for step in range(5)])
    monkeypatch.setattr("tests.edge.fake_headend.first_time", lambda _: 0)
    with tempfile.TemporaryDirectory(dir="/dev/shm", prefix="rc-") as folder:
        headend = FakeHeadend(Path(folder), SEGMENTS)
        await headend.start()
        bench = Bench(Path(folder), headend)
        yield bench
        await bench.stop()
        await headend.stop()
        bench.feed.close()


async def test_all_that_is_closed_is_kept_in_order(bench: Bench) -> None:
    bench.keep()
    await bench.start()
    await bench.on_air(20)
    kept = bench.shelf.kept()
    assert [one.sequence for one in kept] == [*range(20)]
    assert bench.bytes_agree()
    assert {one.epoch for one in kept} == {1}
    assert [one.start for one in kept] == [bench.headend.wall + turn for turn in range(20)]
    assert kept[0].joins == ((0, 0.0),)
    assert bench.shelf.gaps() == []


async def test_a_channel_without_wish_or_right_is_not_kept(bench: Bench) -> None:
    bench.keep(hours=0)
    await bench.start()
    await until(lambda: bench.headend.connections > 0, "nobody came")
    bench.headend.segment()
    bench.keep(hours=24, catchup_h=24)
    bench.publish(Kind.RIGHT, 5, replace(RIGHT, status=RightStatus.SUSPENDED))
    bench.archivist.decide()
    assert not bench.archivist.writer.wanted
    bench.publish(Kind.RIGHT, 5, RIGHT)
    bench.publish(Kind.CHANNEL, 1, CHANNEL)
    bench.archivist.decide()
    await bench.on_air(1)
    assert bench.sequences()[-1] == 1


async def test_a_restart_of_the_archivist_takes_the_rest_from_the_ring(bench: Bench) -> None:
    bench.keep()
    await bench.start()
    await bench.on_air(5)
    await bench.stop()
    for _ in range(5):
        bench.headend.segment()
    await bench.start()
    await bench.on_air(2)
    assert bench.sequences() == [*range(12)]
    assert {one.epoch for one in bench.shelf.kept()} == {1}
    assert bench.bytes_agree()


async def test_what_fell_off_the_ring_while_the_archivist_was_away_is_a_gap(bench: Bench) -> None:
    bench.keep()
    await bench.start()
    await bench.on_air(2)
    await bench.stop()
    for _ in range(20):
        bench.headend.segment()
    await bench.start()
    await bench.on_air(1)
    assert bench.sequences() == [0, 1, 17, 18, 19, 20, 21, 22]
    [gap] = bench.shelf.gaps()
    assert (gap.start - bench.headend.wall, gap.stop - bench.headend.wall, gap.cause) == (2, 17, "archivist")
    assert [one.epoch for one in bench.shelf.kept()] == [1, 1, 2, 2, 2, 2, 2, 2]


async def test_a_restart_of_the_headend_doubles_nothing(bench: Bench) -> None:
    bench.keep()
    await bench.start()
    await bench.on_air(5)
    await bench.headend.stop()
    bench.headend.restart_ring()
    bench.headend.wall += 30
    await bench.headend.start()
    await bench.on_air(3)
    assert bench.sequences() == [*range(8)]
    [gap] = bench.shelf.gaps()
    assert (gap.stop - gap.start, gap.cause) == (30, "headend")
    assert [one.epoch for one in bench.shelf.kept()] == [1, 1, 1, 1, 1, 2, 2, 2]


async def test_a_source_that_brought_nothing_is_a_gap(bench: Bench) -> None:
    bench.keep()
    await bench.start()
    await bench.on_air(2)
    bench.headend.epoch += 1
    bench.headend.wall += 12
    await bench.on_air(2)
    [gap] = bench.shelf.gaps()
    assert (gap.stop - gap.start, gap.cause) == (12, "source")


async def test_a_ring_that_began_anew_is_kept_on(bench: Bench) -> None:
    bench.headend.epoch, bench.headend.sequence = 7, 100
    bench.keep()
    await bench.start()
    await bench.on_air(2)
    await bench.headend.stop()
    bench.headend._held.clear()
    bench.headend.wall += 200
    bench.headend.epoch = bench.headend.sequence = 0
    bench.headend.wants.clear()
    await bench.headend.start()
    await until(lambda: bench.headend.wants.get(1) == 1, "the channel is not wanted")
    bench.headend.segment()
    await until(lambda: bench.sequences() == [100, 101, 0], "not kept on")
    assert bench.bytes_agree()


async def test_a_disk_that_stands_still_disturbs_nobody_and_what_falls_off_the_ring_is_a_gap(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.keep()
    await bench.start()
    await bench.on_air(2)
    going_on = threading.Event()
    sendfile = os.sendfile

    def stand_still(*arguments: int) -> int:
        going_on.wait(20)
        return sendfile(*arguments)

    monkeypatch.setattr("rightcast.state.archive.reel_writer.os.sendfile", stand_still)
    for _ in range(20):
        bench.headend.segment()
    writer = bench.archivist.writer
    await until(lambda: writer.backlog + writer.missed >= 19, "segments do not wait")
    assert bench.archivist.report().busy_since > 0
    going_on.set()
    await bench.on_air(1)
    assert bench.bytes_agree()
    found = bench.sequences()
    assert found[:2] == [0, 1]
    assert found[-1] == 22
    assert found == sorted(set(found))
    assert "slow" in {gap.cause for gap in bench.shelf.gaps()}  # a test that was held up made a pause of its own
    assert writer.missed > 0
    assert bench.headend.connections == 1
