"""The past as HLS: a playlist of a stretch, which grows while its programme runs, and the live picture with its past.

Segments have addresses of their own under the session's token; each is decided upon when it is fetched.
"""

from __future__ import annotations

import asyncio
import math
import os
from collections import OrderedDict
from typing import TYPE_CHECKING

from rightcast.domain.catchup import Permit, Span
from rightcast.domain.entitlement import Denied, Reason
from rightcast.edge.http_message import Prepared, head_lines, prepared
from rightcast.edge.past import names
from rightcast.edge.past.course import Course
from rightcast.edge.past.plan import Piece, Plan, span_of
from rightcast.edge.past.reels import LENGTH_S
from rightcast.edge.ring_reader import PLAYLIST_TYPE
from rightcast.edge.slices import IMMUTABLE, SegmentSlice, slice_of
from rightcast.formats.hls.media import MediaSegment, finite_playlist, media_playlist

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from rightcast.edge.http_connection import Answer
    from rightcast.edge.http_message import Request
    from rightcast.edge.past.files import Files, OpenFile
    from rightcast.edge.past.gate import Gate
    from rightcast.edge.past.reels import Reels
    from rightcast.edge.viewings import Viewing
    from rightcast.state.archive.reel import Kept

PAUSE_S = 3600.0
"""How far back the live picture can be paused and wound, where rights grant as much."""
LONGEST_S = 24 * 3600.0
ENDED_AFTER_S = 30.0
"""So long after a stretch is over nothing of it comes any more."""
_LONG_LIST = 1500
_REMEMBERED = 128
_NO_CACHE = ("Cache-Control", "no-cache")

Made = Prepared | Denied


class _Lying:
    """Bytes of a kept segment on their way to a viewer; gone once they may not be shown to it any more."""

    __slots__ = ("_clock", "_file", "_moment", "_permit", "_viewing")

    def __init__(
        self, file: OpenFile, viewing: Viewing, permit: Permit, kept: Kept, clock: Callable[[], float]
    ) -> None:
        self._file = file
        self._viewing = viewing
        self._permit = permit
        self._moment = span_of(kept)
        self._clock = clock

    @property
    def descriptor(self) -> int:
        """The open file."""
        return self._file.descriptor

    @property
    def gone(self) -> bool:
        """Whether it may not be read any more."""
        return self._viewing.ended or not self._permit.allows(self._moment, self._clock())


