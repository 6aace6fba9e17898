"""The thread that writes: takes complete segments from a bounded queue and gives each, opened, to all keepers.

A disk that is slow or full holds up this thread alone; what falls off the ring meanwhile is told as missed.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import sqlite3
import threading
import time
from typing import TYPE_CHECKING, Protocol

from rightcast.domain.archive import GapCause

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from rightcast.headend.archive.segments import Segment

MOST_WAITING = 8192
"""Segments: more than the rings of the largest station hold."""
TURN_S = 0.5
TROUBLED_S = 15.0
"""An error is told for so long after it last occurred."""
_MOST_AT_ONCE = 512

_log = logging.getLogger(__name__)


class Keeper(Protocol):
    """Who keeps segments: the channels' reels, recordings. All but `wanted` is called by the writing thread.

    May raise OSError and sqlite3.Error from any of its methods; the others go on.
    """

    @property
    def wanted(self) -> Collection[int]:
        """Channels of which it needs segments, asked a few times a second by the loop; make it cheap."""

    def keep(self, segment: Segment, source: int) -> None:
        """A segment is complete; its bytes are the first `segment.size` of the file open as `source`.

        All segments of all wanted channels of all keepers come here, each at least once: after a connection anew, what
        the ring holds comes again (see `Segment.name`). Stage it, for `spoil` may follow.
        """

    def spoil(self, segment: Segment) -> None:
        """The segment just kept was overwritten while it was copied: take it back, it is missed."""

    def missed(self, segment: Segment, cause: GapCause) -> None:
        """A segment could not be read in time."""

    def turn(self, now: float) -> None:
        """At least twice a second: commit what is staged, forget what is due; `now` in unix seconds."""

    def close(self) -> None:
        """The process ends: commit, and let go."""


class Writer:
    """Owns the thread. `holds` says whether a segment's bytes are still its own."""

    def __init__(
        self, keepers: Sequence[Keeper], holds: Callable[[Segment], bool], *, clock: Callable[[], float] = time.time
    ) -> None:
        self._keepers = keepers
        self._holds = holds
        self._clock = clock
        self._queue: queue.Queue[Segment | None] = queue.Queue(MOST_WAITING)
        self._overflown: queue.Queue[Segment] = queue.Queue(MOST_WAITING)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="archive", daemon=True)
        self._in_hand = 0
        self.busy_since = 0.0
        self.trouble = ""
        self._troubled = 0.0
        self.missed = 0

    @property
    def backlog(self) -> int:
        """Segments that wait."""
        return self._queue.qsize() + self._in_hand

    @property
    def alive(self) -> bool:
        """Whether the thread still runs."""
        return self._thread.is_alive()

    @property
    def wanted(self) -> frozenset[int]:
        """Channels that any keeper needs."""
        return frozenset().union(*(keeper.wanted for keeper in self._keepers))

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def put(self, segment: Segment) -> None:
        """Have a segment written; never waits."""
        try:
            self._queue.put_nowait(segment)
        except queue.Full:
            self.missed += 1
            if not self._overflown.full():
                self._overflown.put_nowait(segment)

    def stop(self, within_s: float) -> bool:
        """Write what waits and end; whether that was done in time."""
        self._ending.set()
        with contextlib.suppress(queue.Full):
            self._queue.put_nowait(None)  # wakes the thread
        self._thread.join(within_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not (self._ending.is_set() and self._queue.empty()):
            self.busy_since = 0.0
            try:
                first = self._queue.get(timeout=TURN_S)
            except queue.Empty:
                first = None
            self.busy_since = self._clock()
            self._turn(first)
        for keeper in self._keepers:
            self._attempt(keeper.close)
        self.busy_since = 0.0

    def _turn(self, first: Segment | None) -> None:
        waiting = [self._queue.get_nowait() for _ in range(min(self._queue.qsize(), _MOST_AT_ONCE))]
        segments = [segment for segment in (first, *waiting) if segment is not None]
        for place, segment in enumerate(segments, 1):
            self._in_hand = len(segments) - place
            self._write(segment)
        while not self._overflown.empty():
            self._miss(self._overflown.get_nowait(), GapCause.SLOW)
        now = self._clock()
        if now - self._troubled > TROUBLED_S:
            self.trouble = ""
        for keeper in self._keepers:
            self._attempt(lambda keeper=keeper: keeper.turn(now))  # type: ignore[misc]  # mypy sees no Callable in a lambda with a default

    def _write(self, segment: Segment) -> None:
        source = self._open(segment)
        if source is None:
            self.missed += 1
            self._miss(segment, GapCause.SLOW)
            return
        try:
            for keeper in self._keepers:
                self._attempt(lambda keeper=keeper: keeper.keep(segment, source))  # type: ignore[misc]  # as above
        finally:
            os.close(source)
        if not self._holds(segment):
            self.missed += 1
            for keeper in self._keepers:
                self._attempt(lambda keeper=keeper: keeper.spoil(segment))  # type: ignore[misc]  # as above

    def _open(self, segment: Segment) -> int | None:
        if not self._holds(segment):
            return None
        try:
            return os.open(segment.path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            _log.warning("Segment %d of channel %d is gone: %s", segment.opened.sequence, segment.channel_id, error)
            return None

    def _miss(self, segment: Segment, cause: GapCause) -> None:
        for keeper in self._keepers:
            self._attempt(lambda keeper=keeper: keeper.missed(segment, cause))  # type: ignore[misc]  # as above

    def _attempt(self, action: Callable[[], None]) -> None:
        """Let a keeper do something; what it could not do is its own to repair, and is told."""
        try:
            action()
        except (OSError, sqlite3.Error) as error:
            if str(error) != self.trouble:
                _log.warning("The archive cannot be written: %s", error)
            self.trouble = str(error)
            self._troubled = self._clock()
