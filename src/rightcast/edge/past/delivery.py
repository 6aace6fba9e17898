"""Plays of the past as endless transport streams: from a reel's files straight into the viewers' sockets.

One non-blocking `os.sendfile` at a turn, of bytes that are in memory; what is not is fetched by a thread first. As fast
as the viewer reads, but not much faster than it is watched. No task, timer or thread per viewer.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import os
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightcast.edge.past.plan import BORDER_BYTES, span_of
from rightcast.formats.mpegts.packets import SYNC_BYTE, discontinuity_before

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable
    from pathlib import Path

    from rightcast.domain.catchup import Permit, Span
    from rightcast.edge.http_connection import Connection
    from rightcast.edge.past.files import Files, OpenFile
    from rightcast.edge.past.plan import Piece, Place, Plan
    from rightcast.edge.writables import Writables

TURNS_PER_STEP = 64
PAUSED_S = 1800.0
"""Who takes nothing for so long is cut; a player that was paused asks again from where it was."""
_TLS_CHUNK_BYTES = 128 << 10
_NOTHING = b"\x47\x1f\xff\x10".ljust(BORDER_BYTES, b"\xff")
"""A packet of nothing, where the one that should announce a border cannot be made."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """How far ahead of watching a viewer may read: `burst_s` seconds, then `speed` times as fast as it is watched."""

    burst_s: float = 60.0
    speed: float = 4.0


USUAL = Pace()


class PastViewer:
    """One play: where in its plan it is, and the socket it goes to. `left`: bytes still to be sent, None all.

    `permit` is looked at before every segment, for what may be watched moves with the clock. `more` is asked when the
    plan has nothing further yet; False: it never will. `held`: it waits for its time, a disk or more; otherwise it is
    `queued`, or its socket is full and calls when it takes bytes again. `cut` ends it at once.
    """

    __slots__ = (
        "began", "bytes_sent", "connection", "cut", "descriptor", "end", "ended", "file", "folder", "gone", "head",
        "held", "left", "more", "offset", "permit", "piece", "place", "plan", "queued", "refused", "sent_s", "taken",
    )  # fmt: skip

    def __init__(
        self,
        connection: Connection,
        plan: Plan,
        place: Place,
        *,
        left: int | None,
        permit: Permit,
        folder: Path,
        more: Callable[[PastViewer], bool],
        refused: Callable[[Span], None],
        ended: Callable[[PastViewer], None],
    ) -> None:
        self.connection = connection
        self.descriptor = connection.plain_descriptor
        self.plan = plan
        self.place = place
        self.left = left
        self.permit = permit
        self.folder = folder
        self.more = more
        self.refused = refused
        self.ended = ended
        self.cut: Callable[[], None] = connection.abort
        self.piece: Piece | None = None
        self.file: OpenFile | None = None
        self.head = b""
        self.offset = self.end = 0
        self.gone = self.queued = self.held = False
        self.bytes_sent = 0
        self.began = self.taken = 0.0
        self.sent_s = 0.0

    @property
    def at(self) -> float:
        """Unix seconds of what is being sent."""
        return self.plan.piece(self.place).start


class PastDelivery:
    """Feeds all plays of the past at an edge."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        writables: Writables,
        files: Files,
        *,
        pace: Pace = USUAL,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._loop = loop
        self._writables = writables
        self._files = files
        self.pace = pace
        self._clock = clock
        self._ready: deque[PastViewer] = deque()
        self._stepping = False
        self._parked: list[tuple[float, int, PastViewer]] = []
        self._numbers = itertools.count()
        self._alarm: asyncio.TimerHandle | None = None
        self._opening: set[asyncio.Task[None]] = set()
        self.viewers: set[PastViewer] = set()
        self.bytes_of_the_gone = 0

    def start(self, viewer: PastViewer, head: bytes) -> None:
        """Begin; `head` is that of the answer."""
        viewer.began = viewer.taken = self._loop.time()
        viewer.cut = lambda: self.cut(viewer)
        self.viewers.add(viewer)
        viewer.connection.take_over(
            lost=lambda: self.leave(viewer), writable=lambda: self._writable(viewer), first_bytes=head
        )
        if not viewer.connection.is_full:
            self._turn(viewer)

    def go_on(self, viewer: PastViewer) -> None:
        """The plan of a viewer who asked for more has grown, or will not."""
        if not viewer.gone and viewer.held:
            viewer.held = False
            self._next(viewer)

    def leave(self, viewer: PastViewer) -> None:
        """The connection is gone, or is to go: nothing more is sent."""
        if viewer.gone:
            return
        viewer.gone = True
        self.bytes_of_the_gone += viewer.bytes_sent
        self.viewers.discard(viewer)
        viewer.file = None
        viewer.ended(viewer)

    def cut(self, viewer: PastViewer) -> None:
        """End the answer now, bytes on their way included."""
        self.leave(viewer)
        viewer.connection.abort()

    def sweep(self) -> None:
        """Cut those who have taken nothing for long; to be called about once a second."""
        before = self._loop.time() - PAUSED_S
        for viewer in [one for one in self.viewers if one.taken < before and not one.held]:
            self.cut(viewer)

    def close(self) -> None:
        """The edge goes down."""
        if self._alarm is not None:
            self._alarm.cancel()
        self._parked.clear()

    # Turns

    def _queue(self, viewer: PastViewer) -> None:
        if not viewer.queued:
            viewer.queued = True
            self._ready.append(viewer)
            if not self._stepping:
                self._stepping = True
                self._loop.call_soon(self._step)

    def _step(self) -> None:
        """Some turns, then it is those of live viewers and requests."""
        for _ in range(min(TURNS_PER_STEP, len(self._ready))):
            viewer = self._ready.popleft()
            viewer.queued = False
            self._turn(viewer)
        self._stepping = bool(self._ready)
        if self._stepping:
            self._loop.call_soon(self._step)

    def _writable(self, viewer: PastViewer) -> None:
        if not viewer.queued and not viewer.held and not viewer.gone:
            self._turn(viewer)

    def _turn(self, viewer: PastViewer) -> None:
        """Send what is left of a piece; afterwards the viewer is queued, held, waits for its socket, or is done."""
        if viewer.gone or (viewer.piece is None and not self._enter(viewer)):
            return
        if viewer.head and not self._send_head(viewer):
            return
        if viewer.offset < viewer.end and not self._send(viewer):
            return
        if viewer.piece is not None:
            viewer.sent_s += viewer.piece.duration
        viewer.piece = viewer.file = None
        if viewer.left == 0:
            self._finish(viewer)
        else:
            self._next(viewer)

    def _next(self, viewer: PastViewer) -> None:
        """Go on behind the last piece, if there is something now."""
        following = viewer.plan.after(viewer.place)
        if following is not None:
            viewer.place = following
            self._queue(viewer)
            return
        viewer.held = True
        if not viewer.more(viewer):
            self._finish(viewer)

    def _enter(self, viewer: PastViewer) -> bool:
        """Begin a piece; False when it is not its time, not in memory yet, or not allowed."""
        piece = viewer.plan.piece(viewer.place)
        moment = span_of(piece.kept)
        if not viewer.permit.allows(moment, self._clock()):
            viewer.refused(moment)
            self.cut(viewer)
            return False
        due = viewer.began + (viewer.sent_s - self.pace.burst_s) / self.pace.speed
        if due > self._loop.time():
            self._park(viewer, due)
            return False
        file = viewer.file = self._files.known(viewer.folder, piece.kept.file)
        if file is None:
            viewer.held = True
            task = self._loop.create_task(self._open(viewer, piece))
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)
            return False
        return self._have_read(viewer, piece, file) and self._begin(viewer, piece)

    async def _open(self, viewer: PastViewer, piece: Piece) -> None:
        file = await self._files.open(viewer.folder, piece.kept.file)
        if viewer.gone:
            return
        if file is None:
            self.cut(viewer)
            return
        viewer.file = file
        if self._have_read(viewer, piece, file):
            self._fetched(viewer, piece)

    def _have_read(self, viewer: PastViewer, piece: Piece, file: OpenFile) -> bool:
        """Whether a piece is in memory; otherwise a thread reads it, and the viewer goes on afterwards."""
        kept = piece.kept
        if self._files.in_memory(file, kept.offset, kept.size):
            return True
        viewer.held = True
        self._files.fetch(file, kept.offset, kept.size, lambda: self._fetched(viewer, piece))
        return False

    def _fetched(self, viewer: PastViewer, piece: Piece) -> None:
        viewer.held = False
        if not viewer.gone and self._begin(viewer, piece) and not viewer.connection.is_full:
            self._turn(viewer)

    def _begin(self, viewer: PastViewer, piece: Piece) -> bool:
        """What of a piece is to be sent: bytes before, and those in the file."""
        kept, file = piece.kept, viewer.file
        if file is None:
            return False
        viewer.piece = piece
        try:
            head = _head_of(piece, file.descriptor)
        except OSError:
            self.cut(viewer)
            return False
        passed, start = viewer.place.offset, kept.offset + piece.skipped
        viewer.head = head[passed:]
        viewer.offset = start + max(0, passed - len(head))
        viewer.end = kept.offset + kept.size
        if viewer.left is not None:
            viewer.head = viewer.head[: viewer.left]
            viewer.end = min(viewer.end, viewer.offset + viewer.left - len(viewer.head))
        return True

    def _park(self, viewer: PastViewer, due: float) -> None:
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
            self._queue(viewer)
        if self._parked:
            self._alarm = self._loop.call_at(self._parked[0][0], self._wake)

    # Bytes

    def _send_head(self, viewer: PastViewer) -> bool:
        if viewer.connection.is_full:
            return False
        head, viewer.head = viewer.head, b""
        viewer.connection.write(head)
        self._sent(viewer, len(head))
        return not viewer.connection.is_full

    def _send(self, viewer: PastViewer) -> bool:
        """Send bytes of the file; True when all of the piece went out."""
        file, connection = viewer.file, viewer.connection
        if file is None or connection.is_full:
            return False
        wanted = viewer.end - viewer.offset
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
        if not sent:  # the viewer went away, or the file is shorter than its index says
            self.cut(viewer)
            return False
        viewer.offset += sent
        self._sent(viewer, sent)
        if sent == wanted:
            return not connection.is_full or viewer.descriptor >= 0
        if viewer.descriptor >= 0:
            self._writables.wait(viewer.descriptor, connection.writable)
        elif not connection.is_full:
            self._queue(viewer)
        return False

    def _sent(self, viewer: PastViewer, count: int) -> None:
        viewer.bytes_sent += count
        viewer.taken = self._loop.time()
        if viewer.left is not None:
            viewer.left -= count

    def _finish(self, viewer: PastViewer) -> None:
        """All is sent: the connection ends when it is with the viewer."""
        self.leave(viewer)
        viewer.connection.close()


def _head_of(piece: Piece, descriptor: int) -> bytes:
    """A border's packet and the tables before a join. Raises OSError."""
    kept, head = piece.kept, b""
    if piece.border:
        packet = os.pread(descriptor, 4, kept.offset + (piece.skipped or kept.psi))
        head = discontinuity_before(packet) if len(packet) == 4 and packet[0] == SYNC_BYTE else _NOTHING
    return head + os.pread(descriptor, kept.psi, kept.offset) if piece.skipped else head
