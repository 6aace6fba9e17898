"""Files of the library on their way to viewers: one piece at a turn, read into memory by a thread where it is not.

As fast as the viewer reads, but not much faster than it is watched. No task or thread per viewer.
"""

from __future__ import annotations

import heapq
import itertools
import os
from typing import TYPE_CHECKING

from rightcast.edge.past.delivery import PAUSED_S, USUAL, Pace

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from rightcast.edge.http_connection import Connection
    from rightcast.edge.past.files import Files, OpenFile
    from rightcast.edge.writables import Writables

PIECE_BYTES = 1 << 20
_TLS_CHUNK_BYTES = 128 << 10
_UNKNOWN_BPS = 8_000_000
"""Taken for the rate of a file whose length is not known."""


class FileViewer:
    """One answer: bytes [offset, end) of a file on their way to a connection. `rate_bps` is that of watching it."""

    __slots__ = (
        "began", "bytes_sent", "connection", "descriptor", "end", "ended", "file", "gone", "held", "offset", "owner",
        "rate_bps", "ready_to", "taken",
    )  # fmt: skip

    def __init__(
        self,
        connection: Connection,
        file: OpenFile,
        extent: tuple[int, int],
        *,
        rate_bps: int,
        ended: Callable[[FileViewer], None],
    ) -> None:
        self.connection = connection
        self.descriptor = connection.plain_descriptor
        self.file: OpenFile | None = file
        self.offset, self.end = extent
        self.ready_to = self.offset
        self.rate_bps = rate_bps or _UNKNOWN_BPS
        self.ended = ended
        self.owner: FileDelivery | None = None
        self.gone = self.held = False
        self.bytes_sent = 0
        self.began = self.taken = 0.0

    def cut(self) -> None:
        """End the answer now, bytes on their way included."""
        if self.owner is not None:
            self.owner.leave(self)
        self.connection.abort()


class FileDelivery:
    """Feeds all viewers of files at an edge."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, writables: Writables, files: Files, *, pace: Pace = USUAL
    ) -> None:
        self._loop = loop
        self._writables = writables
        self._files = files
        self._pace = pace
        self._numbers = itertools.count()
        self._parked: list[tuple[float, int, FileViewer]] = []
        self._alarm: asyncio.TimerHandle | None = None
        self.viewers: set[FileViewer] = set()
        self.bytes_of_the_gone = 0

    def start(self, viewer: FileViewer, head: bytes) -> None:
        """Begin; `head` is that of the answer."""
        viewer.owner = self
        viewer.began = viewer.taken = self._loop.time()
        self.viewers.add(viewer)
        viewer.connection.take_over(
            lost=lambda: self.leave(viewer), writable=lambda: self._turn(viewer), first_bytes=head
        )
        self._turn(viewer)

    def leave(self, viewer: FileViewer) -> None:
        """The connection is gone, or is to go: nothing more is sent."""
        if viewer.gone:
            return
        viewer.gone = True
        self.bytes_of_the_gone += viewer.bytes_sent
        self.viewers.discard(viewer)
        viewer.file = None
        viewer.ended(viewer)

    def sweep(self) -> None:
        """Cut those who have taken nothing for long; to be called about once a second."""
        before = self._loop.time() - PAUSED_S
        for viewer in [one for one in self.viewers if one.taken < before]:
            viewer.cut()

    def close(self) -> None:
        """The edge goes down."""
        if self._alarm is not None:
            self._alarm.cancel()
        self._parked.clear()

    def _turn(self, viewer: FileViewer) -> None:
        """Send a piece; afterwards the viewer is done, waits for time, disk or socket, or has another turn."""
        if viewer.gone or viewer.held or viewer.connection.is_full:
            return
        if viewer.offset >= viewer.end:
            self.leave(viewer)
            viewer.connection.close()
            return
        if viewer.offset >= viewer.ready_to and not self._have_ready(viewer):
            return
        if self._send(viewer):
            self._loop.call_soon(self._turn, viewer)

    def _have_ready(self, viewer: FileViewer) -> bool:
        """Whether the next piece may go out now and is in memory; otherwise the viewer is held until then."""
        file = viewer.file
        if file is None:
            return False
        watched_s = viewer.bytes_sent * 8 / viewer.rate_bps
        due = viewer.began + (watched_s - self._pace.burst_s) / self._pace.speed
        if due > self._loop.time():
            self._park(viewer, due)
            return False
        size = min(PIECE_BYTES, viewer.end - viewer.offset)
        if self._files.in_memory(file, viewer.offset, size):
            viewer.ready_to = viewer.offset + size
            return True
        viewer.held = True
        self._files.fetch(file, viewer.offset, size, lambda: self._fetched(viewer, viewer.offset + size))
        return False

    def _fetched(self, viewer: FileViewer, ready_to: int) -> None:
        viewer.held = False
        viewer.ready_to = ready_to
        self._turn(viewer)

    def _send(self, viewer: FileViewer) -> bool:
        """Send bytes that are in memory; True when the viewer takes more at once."""
        file, connection = viewer.file, viewer.connection
        if file is None:
            return False
        wanted = viewer.ready_to - viewer.offset
        try:
            if viewer.descriptor >= 0:
                sent = os.sendfile(viewer.descriptor, file.descriptor, viewer.offset, wanted)
            else:
                data = os.pread(file.descriptor, min(wanted, _TLS_CHUNK_BYTES), viewer.offset)
                connection.write(data)
                sent = len(data)
        except BlockingIOError:
            self._writables.wait(viewer.descriptor, connection.writable)
            return False
        except OSError:
            sent = 0
        if not sent:  # the viewer went away, or the file is shorter than it was
            viewer.cut()
            return False
        viewer.offset += sent
        viewer.bytes_sent += sent
        viewer.taken = self._loop.time()
        if viewer.descriptor >= 0 and sent < wanted:
            self._writables.wait(viewer.descriptor, connection.writable)
            return False
        return not connection.is_full

    def _park(self, viewer: FileViewer, due: float) -> None:
        """Enough is with the viewer: go on at a time of the loop's clock. One timer wakes all."""
        viewer.held = True
        heapq.heappush(self._parked, (due, next(self._numbers), viewer))
        if self._alarm is None or due < self._alarm.when():
            if self._alarm is not None:
                self._alarm.cancel()
            self._alarm = self._loop.call_at(due, self._wake)

    def _wake(self) -> None:
        self._alarm = None
        now = self._loop.time()
        while self._parked and self._parked[0][0] <= now:
            _, _, viewer = heapq.heappop(self._parked)
            viewer.held = False
            self._loop.call_soon(self._turn, viewer)
        if self._parked:
            self._alarm = self._loop.call_at(self._parked[0][0], self._wake)
