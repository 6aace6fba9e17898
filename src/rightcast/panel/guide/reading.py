"""Reads a guide into a spool: a large one in pieces by several processes, anything unusual in one go.

What comes out is the same. A piece that cannot be read by itself is read where it stands, and everything behind it.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Protocol

from rightcast.formats import xmltv_pieces
from rightcast.formats.xmltv_elements import ReadChannel
from rightcast.formats.xmltv_reader import XmltvReader
from rightcast.formats.xmltv_times import zone_of
from rightcast.panel.guide.piece_child import Task
from rightcast.panel.guide.pieces import Readers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from concurrent.futures import Future
    from types import TracebackType

    from rightcast.domain.guide import Show
    from rightcast.formats.xmltv_oddities import Findings
    from rightcast.formats.xmltv_pieces import Head
    from rightcast.panel.guide.piece_child import Answer
    from rightcast.panel.guide.spool import Spool

LARGE_BYTES = 2 << 20
"""A smaller guide is read before other processes have begun."""
PROCESSES = 2
ANSWER_S = 60.0
_AHEAD = 2
"""Pieces under way for each process."""
_STEP_S = 0.5


class Asked(Protocol):
    """Processes that read pieces; `pieces.Readers` and what tests have instead."""

    def __enter__(self) -> Asked:
        """They are there."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """They are gone, whatever they are at."""

    def ask(self, task: Task) -> Future[Answer]:
        """Read a piece."""


@dataclass(frozen=True, slots=True)
class Division:
    """How a guide is divided among processes; one process is none beside the own."""

    processes: int
    large_bytes: int = LARGE_BYTES
    piece_bytes: int = xmltv_pieces.PIECE_BYTES
    readers: Callable[[int], Asked] = Readers


class GuideReading:
    """One guide being read."""

    def __init__(
        self,
        zone: str,
        spool: Spool,
        findings: Findings,
        progress: Callable[[str], None],
        division: Division | None = None,
    ) -> None:
        self.shows = 0
        self.channels: list[ReadChannel] = []
        self._zone = zone
        self._spool = spool
        self._progress = progress
        self._division = division or Division(min(PROCESSES, len(os.sched_getaffinity(0))))
        self._reader = XmltvReader(zone_of(zone) if zone else None, findings)
        self._place = xmltv_pieces.Place()
        self._said = time.monotonic()

    def read(self, blocks: Iterable[bytes]) -> None:
        """Read it all. Raises GuideUnreadableError with line and column."""
        stream = iter(blocks)
        large_bytes = self._division.large_bytes
        beginning = _beginning(stream, large_bytes)
        divided = self._division.processes > 1 and len(beginning) >= large_bytes
        head = xmltv_pieces.head_of(beginning) if divided else None
        if head is None:
            self._take(self._reader.read(chain([beginning], stream)))
        else:
            self._read_pieces(head, chain([beginning[beginning.index(head.data) + len(head.data) :]], stream))
        self.shows += self._reader.shows

    def _read_pieces(self, head: Head, stream: Iterator[bytes]) -> None:
        self._feed(head.data)
        line = 1 + xmltv_pieces.lines_in(head.data)
        pieces = _with_last(xmltv_pieces.cut(stream, self._division.piece_bytes))
        waiting: deque[tuple[bytes, Future[Answer]]] = deque()
        rest: list[bytes] = []
        count = self._division.processes
        with self._division.readers(count) as readers:
            sound = True
            for piece, is_last in pieces:
                if is_last or len(piece) > xmltv_pieces.LARGEST_BYTES:
                    rest.append(piece)
                    break
                waiting.append((piece, readers.ask(Task(head.declaration, line, self._zone, piece))))
                line += xmltv_pieces.lines_in(piece)
                if len(waiting) > _AHEAD * count and not (sound := self._settle(waiting)):
                    break
            while sound and waiting:
                sound = self._settle(waiting)
        self._read_on(chain((piece for piece, _ in waiting), rest, (piece for piece, _ in pieces)))

    def _settle(self, waiting: deque[tuple[bytes, Future[Answer]]]) -> bool:
        """Take what the first piece told; False: it has to be read where it stands."""
        piece, future = waiting[0]
        try:
            answer = future.result(ANSWER_S)
        except (OSError, EOFError, FutureTimeoutError):
            return False  # its process has died, or hangs
        if not answer.read.sound:
            return False
        waiting.popleft()
        self._place.advance(piece)
        self.shows += answer.read.shows
        self.channels += answer.read.channels
        self._reader.findings.join(answer.read.findings)
        self._spool.take(answer.sheaf)
        self._say()
        return True

    def _read_on(self, pieces: Iterator[bytes]) -> None:
        """The rest in one go, as if nothing had been left out before it."""
        for blank in self._place.blank():
            self._feed(blank)
        self._reader.clock.begun.update(self._spool.last_starts())
        for piece in pieces:
            self._feed(piece)
        self._take(self._reader.end())

    def _feed(self, data: bytes) -> None:
        self._take(self._reader.feed(data))

    def _take(self, found: Iterator[ReadChannel | Show]) -> None:
        for one in found:
            if isinstance(one, ReadChannel):
                self.channels.append(one)
            else:
                self._spool.add(one)
                if not self._reader.shows % 1000:
                    self._say()

    def _say(self) -> None:
        if time.monotonic() - self._said > _STEP_S:
            self._said = time.monotonic()
            self._progress(f"{self.shows + self._reader.shows:,} shows read")


def _beginning(stream: Iterator[bytes], large_bytes: int) -> bytes:
    """Enough of a guide to tell whether it is large."""
    kept, count = [], 0
    for block in stream:
        kept.append(block)
        count += len(block)
        if count >= large_bytes:
            break
    return b"".join(kept)


def _with_last(pieces: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each with whether it is the last."""
    before = next(pieces)
    for piece in pieces:
        yield before, False
        before = piece
    yield before, True
