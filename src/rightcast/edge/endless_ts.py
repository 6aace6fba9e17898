"""The delivery loop: endless transport streams, straight from the ring's files into the viewers' sockets.

A viewer that is level waits in its segment's list; when a part comes, the list is walked with one
non-blocking `os.sendfile` each. Who cannot take all is told by an epoll and catches up alone; who is
so far behind that its segment left the ring is cut. No task, timer or poll per viewer.
"""

from __future__ import annotations

import logging
import os
from collections import deque
from typing import TYPE_CHECKING

from rightcast.edge.http_message import CORS, date_line
from rightcast.edge.joints import Joints, tables_before, torn_packet

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterable

    from rightcast.edge.http_connection import Connection
    from rightcast.edge.ring_reader import Ring, Segment
    from rightcast.edge.writables import Writables
    from rightcast.formats.mpegts.joint import Tables

VIEWERS_PER_STEP = 100
STREAM_HEAD = b"Content-Type: video/mp2t\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"

_log = logging.getLogger(__name__)


def stream_head() -> bytes:
    """The head of an endless answer; it ends with the connection."""
    return b"".join((b"HTTP/1.1 200 OK\r\n", date_line(), CORS, STREAM_HEAD))


class Viewer:
    """One endless answer: where in which segment it is, and the socket it goes to.

    `queued`: it stands in exactly one list, that of a segment or a walk, or is adrift; otherwise its socket is
    full, and calls when it takes bytes again. `ahead`: bytes that go out before those of its segment; `left`: the
    tables of the ring that it was taken from and has not been told the end of yet. `rescue`: asked when its ring
    ends; whether it was moved to another.
    """

    __slots__ = (
        "_before", "ahead", "connection", "descriptor", "ended", "gone", "left", "offset", "queued", "rescue", "ring",
        "segment",
    )  # fmt: skip

    def __init__(
        self,
        connection: Connection,
        ring: Ring,
        ended: Callable[[Viewer], None],
        rescue: Callable[[], bool] | None = None,
    ) -> None:
        self.connection = connection
        self.descriptor = connection.plain_descriptor
        self.ring = ring
        self.segment: Segment | None = None
        self.offset = 0
        self.queued = False
        self.gone = False
        self.ended = ended
        self.rescue = rescue
        self.ahead = b""
        self.left: Tables | None = None
        self._before = 0

    @property
    def bytes_sent(self) -> int:
        """What it was sent so far, tables at the beginning not counted."""
        return self._before + self.offset

    def begin(self, segment: Segment, offset: int) -> None:
        """Start in the midst of a segment."""
        self.segment, self.offset, self._before = segment, offset, -offset

    def enter(self, segment: Segment | None, offset: int = 0) -> None:
        """Go on with the beginning of another segment, or in its midst."""
        self._before += self.offset - offset
        self.segment, self.offset = segment, offset


