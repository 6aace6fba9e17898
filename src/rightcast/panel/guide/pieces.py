"""Processes that read pieces of a guide for the one that imports it."""

from __future__ import annotations

import queue
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import IO, TYPE_CHECKING, Self, cast

import msgspec

from rightcast.panel.guide.piece_child import Answer, Task, receive, send

if TYPE_CHECKING:
    from concurrent.futures import Future
    from types import TracebackType

END_S = 5.0


class Readers:
    """Some processes, started at once; a context that takes them along at its end."""

    def __init__(self, count: int) -> None:
        self.count = count
        command = [sys.executable, "-m", "rightcast.panel.guide.piece_child"]
        self._processes = [
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 - our own program
            for _ in range(count)
        ]
        self._free: queue.SimpleQueue[subprocess.Popen[bytes]] = queue.SimpleQueue()
        for one in self._processes:
            self._free.put(one)
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="guide-piece")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def ask(self, task: Task) -> Future[Answer]:
        """Read a piece; the answer fails with OSError or EOFError where its process has died."""
        return self._threads.submit(self._ask, task)

    def _ask(self, task: Task) -> Answer:
        process = self._free.get_nowait()
        try:
            send(cast("IO[bytes]", process.stdin), msgspec.msgpack.encode(task))
            return msgspec.msgpack.decode(receive(cast("IO[bytes]", process.stdout)), type=Answer)
        finally:
            self._free.put(process)

    def close(self) -> None:
        """End the processes, in the middle of a piece too."""
        for one in self._processes:
            one.kill()
        self._threads.shutdown(cancel_futures=True)
        for one in self._processes:
            one.wait(END_S)
            for pipe in (one.stdin, one.stdout):
                if pipe is not None:
                    _close(pipe)


def _close(pipe: IO[bytes]) -> None:
    try:
        pipe.close()
    except OSError:
        return  # what was still to be written to a dead process
