"""The keeper of takes: writes what is due, first what the channel's own reel still has, then what the ring brings.

The loop says what is due; the writing thread does all the rest. Everything is found again after a death: open takes
stand in the feed, their bytes on their reels, and what was missed in between on the channel's reel if it has one.
"""

from __future__ import annotations

import errno
import logging
import os
import shutil
import sqlite3
from collections import deque
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightcast.contract.reports import TakeReport
from rightcast.domain.recordings import Take
from rightcast.headend.recorder.take_reel import TakeReel, name_of
from rightcast.state.archive.records import INDEX, NewSegment
from rightcast.state.archive.reel import ReelReader, channel_reel, take_reel, takes_on_disk

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from rightcast.domain.archive import GapCause
    from rightcast.headend.archive.segments import Segment
    from rightcast.state.archive.records import Kept

SETTLE_S = 12.0
"""So long after a take's end the last segment may still be closed."""
FILL_AT_ONCE = 24
"""Segments taken from a channel's reel in one turn, so that live ones do not wait."""
LEAST_FREE_BYTES = 256 << 20
PATIENCE_S = 120.0
"""So long what lies in a store far away is waited for; then it is missing."""
REST_S = 5.0
_DELETED_TOLD = 2000

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Running:
    take: Take
    reel: TakeReel | None = None
    filling: bool = True
    over: bool = False
    disk_full: bool = False
    rests_until: float = 0.0
    progress: float = 0.0


