"""The back-off and the life of one supervised process, with a real process of a room made for it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.contract.station import StationSettings
from rightcast.domain.errors import RingTooSmallError
from rightcast.serve import process as supervising
from rightcast.serve.child import NEEDS_OPERATOR
from rightcast.serve.failures import leave_failure
from rightcast.serve.process import LONGEST_DELAY_S, STEADY_S, SupervisedProcess, describe_exit, next_delay

if TYPE_CHECKING:
    from collections.abc import Callable

    from rightcast.domain.errors import RightcastError

DEADLINE_S = 15


async def eventually(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not condition():
            await asyncio.sleep(0.01)


@pytest.fixture
def settings(tmp_path: Path) -> StationSettings:
    return StationSettings(data=tmp_path / "data", ring=tmp_path / "ring")


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], Path]:
    """Make the processes run a script in place of a room; it notes each start in the returned file."""
    starts = tmp_path / "starts"

    def use(script: str) -> Path:
        program = tmp_path / "room.py"
        program.write_text(
            f"import os, signal, sys, time\nopen({str(starts)!r}, 'a').write(f'{{os.getpid()}}\\n')\n{script}\n"
        )
        launcher = tmp_path / "python"
        launcher.write_text(f"#!/bin/sh\nexec {sys.executable} {program}\n")
        launcher.chmod(0o700)
        monkeypatch.setattr(supervising.sys, "executable", str(launcher))
        return starts

    return use


def started(starts: Path) -> list[int]:
    return [int(line) for line in starts.read_text().split()] if starts.exists() else []


def living_in_group(group: int) -> list[int]:
    found = []
    for one in psutil.process_iter():
        with contextlib.suppress(psutil.Error, ProcessLookupError):
            if os.getpgid(one.pid) == group and one.status() != psutil.STATUS_ZOMBIE:
                found.append(one.pid)
    return found


def never(error: RightcastError) -> None:
    raise AssertionError(error)


@given(st.floats(0, 100), st.floats(0, 1e6))
def test_the_wait_stays_within_its_bounds(last: float, uptime: float) -> None:
    assert 0 < next_delay(last, uptime) <= LONGEST_DELAY_S


def test_the_wait_doubles_while_a_process_keeps_dying_and_begins_anew_once_it_ran_well() -> None:
    waits = [0.0]
    for _ in range(10):
        waits.append(next_delay(waits[-1], 1))
    assert waits[1:5] == [0.1, 0.2, 0.4, 0.8]
    assert waits[-1] == LONGEST_DELAY_S
    assert next_delay(waits[-1], STEADY_S) == 0.1


def test_an_exit_is_told_in_words() -> None:
    assert describe_exit(2) == "exit code 2"
    assert describe_exit(-signal.SIGKILL) == "SIGKILL"
    assert describe_exit(-200) == "signal 200"


async def test_a_process_that_dies_is_started_again(settings: StationSettings, room: Callable[[str], Path]) -> None:
    starts = room("time.sleep(60)")
    process = SupervisedProcess("edge", 0, settings, on_failure=never)
    task = asyncio.create_task(process.keep())
    await eventually(lambda: len(started(starts)) == 1)
    os.kill(process.pid, signal.SIGKILL)
    await eventually(lambda: len(started(starts)) == 2)
    await process.stop()
    await task
    assert len(started(starts)) == 2


async def test_a_process_ends_when_asked(settings: StationSettings, room: Callable[[str], Path]) -> None:
    starts = room("time.sleep(60)")
    process = SupervisedProcess("edge", 0, settings, on_failure=never)
    task = asyncio.create_task(process.keep())
    await eventually(lambda: bool(started(starts)))
    await process.stop()
    await task
    assert not Path(f"/proc/{process.pid}").exists()


async def test_a_process_that_does_not_listen_is_killed_with_all_it_started(
    settings: StationSettings, room: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervising, "GRACE_S", 0.2)
    starts = room("import subprocess\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nsubprocess.run(['sleep', '60'])")
    process = SupervisedProcess("edge", 0, settings, on_failure=never)
    task = asyncio.create_task(process.keep())
    await eventually(lambda: bool(started(starts)))
    await process.stop()
    await task
    await eventually(lambda: not living_in_group(process.pid))


async def test_a_failure_that_an_operator_must_mend_is_told_instead_of_tried_again(
    settings: StationSettings, room: Callable[[str], Path]
) -> None:
    starts = room(f"sys.exit({NEEDS_OPERATOR})")
    leave_failure(settings, "headend 1", RingTooSmallError("Too small.", remedy="Grow it.", field="ring"))
    told: list[RightcastError] = []
    await SupervisedProcess("headend", 0, settings, on_failure=told.append).keep()
    assert [(error.code, error.sentence, error.remedy, error.field) for error in told] == [
        ("ring-too-small", "Too small.", "Grow it.", "ring")
    ]
    assert len(started(starts)) == 1


async def test_the_edge_keeps_its_receive_buffers(settings: StationSettings, room: Callable[[str], Path]) -> None:
    noted = settings.data.parent / "environment"
    room(f"open({str(noted)!r}, 'w').write(os.environ.get('MALLOC_TRIM_THRESHOLD_', 'none'))")
    await SupervisedProcess("edge", 0, settings, on_failure=never).run_once()
    assert noted.read_text() == "268435456"
    await SupervisedProcess("panel", 0, settings, on_failure=never).run_once()
    assert noted.read_text() == "none"
