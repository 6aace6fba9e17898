"""The picture workers of a headend: given looks, bounded and with a deadline each, replaced when they crash or hang.

Everything here is non-blocking and happens in the headend's tick; a worker's end costs the look it was at, no more.
"""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightcast.domain.errors import ContractError
from rightcast.headend.pictures.orders import Frames, Look, Seen, frame

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

DEADLINE_S = 10.0
"""For one look, which takes 30 ms when all is well, on a machine that may have no time for it."""
STARTING_S = 60.0
"""For the first look of a worker, which loads Python and the decoders."""
AT_ONCE = 4
"""Looks that a worker holds, so that it need not wait for the next tick."""
_QUEUED_PER_WORKER = 32
_PAUSES_S = (0.0, 0.0, 1.0, 5.0, 30.0)
_READ_BYTES = 1 << 18
_PR_SET_PDEATHSIG = 1
_NICENESS = 10
_LIBC = ctypes.CDLL(None)

COMMAND = (sys.executable, "-m", "rightcast.headend.pictures.worker")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a look. `seen` None: the worker that had it crashed or hung."""

    look: Look
    seen: Seen | None


class _Worker:
    """One process and the looks it holds, oldest first."""

    def __init__(self, command: Sequence[str], now: float) -> None:
        self.held: deque[Look] = deque()
        self.answered = 0
        self.since = now
        self._frames = Frames()
        # Threads of numpy's linear algebra would cost memory and bring nothing.
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and module, no shell
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            preexec_fn=_begin_humbly,  # noqa: PLW1509 - two system calls, resolved before the fork
        )
        if self.process.stdin is None or self.process.stdout is None:
            raise OSError("A picture worker has no pipes.")
        self._in, self._out = self.process.stdin.fileno(), self.process.stdout.fileno()
        os.set_blocking(self._in, False)
        os.set_blocking(self._out, False)

    def give(self, look: Look, now: float) -> None:
        """Hand it a look. Raises OSError when it takes none."""
        if not self.held:
            self.since = now
        self.held.append(look)
        data = frame(look)
        if os.write(self._in, data) < len(data):
            raise BlockingIOError("The pipe to a picture worker is full.")

    def take(self, now: float) -> list[Seen]:
        """What it has answered. Raises EOFError when it has ended, ContractError when it talks nonsense."""
        found: list[Seen] = []
        while True:
            try:
                data = os.read(self._out, _READ_BYTES)
            except BlockingIOError:
                break
            if not data:
                if found:
                    break
                raise EOFError
            found += self._frames.feed(data)
        if found:
            self.since, self.answered = now, self.answered + len(found)
        return found

    def is_late(self, now: float) -> bool:
        """Whether its oldest look has taken too long."""
        return bool(self.held) and now - self.since > (DEADLINE_S if self.answered else STARTING_S)

    def end(self) -> None:
        """End it with force, without waiting; a thread buries it."""
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()
        if self.process.poll() is None:
            self.process.kill()
            threading.Thread(target=self.process.wait, name=f"bury-{self.process.pid}", daemon=True).start()


class Pool:
    """Workers start with the first look. `submit` and `tick` never raise and never wait."""

    def __init__(self, command: Sequence[str] = COMMAND, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.looked = 0
        self.crashed = 0
        self.hung = 0
        self._command = command
        self._clock = clock
        self._wanted = 1
        self._workers: list[_Worker] = []
        self._queue: deque[Look] = deque()
        self._failures = 0
        self._start_at = 0.0

    @property
    def pids(self) -> list[int]:
        """Process ids of the workers."""
        return [worker.process.pid for worker in self._workers]

    def resize(self, workers: int) -> None:
        """How many workers there should be, at least one, as soon as there is something to look at."""
        self._wanted = max(1, workers)

    def submit(self, look: Look) -> bool:
        """Queue a look; False when too many wait already."""
        if len(self._queue) >= _QUEUED_PER_WORKER * self._wanted:
            return False
        self._queue.append(look)
        return True

    def tick(self) -> list[Done]:
        """Ten times a second: take answers, replace workers that are gone or stuck, hand out what waits."""
        now = self._clock()
        done: list[Done] = []
        for worker in [*self._workers]:
            done += self._attend(worker, now)
        while self._queue and len(self._workers) < self._wanted and now >= self._start_at:
            if not self._start(now):
                break
        for worker in [*self._workers]:
            while self._queue and len(worker.held) < AT_ONCE:
                try:
                    worker.give(self._queue.popleft(), now)
                except OSError:
                    done += self._lose(worker, now, hung=False)
                    break
        return done

    def close(self) -> None:
        """End all workers."""
        for worker in self._workers:
            worker.end()
        self._workers.clear()
        self._queue.clear()

    def _attend(self, worker: _Worker, now: float) -> list[Done]:
        try:
            answers = worker.take(now)
        except (EOFError, ContractError, OSError):
            return self._lose(worker, now, hung=False)
        done: list[Done] = []
        for seen in answers:
            if not worker.held or worker.held[0].number != seen.number:
                return done + self._lose(worker, now, hung=False)
            done.append(Done(worker.held.popleft(), seen))
        if answers:
            self.looked += len(answers)
            self._failures = 0
        if worker.is_late(now):
            done += self._lose(worker, now, hung=True)
        return done

    def _lose(self, worker: _Worker, now: float, *, hung: bool) -> list[Done]:
        """A worker is no more: its oldest look is lost, the others wait for the next one."""
        self._workers.remove(worker)
        worker.end()
        if hung:
            self.hung += 1
        else:
            self.crashed += 1
        self._start_at = now + _PAUSES_S[min(self._failures, len(_PAUSES_S) - 1)]
        self._failures += 1
        lost = worker.held.popleft() if worker.held else None
        self._queue.extendleft(reversed(worker.held))
        words = "hung and was ended" if hung else f"ended ({_ending(worker.process.poll())})"
        _log.warning("A picture worker %s%s", words, "" if lost is None else f" at {lost.path}")
        return [] if lost is None else [Done(lost, None)]

    def _start(self, now: float) -> bool:
        try:
            self._workers.append(_Worker(self._command, now))
        except OSError as error:
            _log.warning("A picture worker cannot be started: %s", error)
            self._start_at = now + _PAUSES_S[-1]
            return False
        return True


def _begin_humbly() -> None:
    """In the child: the kernel ends it when the headend dies, and even loading decoders stands back for pictures."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    _LIBC.nice(_NICENESS)


def _ending(code: int | None) -> str:
    if code is None:
        return "talks nonsense"
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
