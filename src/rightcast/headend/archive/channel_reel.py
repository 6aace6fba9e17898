"""The reel of one channel: takes each segment once, and says of what is missing why.

All of it belongs to the writing thread.
"""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from rightcast.domain.archive import SHORTEST_GAP_S, GapCause, Stretch, gaps_between
from rightcast.state.archive.places import Place
from rightcast.state.archive.records import Gap
from rightcast.state.archive.reel_writer import ReelWriter

if TYPE_CHECKING:
    from pathlib import Path

    from rightcast.headend.archive.segments import Segment
    from rightcast.state.archive.records import KeptFile

REMEMBERED = 256
"""Segments: more than a ring holds, for the ring's are told again after each connection."""
RING_S = 120.0
"""A segment that began so much before the newest is of a clock that was set back, not of the past."""
JITTER_S = 1.0
"""Segments that follow each other may seem so far apart, for their beginning is a time of arrival."""
SHOWN_GAPS = 4
SYNC_S = 30.0
"""After a loss of power all but so much is there."""

_log = logging.getLogger(__name__)


class Tally:
    """What is known of segments that are not kept, until the next one is; outlives a reel that had to be let go."""

    def __init__(self) -> None:
        self.missed: list[Stretch] = []
        self.ring = 0
        self.unwanted = False

    def miss(self, segment: Segment, cause: GapCause) -> None:
        """A segment is not kept."""
        last = self.missed[-1] if self.missed else None
        if last is not None and last.cause is cause and segment.start - last.stop < JITTER_S:
            self.missed[-1] = Stretch(last.start, segment.stop, cause)
            return
        self.missed.append(Stretch(segment.start, segment.stop, cause))
        del self.missed[:-REMEMBERED]

    def kept(self, segment: Segment) -> None:
        """A segment is kept: what was before is told."""
        self.missed.clear()
        self.ring, self.unwanted = segment.ring, False

    def guess(self, segment: Segment, ring_epoch: int, sequence: int) -> GapCause:
        """Why nothing was seen between two segments of which nobody said that one was missed."""
        if self.unwanted:
            return GapCause.UNWANTED
        if not self.ring:  # the first that this process keeps
            went_on = segment.opened.epoch == ring_epoch or segment.opened.sequence > sequence + 1
            return GapCause.ARCHIVIST if went_on else GapCause.HEADEND
        return GapCause.SOURCE if segment.ring == self.ring else GapCause.HEADEND