class TakeKeeper:
    """A keeper beside that of channels; see `headend.archive.writing.Keeper`."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._due: Mapping[int, Take] = {}
        self._slates: Mapping[int, float] = {}
        self._leaving: deque[int] = deque()
        self._running: dict[int, _Running] = {}
        self._of_channel: dict[int, list[_Running]] = {}
        self._taken: list[_Running] = []
        self._wanted: frozenset[int] = frozenset()
        self._deleted: deque[int] = deque(maxlen=_DELETED_TOLD)
        self._told: tuple[TakeReport, ...] = ()
        self._now = 0.0
        self._sizes: dict[int, int] | None = None
        self.free_bytes = 0

    @property
    def held_bytes(self) -> int:
        """What all takes on the disk hold, those that are long over and those no feed names included."""
        if self._sizes is None:
            self._sizes = takes_on_disk(self._root)
        return sum(self._sizes.values())

    # The loop

    def follow(self, due: Mapping[int, Take], now: float, slates: Mapping[int, float] | None = None) -> None:
        """What is to be taken now, by a mapping that nobody changes; what is not in it any more is let go.

        `slates`: the channels that show their slate, and since when.
        """
        self._due, self._slates = due, slates or {}
        self._wanted = frozenset(one.channel_id for one in due.values() if now < one.stop + SETTLE_S)

    def delete(self, take_id: int) -> None:
        """Have the files of a take deleted."""
        self._leaving.append(take_id)

    @property
    def wanted(self) -> Collection[int]:
        """Channels of which something is taken."""
        return self._wanted

    @property
    def told(self) -> tuple[TakeReport, ...]:
        """What is under way, over and waiting to be settled, or deleted lately."""
        return self._told

    # The writing thread

    def keep(self, segment: Segment, source: int) -> None:
        """Stage a segment for every take of its channel that is level with the ring."""
        self._taken.clear()
        for running in self._of_channel.get(segment.channel_id, ()):
            take, reel = running.take, running.reel
            if reel is None or running.filling or running.over or segment.forbidden:
                continue
            if segment.stop <= take.start or segment.start >= take.stop or not reel.is_news(segment.name):
                continue
            if self._stage(running, segment.to_keep, source, segment.size):
                self._taken.append(running)

    def spoil(self, segment: Segment) -> None:
        """Take back what was overwritten."""
        for running in self._taken:
            if running.reel is not None:
                running.reel.take_back()
        self._taken.clear()

    def missed(self, segment: Segment, cause: GapCause) -> None:
        """A segment could not be read in time: it is missing from the spans, which says so."""

    def turn(self, now: float) -> None:
        """Follow what is due, fill from reels, commit, end what is over, delete."""
        self._now = now
        self._taken.clear()
        self._follow_due()
        self._measure()
        for running in list(self._running.values()):
            try:
                self._advance(running, now)
            except (OSError, sqlite3.Error) as error:
                self._give_up(running, error)
        while self._leaving:
            self._remove(self._leaving.popleft())
        self._tell()

    def close(self) -> None:
        """Commit and let go."""
        for running in self._running.values():
            if running.reel is not None:
                with suppress(OSError, sqlite3.Error):
                    running.reel.commit(self._now, last=True)
                running.reel.close()
                running.reel = None

    def _follow_due(self) -> None:
        due = self._due
        for number in [one for one in self._running if one not in due]:
            self._let_go(self._running.pop(number))
        changed = False
        for number, take in due.items():
            running = self._running.get(number)
            if running is None:
                self._running[number] = _Running(take)
                changed = True
            elif running.take != take:
                if running.over and take.stop > running.take.stop:
                    running.over, running.reel = False, None  # it goes on, and its reel is opened again
                running.take = take
        if changed or len(self._running) != sum(map(len, self._of_channel.values())):
            self._of_channel = {}
            for running in self._running.values():
                self._of_channel.setdefault(running.take.channel_id, []).append(running)

    def _advance(self, running: _Running, now: float) -> None:
        if running.over or now < running.rests_until:
            return
        if running.reel is None:
            running.reel = TakeReel(take_reel(self._root, running.take.id), now)
            running.filling = True
        if running.filling:
            running.filling = self._fill(running, running.reel)
        since = self._slates.get(running.take.channel_id)
        if since is not None:
            running.reel.show_slate(since, now)
        else:
            running.reel.real()
        if self._sizes is not None:
            self._sizes[running.take.id] = running.reel.size_bytes
        over = not running.filling and now >= running.take.stop + SETTLE_S
        running.reel.commit(now, last=over)
        if over:
            running.over = True
            running.reel.close()

    def _fill(self, running: _Running, reel: TakeReel) -> bool:
        """Take some of what the channel's reel has and this one has not; False when there is no more."""
        folder, take = channel_reel(self._root, running.take.channel_id), running.take
        if not (folder / INDEX).exists():
            return False
        with closing(ReelReader(folder)) as source:
            begin = max(float(take.start), reel.newest)
            found = source.between(begin, take.stop, FILL_AT_ONCE)
            news = [one for one in found if reel.is_news(name_of(one))]
            done = 0
            while done < len(news) and self._copy(running, source, news[done]):
                done += 1
        if done or not running.progress:
            running.progress = self._now
        if done < len(news):  # some lies in a store and is being fetched
            return self._now - running.progress < PATIENCE_S
        return bool(news) and len(found) == FILL_AT_ONCE

    def _copy(self, running: _Running, source: ReelReader, one: Kept) -> bool:
        try:
            descriptor = source.open_file(one.file)
        except FileNotFoundError:
            return True
        if descriptor is None:
            return False
        try:
            segment = NewSegment(
                start=one.start,
                duration=one.duration,
                time=one.time,
                psi=one.psi,
                joins=one.joins,
                contents=source.contents(one.contents),
                ring_epoch=one.ring_epoch,
                sequence=one.sequence,
            )
            return self._stage(running, segment, descriptor, one.size, at=one.offset)
        finally:
            os.close(descriptor)

    def _stage(self, running: _Running, segment: NewSegment, source: int, size: int, *, at: int = 0) -> bool:
        reel = running.reel
        if reel is None:
            return False
        if self.free_bytes < LEAST_FREE_BYTES + size:
            running.disk_full = True
            return False
        try:
            reel.take(segment, source, size, at)
        except OSError as error:
            if error.errno == errno.ESTALE:
                return False
            running.disk_full |= error.errno in {errno.ENOSPC, errno.EDQUOT}
            self._give_up(running, error)
            return False
        except sqlite3.Error as error:
            self._give_up(running, error)
            return False
        self.free_bytes -= size
        return True

    def _measure(self) -> None:
        self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
        disk = os.statvfs(self._root)
        self.free_bytes = disk.f_bavail * disk.f_frsize

    def _give_up(self, running: _Running, error: Exception) -> None:
        """Let go of a reel for a while; it is repaired when it is opened again."""
        _log.warning("Take %d cannot be written: %s", running.take.id, error)
        running.rests_until = self._now + REST_S
        self._let_go(running)

    def _let_go(self, running: _Running) -> None:
        reel, running.reel = running.reel, None
        if reel is not None:
            with suppress(OSError, sqlite3.Error):
                reel.close()

    def _remove(self, take_id: int) -> None:
        running = self._running.pop(take_id, None)
        if running is not None:
            self._let_go(running)
        folder = take_reel(self._root, take_id)
        if folder.exists():
            shutil.rmtree(folder)
            _log.info("Take %d is deleted", take_id)
        if self._sizes is not None:
            self._sizes.pop(take_id, None)
        self._deleted.append(take_id)

    def _tell(self) -> None:
        told = [
            TakeReport(
                id=number,
                spans=[] if one.reel is None else one.reel.shown,
                size_bytes=0 if one.reel is None else one.reel.size_bytes,
                over=one.over,
                disk_full=one.disk_full,
            )
            for number, one in self._running.items()
            if one.reel is not None
        ]
        told += [TakeReport(id=number, deleted=True) for number in dict.fromkeys(self._deleted)]
        self._told = tuple(told)
