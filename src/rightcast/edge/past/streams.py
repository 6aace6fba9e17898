"""Opens plays of the past as transport streams: decided, found on the reel, leased, sent; and asked again."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rightcast.domain.entitlement import Denied, Reason
from rightcast.edge.http_connection import Handover
from rightcast.edge.http_message import CORS, Prepared, Response, byte_range, head_lines, text
from rightcast.edge.live import player_of
from rightcast.edge.past.course import Course
from rightcast.edge.past.delivery import PastViewer
from rightcast.edge.past.plan import Plan, span_of
from rightcast.edge.past.reels import GROWING_S

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rightcast.domain.catchup import Permit, Span
    from rightcast.domain.lineup import Line
    from rightcast.edge.admission import Admission
    from rightcast.edge.http_connection import Answer, Connection
    from rightcast.edge.http_message import Request
    from rightcast.edge.identity import Identified, Player
    from rightcast.edge.past.delivery import PastDelivery
    from rightcast.edge.past.gate import Gate
    from rightcast.edge.past.reels import Reels
    from rightcast.edge.viewings import Viewing, Viewings

KNOWN_LENGTH_S = 4 * 3600.0
"""The length of an answer is told up to here; what is longer is read as it is played."""
_TYPE = ("Content-Type", "video/mp2t")
_NO_STORE = ("Cache-Control", "no-store")
_CLOSE = ("Connection", "close")


@dataclass(frozen=True, slots=True)
class Wish:
    """Which recording is played, 0 the channel itself, and what else the head of the answer says.

    `final`: nothing more comes of it, so that its length is known.
    """

    id: int = 0
    final: bool = False
    headers: tuple[tuple[str, str], ...] = ()


CHANNEL = Wish()


class Streams:
    """Answers for the past as endless or finite transport streams."""

    def __init__(
        self,
        admission: Admission,
        viewings: Viewings,
        gate: Gate,
        *,
        reels: Reels,
        delivery: PastDelivery,
        root: Path,
        clock: Callable[[], float],
    ) -> None:
        self._admission = admission
        self._viewings = viewings
        self._gate = gate
        self._reels = reels
        self._delivery = delivery
        self._root = root
        self._clock = clock
        self._courses: dict[PastViewer, Course] = {}
        self._level: set[PastViewer] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(
        self, request: Request, who: Identified, channel_id: int, asked: Span, *, recording: Wish = CHANNEL
    ) -> Answer | Denied:
        """The stretch as one body from the key frame at its beginning; its length is told when all of it is past."""
        line, player = who.line, replace(player_of(request, who), recording_id=recording.id)
        found = self._permit(line, channel_id, player, asked)
        if isinstance(found, Denied):
            return found
        folder = self._gate.folder(self._root, channel_id, recording.id)
        course = self._course(folder, asked, found)
        if not await course.begin():
            return Denied(Reason.NOT_KEPT)
        past = recording.final or asked.stop < self._clock() - GROWING_S
        known = past and asked.stop - asked.start <= KNOWN_LENGTH_S
        if known:
            await course.whole()
        size = course.plan.size if known else None
        if request.is_head:
            return _head_only(size, recording.headers)
        wanted = _wanted(request, size, recording.headers)
        if isinstance(wanted, Response):
            return wanted
        viewing = await self._admission.open_ts(line, channel_id, player)
        if isinstance(viewing, Denied):
            return viewing
        viewing.past = asked.start
        if found.until is not None:
            self._viewings.ends_by(viewing, found.until.timestamp())
        return Handover(
            begin=lambda connection: self._begin(connection, viewing, course, found, wanted),
            dropped=lambda: self._admission.hang_up(viewing),
        )

    def _permit(self, line: Line, channel_id: int, player: Player, asked: Span) -> Permit | Denied:
        clear = self._admission.admit_clear(line, channel_id, player)
        found = clear if isinstance(clear, Denied) else self._gate.permit(line, channel_id, player, asked)
        if isinstance(found, Denied):
            return found
        refused = found.refusal(asked, self._clock())
        return found if refused is None else Denied(refused)

    def again(self, viewing: Viewing) -> None:
        """What a play rests on has changed: it goes on with a new permit, or is cut."""
        for viewer in [one for one in viewing.viewers if isinstance(one, PastViewer)]:
            course = self._courses.get(viewer)
            if course is None:
                continue
            found = self._gate.of_viewing(viewing, course.plan.asked)
            if isinstance(found, Denied):
                self._refuse(viewing, found.reason)
                viewer.cut()
                continue
            viewer.permit = found
            if found.until is not None:
                self._viewings.ends_by(viewing, found.until.timestamp())
            moment = span_of(viewer.plan.piece(viewer.place).kept)
            if not found.allows(moment, self._clock()):
                self._refuse(viewing, found.denial(moment))
                viewer.cut()

    def tick(self) -> None:
        """Look whether there is more for those who are level with what is kept; to be called about once a second."""
        self._delivery.sweep()
        level, self._level = self._level, set()
        for viewer in level:
            self._read_on(viewer)

    def _course(self, folder: Path, asked: Span, found: Permit) -> Course:
        plan = Plan(asked, lambda kept: found.allows(span_of(kept), self._clock()))
        return Course(self._reels, folder, plan, clock=self._clock)

    def _begin(self, connection: Connection, viewing: Viewing, course: Course, found: Permit, wanted: _Wanted) -> None:
        place = course.plan.at(wanted.first)
        if viewing.ended or place is None:
            self._admission.hang_up(viewing)
            connection.abort()
            return
        viewer = PastViewer(
            connection,
            course.plan,
            place,
            left=wanted.left,
            permit=found,
            folder=course.folder,
            more=self._more,
            refused=lambda moment: self._refuse(viewing, found.denial(moment)),
            ended=lambda one: self._hung_up(viewing, one),
        )
        self._courses[viewer] = course
        viewing.viewers.add(viewer)
        self._delivery.start(viewer, wanted.head)

    def _more(self, viewer: PastViewer) -> bool:
        """The plan is used up: read on, or wait for what comes; False when all was sent."""
        course = self._courses.get(viewer)
        if course is None or course.is_over:
            return False
        if course.is_level:
            self._level.add(viewer)
        else:
            self._read_on(viewer)
        return True

    def _read_on(self, viewer: PastViewer) -> None:
        course = self._courses.get(viewer)
        if course is None or viewer.gone:
            return
        task = asyncio.get_running_loop().create_task(self._further(viewer, course))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _further(self, viewer: PastViewer, course: Course) -> None:
        await course.further()
        self._delivery.go_on(viewer)

    def _hung_up(self, viewing: Viewing, viewer: PastViewer) -> None:
        self._courses.pop(viewer, None)
        self._level.discard(viewer)
        viewing.viewers.discard(viewer)
        viewing.bytes_sent += viewer.bytes_sent
        self._admission.hang_up(viewing)

    def _refuse(self, viewing: Viewing, reason: Reason) -> None:
        self._admission.refuse(reason, line=viewing.line_name, channel_id=viewing.channel_id, address=viewing.address)


def _head_only(size: int | None, headers: tuple[tuple[str, str], ...]) -> Answer:
    if size is None:
        return Response(content_type="video/mp2t", headers=(_NO_STORE, *headers), pieces=iter(()))
    fields = (_TYPE, _NO_STORE, *headers, ("Accept-Ranges", "bytes"), ("Content-Length", str(size)))
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields)
    return Prepared(b"".join((CORS, lines.encode("latin-1"), b"\r\n")), b"")


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The head of an answer, the first byte of the stretch, and how many are to follow; None: all that come."""

    head: bytes
    first: int = 0
    left: int | None = None


def _wanted(request: Request, size: int | None, headers: tuple[tuple[str, str], ...]) -> _Wanted | Response:
    """What a request asks of a stretch of this many bytes (RFC 9110 section 14); None: nobody knows how many."""
    common = (_TYPE, _NO_STORE, _CLOSE, *headers)
    if size is None:
        return _Wanted(head_lines(200, *common))
    asked = request.header(b"range")
    try:
        found = byte_range(asked, size) if asked else None
    except ValueError:
        return text(416, "It is shorter than that.", ("Content-Range", f"bytes */{size}"))
    told = (*common, ("Accept-Ranges", "bytes"))
    if found is None:
        return _Wanted(head_lines(200, *told, ("Content-Length", str(size))), 0, size)
    start, length = found
    place = ("Content-Range", f"bytes {start}-{start + length - 1}/{size}")
    return _Wanted(head_lines(206, *told, place, ("Content-Length", str(length))), start, length)