class ChannelReel:
    """Raises OSError and sqlite3.Error; its owner then closes it and opens another."""

    def __init__(self, folder: Path, channel_id: int, tally: Tally, now: float) -> None:
        self.channel_id = channel_id
        self._writer = ReelWriter(folder)
        self._known: deque[tuple[int, int, float]] = deque(
            [(one.ring_epoch, one.sequence, one.start) for one in reversed(self._writer.recent(REMEMBERED))], REMEMBERED
        )
        self._tally = tally
        self.gaps: deque[Gap] = deque(maxlen=SHOWN_GAPS)
        self._synced = now - channel_id % SYNC_S
        self._finished: dict[int, dict[int, KeptFile]] = {place: {} for place in Place}
        self._sizes = dict.fromkeys(Place, 0)
        for one in self._writer.files():
            self._finish(one)
        self._current: KeptFile | None = None
        self._follow_files()
        if self._writer.repaired.lost_segments:
            _log.warning(
                "Of channel %d %d segments were in the index and not on the disk",
                channel_id,
                self._writer.repaired.lost_segments,
            )

    @property
    def current(self) -> KeptFile | None:
        """The file that is written to."""
        return self._current

    def oldest_in(self, place: Place) -> KeptFile | None:
        """The oldest finished file in a place."""
        return next(iter(self._finished[place].values()), None)

    def file(self, number: int) -> KeptFile | None:
        """A finished file."""
        return next((files[number] for files in self._finished.values() if number in files), None)

    def finished_in(self, place: Place) -> list[KeptFile]:
        """Finished files in a place, oldest first."""
        return [*self._finished[place].values()]

    @property
    def newest(self) -> float:
        """Unix seconds at the end of the newest segment; 0 of an empty reel."""
        return self._writer.newest.stop if self._writer.newest is not None else 0.0

    @property
    def oldest(self) -> float:
        """Unix seconds where the reel begins; 0 of an empty one."""
        found = [one.start for one in (*map(self.oldest_in, Place), self._current) if one is not None]
        return min(found, default=0.0)

    @property
    def sizes(self) -> tuple[int, int, int]:
        """Bytes in each place, what is being written included."""
        current = self._current.bytes if self._current is not None else 0
        return (self._sizes[Place.FIRST] + current, self._sizes[Place.SECOND], self._sizes[Place.STORE])

    def older_than(self, moment: float) -> list[KeptFile]:
        """Files all of which is from before a moment, the one that is written to included."""
        found = []
        for place in reversed(Place):
            for file in self._finished[place].values():
                if file.stop > moment:
                    break
                found.append(file)
        if self._current is not None and self._current.stop <= moment:
            found.append(self._current)
        return found

    def within(self, start: float, stop: float) -> list[KeptFile]:
        """Files that hold some of a stretch, the one that is written to included."""
        files = [one for place in reversed(Place) for one in self._finished[place].values()]
        if self._current is not None:
            files.append(self._current)
        return [one for one in files if one.start < stop and one.stop > start]

    def is_news(self, segment: Segment) -> bool:
        """Whether a segment is to be taken: neither kept already nor from before what is."""
        newest = self._writer.newest
        if segment.name in self._known:
            return False
        if newest is None:
            return True
        epoch, sequence, start = segment.name
        if epoch == newest.ring_epoch:
            return sequence > newest.sequence or start - newest.stop > RING_S
        return epoch > newest.ring_epoch or not newest.start - RING_S < start <= newest.start

    def take(self, segment: Segment, source: int) -> None:
        """Stage a segment that is news."""
        newest = self._writer.newest
        follows = (
            newest is not None
            and segment.opened.epoch == newest.ring_epoch
            and segment.opened.sequence == newest.sequence + 1
        )
        self._writer.stage(source, segment.size, segment.to_keep, new_epoch=newest is None or not follows)
        if newest is not None and not follows and segment.start - newest.stop > SHORTEST_GAP_S:
            otherwise = self._tally.guess(segment, newest.ring_epoch, newest.sequence)
            for one in gaps_between(newest.stop, segment.start, self._tally.missed, otherwise):
                gap = Gap(start=one.start, stop=one.stop, cause=one.cause)
                self._writer.note_gap(gap)
                self.gaps.append(gap)
        self._known.append(segment.name)
        self._follow_files()
        self._tally.kept(segment)

    def take_back(self, segment: Segment, cause: GapCause) -> None:
        """The segment taken last was not whole."""
        self._writer.unstage()
        self._follow_files()
        self.miss(segment, cause)

    def miss(self, segment: Segment, cause: GapCause) -> None:
        """A segment that is news is not kept."""
        self._tally.miss(segment, cause)
        if segment.name not in self._known:
            self._known.append(segment.name)

    def commit(self, now: float) -> None:
        """Bring what was taken into the index; now and then so that it survives a loss of power."""
        durable = now - self._synced >= SYNC_S
        self._writer.commit(durable=durable)
        if durable:
            self._synced = now

    def forget(self, files: list[KeptFile]) -> None:
        """Remove files, their segments and the gaps before them."""
        self._writer.forget(files)
        for one in files:
            self._unfinish(one.file)
        self._follow_files()

    def erase(self, files: list[KeptFile]) -> None:
        """Forget files out of the middle: what lay there is a gap from now on."""
        self.forget(files)
        for one in files:
            self._writer.note_gap(Gap(start=one.start, stop=one.stop, cause=GapCause.ERASED))
        self._writer.commit()

    def placed(self, number: int, place: Place) -> None:
        """A finished file lies in another place now."""
        one = self._unfinish(number)
        if one is not None:
            self._writer.place(number, place)
            self._finish(replace(one, place=place))

    def close(self) -> None:
        """Let go."""
        self._writer.close()

    def _follow_files(self) -> None:
        """The file before is finished once another is written to."""
        current = self._writer.current
        before = self._current
        if before is not None and current is not None and current.file != before.file:
            self._finish(before)
        if current is not None:
            self._unfinish(current.file)  # as it was found on the disk
        self._current = current

    def _finish(self, one: KeptFile) -> None:
        self._finished[one.place][one.file] = one
        self._sizes[Place(one.place)] += one.bytes

    def _unfinish(self, number: int) -> KeptFile | None:
        for place in Place:
            one = self._finished[place].pop(number, None)
            if one is not None:
                self._sizes[place] -= one.bytes
                return one
        return None
