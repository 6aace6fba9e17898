"""The reel of one take: each segment once, in order, with what is kept of it as spans of time."""

from __future__ import annotations

import math
from collections import deque
from contextlib import closing
from typing import TYPE_CHECKING

from rightcast.domain.archive import GapCause
from rightcast.domain.recordings import TOLERATED_S, without
from rightcast.state.archive.records import INDEX, Gap
from rightcast.state.archive.reel import ReelReader
from rightcast.state.archive.reel_writer import ReelWriter

if TYPE_CHECKING:
    from pathlib import Path

    from rightcast.state.archive.records import Kept, NewSegment

REMEMBERED = 512
SYNC_S = 30.0
_ALL = 10**6

Name = tuple[int, int, float]


class TakeReel:
    """Belongs to the writing thread. Raises OSError and sqlite3.Error; its owner then closes it and opens another."""

    def __init__(self, folder: Path, now: float) -> None:
        self._writer = ReelWriter(folder)
        kept = self._writer.recent(_ALL)[::-1]
        self._names: deque[Name] = deque((name_of(one) for one in kept[-REMEMBERED:]), REMEMBERED)
        self.spans: list[tuple[float, float]] = []
        for one in kept:
            self._cover(one.start, one.stop)
        self.size_bytes = sum(one.size for one in kept)
        self._slates = _slates_of(folder)
        self._slate: tuple[float, float] | None = None
        self._synced = now
        self._before: tuple[list[tuple[float, float]], int] | None = None

    @property
    def newest(self) -> float:
        """Unix seconds at the end of what is kept; 0 of an empty reel."""
        return self._writer.newest.stop if self._writer.newest is not None else 0.0

    def is_news(self, name: Name) -> bool:
        """Whether a segment is neither kept already nor from before what is."""
        newest = self._writer.newest
        return name not in self._names and (newest is None or name[2] > newest.start)

    def take(self, segment: NewSegment, source: int, size: int, at: int = 0) -> None:
        """Stage a segment that is news: `size` bytes at place `at` of the file open as `source`."""
        newest = self._writer.newest
        follows = (
            newest is not None and segment.ring_epoch == newest.ring_epoch and segment.sequence == newest.sequence + 1
        )
        before = (self.spans[-1:], self.size_bytes)
        kept = self._writer.stage(source, size, segment, new_epoch=newest is None or not follows, at=at)
        self._names.append(name_of(kept))
        self._cover(kept.start, kept.stop)
        self.size_bytes += size
        self._before = before

    def take_back(self) -> None:
        """The segment taken last was not whole."""
        if self._before is None:
            return
        self._writer.unstage()
        spans, self.size_bytes = self._before
        self.spans[-1:] = spans
        self._before = None

    def show_slate(self, since: float, until: float) -> None:
        """What came from `since` to `until` was the slate, for no source had a picture; it goes on until `real`."""
        start = since if self._slate is None else min(self._slate[0], since)
        self._slate = (start, until)

    def real(self) -> None:
        """The channel shows a source."""
        slate, self._slate = self._slate, None
        if slate is not None:
            self._slates.append(slate)
            self._writer.note_gap(Gap(start=slate[0], stop=slate[1], cause=GapCause.SOURCE.value))

    @property
    def shown(self) -> list[tuple[float, float]]:
        """The spans in which the channel itself was seen, and not its slate."""
        return without(self.spans, [*self._slates, *([self._slate] if self._slate is not None else [])])

    def commit(self, now: float, *, last: bool = False) -> None:
        """Bring what was taken into the index; now and then, and at last, so that it survives a loss of power."""
        if last:
            self.real()
        durable = last or now - self._synced >= SYNC_S
        self._writer.commit(durable=durable)
        self._before = None
        if durable:
            self._synced = now

    def close(self) -> None:
        """Let go."""
        self._writer.close()

    def _cover(self, start: float, stop: float) -> None:
        if self.spans and start - self.spans[-1][1] <= TOLERATED_S:
            begin, end = self.spans[-1]
            self.spans[-1] = (begin, max(end, stop))
        else:
            self.spans.append((start, stop))


def _slates_of(folder: Path) -> list[tuple[float, float]]:
    """Slates of before, as the index has them."""
    if not (folder / INDEX).exists():
        return []
    with closing(ReelReader(folder)) as reel:
        return [(one.start, one.stop) for one in reel.gaps(0, math.inf)]


def name_of(kept: Kept) -> Name:
    """What tells a segment from every other of its channel."""
    return (kept.ring_epoch, kept.sequence, kept.start)
