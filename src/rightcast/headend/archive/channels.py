"""The keeper of channels: a reel for each that is to be kept, and what is forgotten of them and when.

Follows what the loop decided about wish and right; the writing thread does all the rest here.
"""

from __future__ import annotations

import errno
import logging
import os
import sqlite3
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rightcast.contract.reports import ArchiveReport, GapReport
from rightcast.domain.archive import GapCause
from rightcast.domain.retention import Deleted, Window
from rightcast.headend.archive.channel_reel import ChannelReel, Tally
from rightcast.headend.archive.freezing import Freeze
from rightcast.headend.archive.room import Room, measure
from rightcast.headend.archive.tiers import Placing
from rightcast.state.archive.erasures import ordered
from rightcast.state.archive.ledger import Ledger
from rightcast.state.archive.places import Place
from rightcast.state.archive.reel import channel_reel

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

    from rightcast.domain.retention import Keeping
    from rightcast.headend.archive.segments import Segment
    from rightcast.headend.archive.tiers import Tiers
    from rightcast.state.archive.records import KeptFile

HOUR_S = 3600.0
DAY_S = 86_400.0
PRESSED_SHARE = 0.1
"""With less than this share of the room left, older files are moved on before their time."""
LOOK_S = 5.0
"""How often age and room are looked at; files last ten minutes, so that more often deletes nothing sooner."""
TELL_S = 1.0
REST_S = 5.0
"""After a failure a reel is left alone for so long."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Channel:
    reel: ChannelReel | None = None
    window: Window = field(default_factory=Window)
    rests_until: float = 0.0
    trouble: str = ""
    tally: Tally = field(default_factory=Tally)


class ChannelKeeper:
    """Keeps what `follow` says, within `budget_bytes` (0: a share of the disk); `beside`: bytes others hold of that."""

    def __init__(
        self, root: Path, budget_bytes: int, tiers: Tiers | None = None, beside: Callable[[], int] = lambda: 0
    ) -> None:
        self._root = root
        self._budget_bytes = budget_bytes
        self._beside = beside
        self._ledger: Ledger | None = None
        self._placing = Placing(root, tiers) if tiers is not None else None
        self._keepings: Mapping[int, Keeping] = {}
        self._kept: frozenset[int] = frozenset()
        self._followed = False
        self._channels: dict[int, _Channel] = {}
        self._touched: set[int] = set()
        self._taken: Segment | None = None
        self._look_at = 0.0
        self._tell_at = 0.0
        self._pruned = 0.0
        self._now = 0.0
        self.freeze = Freeze()
        self.room = Room()
        self.evicted = 0.0
        self.told: list[ArchiveReport] = []

    def follow(self, keepings: Mapping[int, Keeping]) -> None:
        """What holds for all channels from now on; called by the loop with a mapping that nobody changes."""
        self._followed = True
        if keepings is self._keepings:
            return
        self._keepings = keepings
        self._kept = frozenset(number for number, one in keepings.items() if one.kept_h > 0)

    @property
    def store_trouble(self) -> str:
        """What last went wrong with moving files, while it does."""
        return self._placing.trouble if self._placing is not None else ""

    @property
    def alive(self) -> bool:
        """Whether the thread that moves files still runs, where there is one."""
        return self._placing is None or self._placing.alive

    @property
    def wanted(self) -> Collection[int]:
        """Channels of which new segments are kept."""
        return self._kept

    # The writing thread

    def keep(self, segment: Segment, source: int) -> None:
        """Stage a segment of a channel that is kept."""
        self._taken = None
        if segment.channel_id not in self._kept:
            return
        reel = self._reel(segment.channel_id)
        if reel is None:
            self._channels[segment.channel_id].tally.miss(segment, GapCause.DISK)
            return
        if not reel.is_news(segment):
            return
        if segment.forbidden:
            reel.miss(segment, GapCause.SIGNAL)
        elif not self._has_room(segment.size):
            reel.miss(segment, GapCause.DISK)
        else:
            self._take(reel, segment, source)

    def spoil(self, segment: Segment) -> None:
        """Take back what was overwritten."""
        reel = self._channels[segment.channel_id].reel if segment is self._taken else None
        self._taken = None
        if reel is not None:
            reel.take_back(segment, GapCause.SLOW)

    def missed(self, segment: Segment, cause: GapCause) -> None:
        """A segment could not be read in time."""
        reel = self._reel(segment.channel_id) if segment.channel_id in self._kept else None
        if reel is not None and reel.is_news(segment):
            reel.miss(segment, cause)

    def turn(self, now: float) -> None:
        """Commit, and every few seconds look at age and room."""
        self._now = now
        self._taken = None
        self._commit()
        if self._placing is not None and self._followed:
            self._placing.settle(self._reels(), self._open_ledger(), now)
            self._placing.answer(self._reels(), now)
        if now >= self._look_at and self._followed:
            self._look_at = now + LOOK_S
            self._look(now)
        if now >= self._tell_at:
            self._tell_at = now + TELL_S
            self.told = self._report()

    def close(self) -> None:
        """Commit and let go of all reels."""
        self._commit()
        for channel in self._channels.values():
            if channel.reel is not None:
                channel.reel.close()
                channel.reel = None
        if self._placing is not None:
            self._placing.close()
        if self._ledger is not None:
            self._ledger.close()
            self._ledger = None

    def _report(self) -> list[ArchiveReport]:
        """What is kept of each channel."""
        keepings = self._keepings
        found = []
        for number, channel in [*self._channels.items()]:
            keeping, reel = keepings.get(number), channel.reel
            if keeping is None:
                continue
            told = ArchiveReport(
                channel_id=number,
                channel=keeping.name,
                wished_h=keeping.wished_h,
                granted_h=keeping.granted_h,
                kept_h=keeping.kept_h,
                bytes=reel.sizes[Place.FIRST] if reel is not None else 0,
                second_bytes=reel.sizes[Place.SECOND] if reel is not None else 0,
                store_bytes=reel.sizes[Place.STORE] if reel is not None else 0,
                oldest=reel.oldest if reel is not None else 0.0,
                newest=reel.newest if reel is not None else 0.0,
                gaps=[GapReport(start=one.start, stop=one.stop, cause=one.cause) for one in [*reel.gaps]]
                if reel
                else [],
                detail=channel.trouble,
            )
            found.append(told)
        return found

    def _take(self, reel: ChannelReel, segment: Segment, source: int) -> None:
        try:
            reel.take(segment, source)
        except OSError as error:
            if error.errno == errno.ESTALE:
                reel.miss(segment, GapCause.SLOW)
                return
            reel.miss(segment, GapCause.DISK)
            if error.errno in {errno.ENOSPC, errno.EDQUOT} and self._evict_one():
                return  # others fill the disk too; the next segment finds room
            self._give_up(segment.channel_id, error)
            raise
        except sqlite3.Error as error:
            self._give_up(segment.channel_id, error)
            raise
        self._channels[segment.channel_id].trouble = ""
        self._taken = segment
        self._touched.add(segment.channel_id)
        self.room.used_bytes += segment.size

    def _commit(self) -> None:
        failures = []
        for channel_id in [*self._touched]:
            self._touched.discard(channel_id)
            reel = self._channels[channel_id].reel
            try:
                if reel is not None:
                    reel.commit(self._now)
            except (OSError, sqlite3.Error) as error:
                self._give_up(channel_id, error)
                failures.append(error)
        if failures:
            raise failures[0]

    def _reel(self, channel_id: int) -> ChannelReel | None:
        """The reel of a channel, opened when it is not; None while it cannot be written."""
        channel = self._channels.setdefault(channel_id, _Channel())
        if channel.reel is None and self._now >= channel.rests_until:
            try:
                channel.reel = ChannelReel(channel_reel(self._root, channel_id), channel_id, channel.tally, self._now)
            except (OSError, sqlite3.Error) as error:
                self._give_up(channel_id, error)
                raise
            if self._placing is not None:
                self._placing.adopt(channel_reel(self._root, channel_id).name, channel.reel, self._now)
        return channel.reel

    def _give_up(self, channel_id: int, error: Exception) -> None:
        """Let go of a reel for a while; what was staged is cut when it is opened again."""
        channel = self._channels[channel_id]
        reel, channel.reel = channel.reel, None
        channel.rests_until = self._now + REST_S
        channel.trouble = str(error)
        if reel is not None:
            with suppress(sqlite3.Error, OSError):
                reel.close()

    # Age and room

    def _look(self, now: float) -> None:
        self._open_all()
        for channel_id, channel in self._channels.items():
            keeping = self._keepings.get(channel_id)
            if channel.reel is None or keeping is None:
                continue
            channel.tally.unwanted |= not keeping.kept_h
            channel.window = channel.window.after(keeping, now)
            old = channel.reel.older_than(now - channel.window.hours * HOUR_S)
            old = self.freeze.free(channel_id, old, now)
            if old:
                self._forget(channel_id, channel.reel, old, channel.window.cause)
        self._erase()
        self._prune(now)
        self._measure()
        self._evict(0)
        self._tidy(now)

    def _tidy(self, now: float) -> None:
        """Have older files moved on, and make room on the second disk."""
        if self._placing is None:
            return
        reels = self._reels()
        while self._placing.second_is_full():
            found = [
                (file.stop, channel_id, one.reel, file)
                for channel_id, one in self._channels.items()
                if one.reel and (file := self.freeze.oldest(channel_id, one.reel, Place.SECOND, now)) is not None
            ]
            if not found:
                break
            _, channel_id, reel, file = min(found, key=lambda one: one[0])
            self._forget(channel_id, reel, [file], Deleted.BUDGET)
        pressed = not self.room.has(int(self.room.allowed_bytes * PRESSED_SHARE))
        self._placing.send(reels, self._open_ledger(), now, pressed=pressed)

    def _prune(self, now: float) -> None:
        """Once a day the ledger forgets what the panel has long told."""
        if self._ledger is not None and now - self._pruned > DAY_S:
            self._pruned = now
            self._ledger.prune(now)

    def _reels(self) -> dict[str, ChannelReel]:
        """By the names of their folders."""
        return {
            channel_reel(self._root, number).name: one.reel
            for number, one in self._channels.items()
            if one.reel is not None
        }

    def _open_ledger(self) -> Ledger:
        if self._ledger is None:
            self._ledger = Ledger(self._root)
        return self._ledger

    def _open_all(self) -> None:
        """Reels that an earlier process left are looked at too."""
        for channel_id in known_channels(self._root):
            with suppress(OSError, sqlite3.Error):
                self._reel(channel_id)

    def _measure(self) -> None:
        self.room = measure(self._root, self._budget_bytes, self._used())

    def _used(self) -> int:
        reels = (one.reel.sizes[Place.FIRST] for one in self._channels.values() if one.reel is not None)
        return sum(reels) + self._beside()

    def _has_room(self, size: int) -> bool:
        if self.room.has(size):
            return True
        self._evict(size)
        return self.room.has(size)

    def _evict(self, size: int) -> None:
        """Make room for `size` bytes: oldest files first, whichever channel they are of."""
        while not self.room.has(size) and self._evict_one():
            pass

    def _evict_one(self) -> bool:
        """Delete the oldest finished file on the first disk; False when there is none."""
        found = [
            (file.stop, channel_id, one.reel, file)
            for channel_id, one in self._channels.items()
            if one.reel and (file := self.freeze.oldest(channel_id, one.reel, Place.FIRST, self._now)) is not None
        ]
        if not found:
            return False
        _, channel_id, reel, file = min(found, key=lambda one: one[0])
        self._forget(channel_id, reel, [file], Deleted.BUDGET)
        return True

    def _erase(self) -> None:
        """Carry out what operators ordered."""
        for path, erasure in ordered(self._root):
            channel = self._channels.get(erasure.channel_id)
            if channel is not None and channel.reel is None:
                continue  # it rests, and is asked again
            files = channel.reel.within(erasure.start, erasure.stop) if channel and channel.reel else []
            free = self.freeze.free(erasure.channel_id, files, self._now)
            if channel is not None and channel.reel is not None and free:
                self._forget(erasure.channel_id, channel.reel, free, Deleted.ASKED)
            if len(free) == len(files):  # what a hold keeps goes when it is lifted
                path.unlink(missing_ok=True)

    def _forget(self, channel_id: int, reel: ChannelReel, files: list[KeptFile], cause: Deleted) -> None:
        ledger = self._open_ledger()
        ledger.note(channel_id, cause, files, self._now)
        if cause is Deleted.BUDGET:
            self.evicted = self._now
        try:
            if cause is Deleted.ASKED:
                reel.erase(files)
            else:
                reel.forget(files)
            if self._placing is not None:
                self._placing.forgotten(channel_reel(self._root, channel_id).name, files, ledger)
        except (OSError, sqlite3.Error) as error:
            self._give_up(channel_id, error)
            raise
        gone = sum(file.bytes for file in files if file.place == Place.FIRST)
        self.room.used_bytes -= gone
        self.room.free_bytes += gone
        _log.info(
            "Channel %d: %d files of %d bytes deleted (%s)",
            channel_id,
            len(files),
            sum(file.bytes for file in files),
            cause.in_words,
        )


def known_channels(root: Path) -> list[int]:
    """Channels that have a reel on disk."""
    found = []
    with suppress(OSError):
        for entry in os.scandir(root):
            name, _, number = entry.name.partition("-")
            if name == "channel" and number.isdigit():
                found.append(int(number))
    return found