class Playlists:
    """Answers what a viewing asks for by names of the past."""

    def __init__(self, gate: Gate, reels: Reels, files: Files, root: Path, *, clock: Callable[[], float]) -> None:
        self._gate = gate
        self._reels = reels
        self._files = files
        self._root = root
        self._clock = clock
        self._made: OrderedDict[tuple[object, ...], Prepared] = OrderedDict()

    async def answer(self, request: Request, viewing: Viewing, name: str) -> Answer | Denied:
        """The answer, or why not."""
        found = names.read(name)
        match found:
            case names.Stretch():
                return await self._stretch(viewing, found.asked)
            case names.Paused():
                return await self._paused(viewing)
            case names.KeptSegment():
                return await self._segment(request, viewing, found)
            case None:
                return None

    async def _stretch(self, viewing: Viewing, asked: Span) -> Made:
        asked = Span(asked.start, min(asked.stop, asked.start + LONGEST_S))
        found = self._gate.of_viewing(viewing, asked)
        if isinstance(found, Denied):
            return found
        now = self._clock()
        refused = found.refusal(asked, now)
        if refused is not None:
            return Denied(refused)
        plan = await self._filled(viewing, asked, found)
        if plan.last is None:
            return Denied(Reason.NOT_KEPT)
        event, ended = asked.stop > viewing.opened, now > asked.stop + ENDED_AFTER_S
        first = next(plan.pieces())
        key = (
            viewing.channel_id,
            viewing.recording_id,
            asked,
            first.kept.number,
            plan.last.number,
            plan.size,
            event,
            ended,
        )
        return await self._once(key, plan, lambda rows, target: finite_playlist(
            rows, target_duration=target, ended=ended, event=event
        ))  # fmt: skip

    async def _paused(self, viewing: Viewing) -> Made:
        now = self._clock()
        found = self._gate.of_viewing(viewing, Span(now - PAUSE_S, now))
        if isinstance(found, Denied):
            return found
        spans = found.spans(Span(now - PAUSE_S, now + LENGTH_S), now)
        if not spans or spans[-1].stop <= now:
            return Denied(found.denial(Span(now - 1, now)))
        asked = Span(math.ceil(spans[-1].start), now + LENGTH_S)
        plan = await self._filled(viewing, asked, found, whole_from=asked.start)
        if plan.last is None:
            return Denied(Reason.NOT_KEPT)
        first = next(plan.pieces())
        key = (viewing.channel_id, viewing.recording_id, first.kept.number, plan.last.number, plan.size)
        return await self._once(key, plan, lambda rows, target: media_playlist(rows, target_duration=target), live=True)

    async def _once(
        self,
        key: tuple[object, ...],
        plan: Plan,
        write: Callable[[Sequence[MediaSegment], int], str],
        *,
        live: bool = False,
    ) -> Prepared:
        """The playlist of a plan, written once for all who would get the same; a long one in a thread."""
        made = self._made.get(key)
        if made is None:
            pieces = list(plan.pieces())
            if len(pieces) > _LONG_LIST:
                body = await asyncio.to_thread(_written, pieces, write, live=live)
            else:
                body = _written(pieces, write, live=live)
            made = self._made[key] = prepared(PLAYLIST_TYPE, body.encode(), _NO_CACHE)
            while len(self._made) > _REMEMBERED:
                self._made.popitem(last=False)
        return made

    async def _filled(self, viewing: Viewing, asked: Span, found: Permit, *, whole_from: float = 0.0) -> Plan:
        """The plan of what is kept and allowed; segments that began before `whole_from` are left out."""
        plan = Plan(asked, lambda kept: kept.start >= whole_from and found.allows(span_of(kept), self._clock()))
        course = Course(self._reels, self._folder(viewing), plan, clock=self._clock)
        await course.whole()
        return plan

    def _folder(self, viewing: Viewing) -> Path:
        return self._gate.folder(self._root, viewing.channel_id, viewing.recording_id)

    async def _segment(self, request: Request, viewing: Viewing, wanted: names.KeptSegment) -> Answer | Denied:
        folder = self._folder(viewing)
        page = await self._reels.page(folder, wanted.start // LENGTH_S)
        kept = next((one for one in page if one.number == wanted.number), None)
        if kept is None or wanted.join >= len(kept.joins):
            return Denied(Reason.NOT_KEPT)
        moment = span_of(kept)
        found = self._gate.of_viewing(viewing, moment)
        if isinstance(found, Denied):
            return found
        if not found.allows(moment, self._clock()):
            return Denied(found.denial(moment))
        file = await self._files.open(folder, kept.file)
        if file is None:
            return Denied(Reason.NOT_KEPT)
        await self._in_memory(file, kept)
        lying = _Lying(file, viewing, found, kept, self._clock)
        answer = _slice(request, viewing, lying, Piece(kept, wanted.join))
        if isinstance(answer, SegmentSlice) and not request.is_head:
            viewing.bytes_sent += answer.size
        return answer

    async def _in_memory(self, file: OpenFile, kept: Kept) -> None:
        if self._files.in_memory(file, kept.offset, kept.size):
            return
        loop = asyncio.get_running_loop()
        there: asyncio.Future[None] = loop.create_future()
        self._files.fetch(file, kept.offset, kept.size, lambda: None if there.done() else there.set_result(None))
        await asyncio.wait((there,), timeout=20)


def _written(pieces: Sequence[Piece], write: Callable[[Sequence[MediaSegment], int], str], *, live: bool) -> str:
    """A live playlist counts segments and epochs as the reel does, for its beginning moves; a finite one from 0."""
    rows: list[MediaSegment] = []
    epoch = 0
    for index, piece in enumerate(pieces):
        epoch += piece.border
        rows.append(
            MediaSegment(
                piece.kept.number if live else index,
                piece.kept.epoch if live else epoch,
                piece.duration,
                piece.start,
                names.segment_name(piece),
            )
        )
    target = max(1, math.ceil(max(round(row.duration, 3) for row in rows)))
    return write(rows, target)


def _slice(request: Request, viewing: Viewing, lying: _Lying, piece: Piece) -> Answer:
    """The bytes of a segment; from a key frame in its midst on with its tables before, and then always whole."""
    kept = piece.kept
    tag = f"{kept.number}-{piece.join}-{kept.size}"
    if not piece.skipped:
        return slice_of(request, lying, (kept.offset, kept.size), tag, "video/mp2t", owner=viewing)
    tables = os.pread(lying.descriptor, kept.psi, kept.offset)
    head = head_lines(200, ("Content-Type", "video/mp2t"), IMMUTABLE, ("Content-Length", str(piece.size)))
    begins, size = kept.offset + piece.skipped, kept.size - piece.skipped
    return SegmentSlice(head + (b"" if request.is_head else tables), lying, begins, size, viewing)
