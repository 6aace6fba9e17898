"""Workers crash, hang and talk nonsense; each time it costs one look and nobody waits."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from rightcast.headend.pictures import pool as pools
from rightcast.headend.pictures.orders import Look
from rightcast.headend.pictures.pool import COMMAND, Done, Pool
from tests.headend.scenes import scene
from tests.headend.signals import AUDIO_PID, VIDEO_PID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE_S = 60.0


def order(number: int) -> Look:
    path = scene("moving")
    return Look(
        number=number,
        path=str(path),
        size=path.stat().st_size,
        video_pid=VIDEO_PID,
        video_codec="h264",
        audio_pid=AUDIO_PID,
        audio_codec="aac",
    )


class Clock:
    """Goes on by itself, and jumps when told."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead


class Driven:
    """A pool, its clock, and everything that came of its looks."""

    def __init__(self, command: tuple[str, ...] = COMMAND) -> None:
        self.clock = Clock()
        self.pool = Pool(command, clock=self.clock)
        self.done: list[Done] = []

    def until(self, condition: Callable[[], object]) -> None:
        """Tick until it holds."""
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < deadline
            self.done += self.pool.tick()
            time.sleep(0.01)

    def look(self, *numbers: int) -> None:
        """Ask for looks, and wait until each has come to something."""
        before = len(self.done)
        assert all(self.pool.submit(order(number)) for number in numbers)
        self.until(lambda: len(self.done) == before + len(numbers))


@pytest.fixture
def driven() -> Iterator[Driven]:
    made = Driven()
    yield made
    made.pool.close()


def test_looks_are_answered_in_order(driven: Driven) -> None:
    driven.look(*range(1, 8))
    assert [one.look.number for one in driven.done] == [*range(1, 8)]
    assert all(one.seen is not None and one.seen.picture is not None and one.seen.sound for one in driven.done)
    assert driven.pool.looked == 7


def test_a_worker_killed_at_a_look_costs_that_look_alone(driven: Driven) -> None:
    driven.look(1)
    [pid] = driven.pool.pids
    os.kill(pid, signal.SIGSTOP)  # so that it is at a look when it dies
    for number in (2, 3, 4):
        driven.pool.submit(order(number))
    driven.done += driven.pool.tick()
    os.kill(pid, signal.SIGKILL)
    driven.until(lambda: len(driven.done) == 4)
    assert [(one.look.number, one.seen is not None) for one in driven.done] == [
        (1, True),
        (2, False),
        (3, True),
        (4, True),
    ]
    assert (driven.pool.crashed, driven.pool.hung) == (1, 0)
    assert driven.pool.pids != [pid]


def test_a_worker_that_hangs_is_ended_at_its_deadline_and_replaced(driven: Driven) -> None:
    driven.look(1)
    [pid] = driven.pool.pids
    os.kill(pid, signal.SIGSTOP)
    driven.pool.submit(order(2))
    driven.pool.submit(order(3))
    driven.done += driven.pool.tick()
    driven.clock.ahead += pools.DEADLINE_S + 1
    driven.until(lambda: len(driven.done) == 3)
    assert [one.seen is None for one in driven.done] == [False, True, False]
    assert (driven.pool.crashed, driven.pool.hung) == (0, 1)
    driven.until(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)


def test_a_worker_that_talks_nonsense_is_replaced() -> None:
    driven = Driven((sys.executable, "-c", "import sys; sys.stdin.buffer.read(4); print('x' * 99, flush=True)"))
    try:
        driven.look(1)
        assert driven.done[0].seen is None
        assert driven.pool.crashed == 1
    finally:
        driven.pool.close()


def test_workers_that_keep_ending_are_started_ever_more_seldom() -> None:
    driven = Driven((sys.executable, "-c", ""))
    try:
        for number in range(1, 4):
            driven.look(number)
        driven.pool.submit(order(9))
        driven.done += driven.pool.tick()
        assert driven.pool.pids == []
        driven.clock.ahead += 60
        driven.until(lambda: len(driven.done) == 4)
    finally:
        driven.pool.close()


def test_looks_that_nobody_can_take_are_refused_not_hoarded() -> None:
    driven = Driven(("/nonexistent/worker",))
    taken = [driven.pool.submit(order(number)) for number in range(200)]
    assert driven.pool.tick() == []
    assert taken.count(True) < 50
    driven.pool.close()


def test_workers_die_with_their_headend() -> None:
    program = (
        "import time; from rightcast.headend.pictures.pool import Pool\n"
        "from rightcast.headend.pictures.orders import Look\n"
        "pool = Pool(); pool.submit(Look(number=1, path='', size=0)); done = []\n"
        "while not done: done += pool.tick(); time.sleep(0.01)\n"
        "print(pool.pids[0], flush=True); time.sleep(600)"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    try:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        assert psutil.pid_exists(worker)
    finally:
        parent.kill()
        parent.wait()
    deadline = time.monotonic() + PATIENCE_S
    while psutil.pid_exists(worker) and psutil.Process(worker).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_worker_is_humble(driven: Driven) -> None:
    driven.look(1)
    worker = psutil.Process(driven.pool.pids[0])
    assert worker.nice() > 0
    assert worker.rlimit(psutil.RLIMIT_AS)[0] == 2 << 30
