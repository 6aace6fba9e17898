"""The ffmpeg of a ladder: fed through one pipe, read through one pipe per rung, never waited for.

What it does not take at once waits in a bounded queue; beyond that the stream goes on without it.
"""

from __future__ import annotations

import os
import signal
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING

from rightcast.formats.mpegts.packets import PACKET_BYTES
from rightcast.headend.ffmpeg import PIPE_BYTES, Child, widen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

QUEUE_BYTES = 12 << 20
"""What may wait besides the pipe itself: five seconds of a 20 Mbit/s signal."""


class FeedQueue:
    """Whole packets on their way into a pipe. `put` writes some of its bytes and says how many; 0 when it is full."""

    def __init__(self, put: Callable[[bytes | memoryview], int], *, most_bytes: int) -> None:
        self.dropped_packets = 0
        self._put = put
        self._most_bytes = most_bytes
        self._waiting: deque[bytes | memoryview] = deque()
        self._waiting_bytes = 0
        self._taken = 0

    @property
    def waiting_bytes(self) -> int:
        """What the pipe has not taken yet."""
        return self._waiting_bytes

    def push(self, data: bytes | memoryview) -> bool:
        """Hand on whole packets; False when there was no room and all that waited was dropped with them.

        `data` is written or copied before this returns.
        """
        if not self._waiting:
            done = self._write(data)
            if done == len(data):
                return True
            data = data[done:]
        if self._waiting_bytes + len(data) > self._most_bytes:
            self._drop(data)
            return False
        self._waiting.append(bytes(data))
        self._waiting_bytes += len(data)
        return True

    def flush(self) -> None:
        """Write what waits, as far as the pipe takes it."""
        while self._waiting:
            first = self._waiting[0]
            done = self._write(first)
            self._waiting_bytes -= done
            if done < len(first):
                self._waiting[0] = memoryview(first)[done:]
                return
            self._waiting.popleft()

    def _write(self, data: bytes | memoryview) -> int:
        done = self._put(data)
        self._taken += done
        return done

    def _drop(self, more: bytes | memoryview) -> None:
        """Forget what waits, except the rest of a packet of which the pipe has the beginning."""
        rest = -self._taken % PACKET_BYTES
        head = b"".join((*self._waiting, more))[:rest] if rest else b""
        self.dropped_packets += (self._waiting_bytes + len(more) - len(head)) // PACKET_BYTES
        self._waiting.clear()
        self._waiting_bytes = len(head)
        if head:
            self._waiting.append(head)


class LadderChild(Child):
    """One ffmpeg with `count` outputs. `command` is told the names under which it knows them.

    Raises FfmpegMissingError, and OSError when the process is out of descriptors.
    """

    def __init__(self, command: Callable[[Sequence[str]], Sequence[str]], count: int) -> None:
        ends = [os.pipe() for _ in range(count)]
        source, feed = os.pipe()
        theirs = [end for _, end in ends]
        try:
            names = [f"pipe:{end}" for end in theirs]
            super().__init__(command(names), stdin=source, inherited=theirs, yields=True)
        except BaseException:
            for end in (feed, *(end for end, _ in ends)):
                os.close(end)
            raise
        finally:
            for end in (source, *theirs):
                os.close(end)
        self._feed = feed
        self._outputs = [end for end, _ in ends]
        for end in (feed, *self._outputs):
            os.set_blocking(end, False)
            widen(end)
        self._ended = [False] * count
        self._last = False
        self.queue = FeedQueue(self._put, most_bytes=QUEUE_BYTES)

    @property
    def has_ended(self) -> bool:
        """Whether every output has come to its end."""
        return all(self._ended)

    def take(self, output: int) -> bytes:
        """What came out of one output since the last call, at most a pipe full; empty when nothing did."""
        if self._ended[output]:
            return b""
        try:
            data = os.read(self._outputs[output], PIPE_BYTES)
        except BlockingIOError:
            return b""
        self._ended[output] = not data
        return data

    def tick(self) -> None:
        """Go on feeding, and take its complaints in, or it would wait to be heard."""
        self.queue.flush()
        self.last_words()
        if self._last and not self.queue.waiting_bytes:
            self._close_feed()

    def finish(self) -> None:
        """Nothing more will come: once what waits is taken it may end, and gives out what it still holds."""
        self._last = True
        self.tick()

    def close(self) -> None:
        """End it at once, without waiting; one that was stopped in its tracks cannot be asked."""
        self._close_feed()
        for end in self._outputs:
            with suppress(OSError):
                os.close(end)
        self._outputs, self._ended = [], []
        with suppress(OSError):
            self._process.send_signal(signal.SIGKILL)
        super().close()

    def _put(self, data: bytes | memoryview) -> int:
        if self._feed < 0:
            return len(data)
        try:
            return os.write(self._feed, data)
        except BlockingIOError:
            return 0
        except BrokenPipeError:  # it is gone; whoever looks after it will notice
            self._close_feed()
            return len(data)

    def _close_feed(self) -> None:
        if self._feed >= 0:
            os.close(self._feed)
            self._feed = -1
