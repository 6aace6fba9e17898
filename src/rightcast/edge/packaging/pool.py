"""Worker processes that package: started when a job is likely, watched, replaced when they crash or hang.

A job that kills its worker costs the requests that wait for it, and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from rightcast.edge.packaging.job import LENGTH_BYTES, LONGEST_MESSAGE, Failed, Job, Made, framed, read_answer

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST_QUEUE = 256
JOB_S = 5.0
START_S = 20.0
_PAUSE_S = 0.5
"""After a worker could not even be started."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Waiting:
    job: Job
    answer: asyncio.Future[Made | None]


class Pool:
    """`workers` processes of `command`. One owner; close it, lest its tasks stay."""

    def __init__(self, workers: int, *, command: Sequence[str] = (), job_s: float = JOB_S) -> None:
        self._command = list(command) or [sys.executable, "-m", "rightcast.edge.packaging.worker", str(os.getpid())]
        self._job_s = job_s
        self._workers = workers
        self._queue: asyncio.Queue[_Waiting] = asyncio.Queue(LONGEST_QUEUE)
        self._tasks: list[asyncio.Task[None]] = []
        self.replaced = 0

    def warm(self) -> None:
        """A job is likely to come soon: start the workers, unless they run."""
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._work()) for _ in range(self._workers)]

    async def make(self, job: Job) -> Made | None:
        """Have a job done; None when it could not be, or when too many wait already. The log says why."""
        self.warm()
        waiting = _Waiting(job, asyncio.get_running_loop().create_future())
        try:
            self._queue.put_nowait(waiting)
        except asyncio.QueueFull:
            _log.warning("%d packaging jobs wait already; one more is refused", LONGEST_QUEUE)
            return None
        return await waiting.answer

    async def close(self) -> None:
        """End the workers; jobs that wait are given up."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        while not self._queue.empty():
            self._give_up(self._queue.get_nowait())

    async def _work(self) -> None:
        """One worker after another, each for as long as it lives."""
        first: _Waiting | None = None  # the first worker is there before its first job, later ones come with one
        while True:
            try:
                await self._with_worker(first)
            except OSError as error:
                _log.warning("A packaging worker cannot be started: %s", error)
                await asyncio.sleep(_PAUSE_S)
            finally:
                if first is not None:
                    self._give_up(first)
            self.replaced += 1
            first = await self._queue.get()

    async def _with_worker(self, first: _Waiting | None) -> None:
        process = await asyncio.create_subprocess_exec(
            *self._command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,  # what libraries mutter; failures come as answers
        )  # fmt: skip
        deadline_s = START_S  # its first answer includes loading the libraries
        waiting: _Waiting | None = None
        try:
            waiting = first or await self._queue.get()
            while await self._one(process, waiting, deadline_s):
                waiting, deadline_s = await self._queue.get(), self._job_s
        finally:
            if waiting is not None:
                self._give_up(waiting)
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _one(self, process: asyncio.subprocess.Process, waiting: _Waiting, deadline_s: float) -> bool:
        """Have one job done; False when the worker is of no use any more."""
        if waiting.answer.done():
            return True
        if process.stdin is None or process.stdout is None:
            return False
        try:
            async with asyncio.timeout(deadline_s):
                process.stdin.write(framed(waiting.job))
                length = int.from_bytes(await process.stdout.readexactly(LENGTH_BYTES), "big")
                if length > LONGEST_MESSAGE:
                    raise ValueError(f"an answer of {length} bytes")  # noqa: TRY301 - handled with what else is garbage
                answer = read_answer(await process.stdout.readexactly(length))
        except (TimeoutError, OSError, EOFError, ValueError, msgspec.DecodeError) as error:
            reason = f"no answer in {deadline_s:g} s" if isinstance(error, TimeoutError) else repr(error)
            _log.warning("A packaging worker is replaced (%s) at %s", reason, waiting.job.source)
            return False
        if isinstance(answer, Failed):
            _log.warning("%s could not be packaged: %s", waiting.job.source, answer.reason)
        if not waiting.answer.done():
            waiting.answer.set_result(answer if isinstance(answer, Made) else None)
        return True

    @staticmethod
    def _give_up(waiting: _Waiting) -> None:
        if not waiting.answer.done():
            waiting.answer.set_result(None)
