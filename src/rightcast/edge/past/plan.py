"""What one play sends: which segments of a reel from where to where, and at which byte of the answer each lies.

Pure. Segments follow each other as they lie on the reel; where some are missing or a new epoch begins lies a border.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightcast.domain.catchup import Span
from rightcast.formats.mpegts.packets import PACKET_BYTES
from rightcast.state.archive.reel import Kept

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


GAP_S = 1.5
"""Segments that are further apart than this do not follow each other."""
BORDER_BYTES = PACKET_BYTES
"""At a border one packet announces that clock and counters begin anew (ISO/IEC 13818-1 section 2.4.3.5)."""
_EARLY_S = 0.02
"""Moments are asked in whole seconds or milliseconds; a key frame this little later is the one that was meant."""


def span_of(kept: Kept) -> Span:
    """When a segment was on air."""
    return Span(kept.start, kept.stop)


def join_at(kept: Kept, moment: float) -> int:
    """The index of the last key frame of a segment at or before a moment; the first when all are later."""
    wanted = moment - kept.start + _EARLY_S
    return max((index for index, (_, since) in enumerate(kept.joins) if since <= wanted), default=0)


@dataclass(frozen=True, slots=True)
class Piece:
    """A segment as a play sends it: from its key frame number `join`, after a border or not."""

    kept: Kept
    join: int = 0
    border: bool = False

    @property
    def skipped(self) -> int:
        """Bytes of the segment that are left out; its tables are sent nevertheless."""
        return self.kept.joins[self.join][0] if self.join else 0

    @property
    def head_bytes(self) -> int:
        """Bytes before those that lie in the file as they are sent: a border's packet, and tables before a join."""
        return BORDER_BYTES * self.border + (self.kept.psi if self.skipped else 0)

    @property
    def size(self) -> int:
        """Bytes in all."""
        return self.head_bytes + self.kept.size - self.skipped

    @property
    def start(self) -> float:
        """Unix seconds of its first picture."""
        return self.kept.start + (self.kept.joins[self.join][1] if self.join else 0.0)

    @property
    def duration(self) -> float:
        """Seconds of what is sent of it."""
        return self.kept.stop - self.start


@dataclass(frozen=True, slots=True)
class Run:
    """Segments [low, high) of a page without a border between them; `border`: one lies before. `at`: bytes before."""

    page: Sequence[Kept]
    low: int
    high: int
    border: bool
    at: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a plan: a run, a segment of its page, and how many bytes of that piece come before."""

    run: int
    index: int
    offset: int = 0


class Plan:
    """The play of `asked`; `allows` says of a segment whether it may be shown. Pages are added in order.

    `size` counts all bytes so far, `last` is the last segment.
    """

    def __init__(self, asked: Span, allows: Callable[[Kept], bool]) -> None:
        self.asked = asked
        self.runs: list[Run] = []
        self.size = 0
        self.last: Kept | None = None
        self._allows = allows
        self._join = 0
        self._before: Kept | None = None

    @property
    def first(self) -> Piece | None:
        """With what it begins; None while there is nothing."""
        return self.piece(Place(0, self.runs[0].low)) if self.runs else None

    def add(self, page: Sequence[Kept]) -> bool:
        """Take what follows on a page; whether there was anything."""
        before = len(self.runs)
        low = -1
        for index, kept in enumerate(page):
            after = self.last is None or kept.number > self.last.number
            wanted = after and kept.stop > self.asked.start and kept.start < self.asked.stop and self._allows(kept)
            if wanted and not (low >= 0 and _joined(self.last, kept)):
                self._end_run(page, low, index)
                low = index
            elif not wanted and low >= 0:
                self._end_run(page, low, index)
                low = -1
            if wanted:
                self._take(kept)
        self._end_run(page, low, len(page))
        return len(self.runs) > before

    def piece(self, place: Place) -> Piece:
        """The piece at a place."""
        run = self.runs[place.run]
        first = place.run == 0 and place.index == run.low
        return Piece(run.page[place.index], self._join if first else 0, run.border and place.index == run.low)

    def after(self, place: Place) -> Place | None:
        """The place behind a whole piece; None at the end of what was added."""
        run = self.runs[place.run]
        if place.index + 1 < run.high:
            return Place(place.run, place.index + 1)
        if place.run + 1 < len(self.runs):
            return Place(place.run + 1, self.runs[place.run + 1].low)
        return None

    def pieces(self) -> Iterator[Piece]:
        """All of them in order."""
        place = Place(0, self.runs[0].low) if self.runs else None
        while place is not None:
            yield self.piece(place)
            place = self.after(place)

    def at(self, position: int) -> Place | None:
        """The place of a byte; None beyond the end."""
        if not 0 <= position < self.size:
            return None
        number = bisect_right(self.runs, position, key=lambda run: run.at) - 1
        run = self.runs[number]
        left = position - run.at
        for index in range(run.low, run.high):
            size = self.piece(Place(number, index)).size
            if left < size:
                return Place(number, index, left)
            left -= size
        return None

    def _take(self, kept: Kept) -> None:
        if self.last is None:
            self._join = join_at(kept, self.asked.start)
        self.last = kept

    def _end_run(self, page: Sequence[Kept], low: int, high: int) -> None:
        if low < 0:
            return
        first = page[low]
        border = bool(self.runs) and not _joined(self._before, first)
        self.runs.append(Run(page, low, high, border, self.size))
        place = Place(len(self.runs) - 1, low)
        self.size += sum(self.piece(Place(place.run, index)).size for index in range(low, high))
        self._before = page[high - 1]


def _joined(before: Kept | None, after: Kept) -> bool:
    """Whether a segment goes on where another one ended."""
    if before is None or (before.epoch, before.number + 1) != (after.epoch, after.number):
        return False
    return abs(after.start - before.stop) < GAP_S
