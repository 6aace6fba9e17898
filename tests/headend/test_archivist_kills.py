"""The archivist's process and the headend are killed again and again: what is kept is what was sent, once, in order."""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from rightcast.contract.station import HANDOVER_VARIABLE
from rightcast.state.archive.reel import ReelWriter
from tests.edge.fake_headend import FakeHeadend
from tests.headend.archives import SEGMENTS, Bench, until

if TYPE_CHECKING:
    import pytest

    from rightcast.contract.station import StationSettings

KILLS = 6


def start(settings: StationSettings) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "rightcast.serve.child", "archivist", "0"]
    environment = {**os.environ, HANDOVER_VARIABLE: settings.handover(), "RIGHTCAST_PARENT": str(os.getpid())}
    return subprocess.Popen(command, env=environment)


async def air(headend: FakeHeadend) -> None:
    """A segment every 40 ms; a ring holds six."""
    while True:
        headend.segment()
        await asyncio.sleep(0.04)


async def test_kills_of_either_side_lose_nothing_that_the_ring_held(monkeypatch: pytest.MonkeyPatch) -> None:
    quarter = len(SEGMENTS[0]) // 4
    monkeypatch.setattr("tests.edge.fake_headend.part_bounds", lambda _: [quarter * step for step in range(5)])
    monkeypatch.setattr("tests.edge.fake_headend.first_time", lambda _: 0)
    moments = random.Random(20260802)
    with tempfile.TemporaryDirectory(dir="/dev/shm", prefix="rc-") as folder:
        headend = FakeHeadend(Path(folder), SEGMENTS)
        bench = Bench(Path(folder), headend)
        bench.keep()
        await headend.start()
        for turn in range(KILLS):
            child = await asyncio.to_thread(start, bench.settings)
            on_air = asyncio.create_task(air(headend))
            before = bench.newest()
            await until(lambda before=before: bench.newest() > before + 3, "nothing is kept", 20)  # type: ignore[misc]
            if turn % 2:  # the headend dies too, before or after
                on_air.cancel()
                await headend.stop()
                headend.restart_ring()
                await headend.start()
                on_air = asyncio.create_task(air(headend))
            await asyncio.sleep(moments.uniform(0, 0.15))  # not a wait: the moment of death
            child.send_signal(signal.SIGKILL)
            await asyncio.to_thread(child.wait, 10)
            on_air.cancel()
            assert bench.bytes_agree()
        await headend.stop()
        bench.feed.close()
        ReelWriter(bench.shelf.folder).close()
        found = bench.sequences()
        assert bench.bytes_agree()
        gaps = bench.shelf.gaps()
        missing = {number for before, after in itertools.pairwise(found) for number in range(before + 1, after)}
        told = {number for gap in gaps for number in missing if gap.start <= headend.wall + number < gap.stop}
        assert found == sorted(set(found))
        assert missing == told
        assert {gap.cause for gap in gaps} <= {"archivist", "headend"}