class Delivery:
    """Feeds all viewers of an edge; listens to its rings."""

    def __init__(self, loop: asyncio.AbstractEventLoop, writables: Writables) -> None:
        self._loop = loop
        self._writables = writables
        self._walks: deque[tuple[Segment, list[Viewer]]] = deque()
        self._stepping = False
        self._joints = Joints()
        self.cut_behind = 0
        self.bytes_of_the_gone = 0

    def start(self, viewer: Viewer) -> bool:
        """Begin at the newest random access point; False when the ring has none or cannot be read."""
        found = viewer.ring.newest_joinable()
        if found is None:
            return False
        segment, index = found
        offset = segment.parts[index][0]
        head = stream_head()
        try:
            if index:
                head += os.pread(segment.descriptor, segment.psi_bytes, 0)
        except OSError as error:
            _log.warning("A segment of channel %d cannot be read: %s", viewer.ring.channel_id, error)
            return False
        viewer.begin(segment, offset)
        viewer.connection.take_over(
            lost=lambda: self.leave(viewer), writable=lambda: self._catch_up(viewer), first_bytes=head
        )
        viewer.ring.audience.add(viewer)
        if not viewer.connection.is_full:
            self._catch_up(viewer)
        return True

    def move(self, viewer: Viewer, ring: Ring, since: float = 0.0, *, at_once: bool) -> None:
        """Go on with another ring on the same socket, from its newest random access point or as soon as it has one.

        `at_once`: nothing more of the old ring may be read, so one that has not yet taken what it was sent is cut.
        """
        if viewer.gone or viewer.ring is ring:
            return
        segment, old, waited = viewer.segment, viewer.ring, viewer.queued
        if at_once and (viewer.connection.is_full or not waited):
            self.cut(viewer)
            return
        try:
            if segment is not None and not segment.gone:
                viewer.ahead += torn_packet(segment, viewer.offset)
                viewer.left = tables_before(segment) if viewer.left is None else viewer.left
        except OSError as error:
            self._broken(viewer, error)
            return
        viewer.left = viewer.left or ()
        old.audience.discard(viewer)
        old.adrift.discard(viewer)
        viewer.ring = ring
        ring.audience.add(viewer)
        found = ring.newest_joinable(since)
        if found is None:
            viewer.enter(None)
            viewer.queued = True
            ring.adrift.add(viewer)
            return
        viewer.enter(found[0], found[0].parts[found[1]][0])
        if self._join(viewer) and waited:
            self._walk(found[0], [viewer])

    def leave(self, viewer: Viewer) -> None:
        """The connection is gone, or is to go: nothing more is sent."""
        if viewer.gone:
            return
        viewer.gone = True
        self.bytes_of_the_gone += viewer.bytes_sent
        viewer.ring.audience.discard(viewer)
        viewer.ring.adrift.discard(viewer)
        viewer.segment = None  # lists it stands in pass it over
        viewer.ended(viewer)

    def cut(self, viewer: Viewer) -> None:
        """End the answer now, bytes on their way included."""
        self.leave(viewer)
        viewer.connection.abort()

    def grew(self, segment: Segment) -> None:
        """Serve those who wait for more of this segment."""
        ring = segment.ring
        if ring.adrift and segment.parts and not segment.closed:
            adrift, ring.adrift = list(ring.adrift), set()
            for viewer in adrift:
                viewer.enter(segment)
            self._walk(segment, [viewer for viewer in adrift if viewer.left is None or self._join(viewer)])
        if segment.waiting:
            waiting, segment.waiting = segment.waiting, []
            if segment.following is None:
                self._walk(segment, waiting)
            else:
                self._have_all(segment, [viewer for viewer in waiting if viewer.segment is segment])

    def dropped(self, segment: Segment) -> None:
        """Cut those who are still reading what left the ring."""
        for viewer in [one for one in segment.ring.audience if one.segment is segment and one.offset < segment.end]:
            self.cut_behind += 1
            self.cut(viewer)
        self.stranded(segment.ring, (segment,))

    def down(self, ring: Ring) -> None:
        """Cut every viewer of the ring for whom there is no other."""
        for viewer in list(ring.audience):
            if viewer.rescue is None or not viewer.rescue():
                self.cut(viewer)

    def stranded(self, ring: Ring, segments: Iterable[Segment]) -> None:
        """Viewers of vanished segments go on with the first one beyond what they have."""
        for segment in segments:
            segment.waiting.clear()
            self._walks = deque(walk for walk in self._walks if walk[0] is not segment)
            following = ring.after(segment.position)
            viewers = [viewer for viewer in ring.audience if viewer.segment is segment]
            for viewer in viewers:
                viewer.enter(following)
                viewer.queued = True
            if following is None:
                ring.adrift.update(viewers)
            elif viewers:
                self._walk(following, viewers)

    def _walk(self, segment: Segment, viewers: list[Viewer]) -> None:
        """Serve these viewers, all of them in this segment, in turn. They stand in no other list."""
        self._walks.append((segment, viewers))
        if not self._stepping:
            self._stepping = True
            self._loop.call_soon(self._step)

    def _step(self) -> None:
        """Serve up to VIEWERS_PER_STEP viewers, then let others have the loop."""
        left = VIEWERS_PER_STEP
        while left and self._walks:
            segment, viewers = self._walks[0]
            if len(viewers) <= left:
                self._walks.popleft()
                left -= len(viewers)
                batch = viewers
            else:
                batch = viewers[-left:]
                del viewers[-left:]
                left = 0
            self._serve(segment, batch)
        self._stepping = bool(self._walks)
        if self._stepping:
            self._loop.call_soon(self._step)

    def _serve(self, segment: Segment, viewers: list[Viewer]) -> None:
        """One turn of each, which is one part: nobody's backlog keeps others waiting.

        Only turns that take a whole part are dealt with here, for speed alone; whatever is unusual, an error
        included, is left to `_push`, which tries again.
        """
        part_ends, sendfile = segment.part_ends, os.sendfile
        done: list[Viewer] = []
        again: list[Viewer] = []
        try:
            source = -1 if segment.gone else segment.descriptor
        except OSError:
            source = -1
        for viewer in viewers:
            if viewer.segment is not segment:
                continue  # it has left, or was moved and stands in another list
            start = viewer.offset
            end = part_ends.get(start, 0)
            if end and source >= 0 <= viewer.descriptor and not viewer.ahead:
                try:
                    sent = sendfile(viewer.descriptor, source, start, end - start)
                except OSError:
                    sent = 0
                viewer.offset = start + sent
                if start + sent == end:
                    (done if end == segment.end else again).append(viewer)
                    continue
            viewer.queued = False
            self._push(viewer)
        if again:
            self._walk(segment, again)
        if done:
            self._have_all(segment, done)

    def _have_all(self, segment: Segment, viewers: list[Viewer]) -> None:
        """Viewers that have the whole segment go on with the next one, or wait for more."""
        following = segment.following
        if following is None:
            segment.waiting += viewers
            return
        for viewer in viewers:
            viewer.enter(following)
        if following.parts:
            self._walk(following, viewers)
        else:
            following.waiting += viewers

    def _catch_up(self, viewer: Viewer) -> None:
        """The socket takes bytes again."""
        if not viewer.queued:
            self._push(viewer)

    def _push(self, viewer: Viewer) -> None:
        """One turn. Afterwards the viewer waits for a part, for its socket or for its next turn, or is cut."""
        served = False
        while not viewer.gone:
            if viewer.ahead and not self._send_ahead(viewer):
                return
            segment = viewer.segment
            if segment is None or segment.gone:
                self._lost_segment(viewer, segment)
                return
            if viewer.offset < segment.end:
                if served:
                    viewer.queued = True
                    self._walk(segment, [viewer])
                    return
                served = True
                if not self._send(viewer, segment):
                    return
            elif segment.following is not None:
                viewer.enter(segment.following)
            else:
                viewer.queued = True
                segment.waiting.append(viewer)
                return

    def _send(self, viewer: Viewer, segment: Segment) -> bool:
        """Write the rest of a part; True when all of it went out."""
        wanted = segment.part_end(viewer.offset) - viewer.offset
        if viewer.descriptor < 0:
            return self._send_shared(viewer, segment)
        try:
            sent = os.sendfile(viewer.descriptor, segment.descriptor, viewer.offset, wanted)
        except BlockingIOError:
            sent = -1
        except OSError as error:
            self._broken(viewer, error)
            return False
        if sent == 0:  # the file is shorter than announced: the headend took it back
            self._lost_segment(viewer, segment)
            return False
        if sent > 0:
            viewer.offset += sent
            if sent == wanted:
                return True
        self._writables.wait(viewer.descriptor, viewer.connection.writable)
        return False

    def _join(self, viewer: Viewer) -> bool:
        """Put before a viewer's next bytes what tells it that another ring begins; False when it had to be cut."""
        segment, left = viewer.segment, viewer.left
        if segment is None or left is None:
            return True
        try:
            viewer.ahead += self._joints.before(left, segment, viewer.offset)
        except OSError as error:
            self._broken(viewer, error)
            return False
        viewer.left = None
        return True

    def _send_ahead(self, viewer: Viewer) -> bool:
        """Write what goes out before the segment; True when all of it did."""
        if viewer.descriptor < 0:
            if viewer.connection.is_full:
                return False
            viewer.connection.write(viewer.ahead)
            viewer.ahead = b""
            return not viewer.connection.is_full
        try:
            sent = os.write(viewer.descriptor, viewer.ahead)
        except BlockingIOError:
            sent = 0
        except OSError as error:
            self._broken(viewer, error)
            return False
        viewer.ahead = viewer.ahead[sent:]
        if viewer.ahead:
            self._writables.wait(viewer.descriptor, viewer.connection.writable)
        return not viewer.ahead

    def _send_shared(self, viewer: Viewer, segment: Segment) -> bool:
        """Over TLS: the bytes of a part, read once for all, encrypted for this viewer."""
        connection = viewer.connection
        if not connection.is_full:
            try:
                data = segment.part_bytes(viewer.offset)
            except OSError as error:
                self._broken(viewer, error)
                return False
            if not data:
                self._lost_segment(viewer, segment)
                return False
            connection.write(data)
            viewer.offset += len(data)
            if not connection.is_full:
                return True
        return False

    def _broken(self, viewer: Viewer, error: OSError) -> None:
        _log.debug("A viewer of channel %d went away: %s", viewer.ring.channel_id, error)
        self.cut(viewer)

    def _lost_segment(self, viewer: Viewer, segment: Segment | None) -> None:
        _log.debug("A viewer of channel %d fell off the ring at %s", viewer.ring.channel_id, segment)
        self.cut_behind += 1
        self.cut(viewer)
