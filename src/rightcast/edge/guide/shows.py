"""The guide out of the replica's file: a bounded number of days in memory, and what comes next of every channel.

Asked on the loop and in threads at once; one lock guards the file and what is kept of it.
"""

from __future__ import annotations

import logging
import secrets
import sqlite3
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightcast.contract import codec
from rightcast.domain.errors import ContractError
from rightcast.domain.guide import DAY_S, GuideDay, Show, day_of, guide_key, of_guide_key
from rightcast.domain.guide_words import folded, found_in, wanted_words
from rightcast.edge.guide import shelf

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from pathlib import Path

KEPT_SHOWS = 20_000
"""Shows in memory of days that were asked for lately: some 25 MB."""
_ENDINGS = 10
"""One in so many of the shows in memory may be the last of a day of which no other is."""
COMING_S = 6 * 3600
_SPREAD_S = 3600
_BEYOND_S = 2 * 3600
_AHEAD_S = 8 * DAY_S
_SEARCHED = 2_000
_MMAP_BYTES = 1 << 30
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Coming:
    """Shows of a channel that had not ended at `since`, good until `until`; `last`: nothing more is known."""

    since: int
    until: int
    shows: tuple[Show, ...]
    last: bool


class ReplicaGuide:
    """Answers for the channels of one replica file; `changed` is told what the feed has brought."""

    def __init__(self, path: Path, *, kept_shows: int = KEPT_SHOWS) -> None:
        self._base = sqlite3.connect(path, isolation_level=None, timeout=5, check_same_thread=False)
        self._base.execute(f"PRAGMA mmap_size={_MMAP_BYTES}")
        self._base.execute("PRAGMA query_only=ON")
        self._kept_shows = kept_shows
        self._lock = threading.Lock()
        self._days: OrderedDict[int, tuple[Show, ...]] = OrderedDict()
        self._held = 0
        self._endings: dict[int, tuple[Show, ...]] = {}
        self._coming: dict[int, _Coming] = {}
        self._salt = secrets.token_hex(4)
        self._changes = 0
        self._changed: dict[int, int] = {}

    @property
    def mark(self) -> str:
        """Another one whenever a show has changed."""
        return f"{self._salt}-{self._changes}"

    def changed(self, keys: Iterable[int]) -> None:
        """Days of these keys are others now, or gone."""
        with self._lock:
            self._changes += 1
            for key in keys:
                channel_id, _ = of_guide_key(key)
                self._changed[key] = self._changes
                self._held -= len(self._days.pop(key, ()))
                self._endings.pop(key, None)
                self._coming.pop(channel_id, None)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._base.close()

    def day_mark(self, channel_id: int, day: int) -> int:
        """Another one whenever shows of this day have changed."""
        return self._changed.get(guide_key(channel_id, day), 0)

    def day(self, channel_id: int, day: int) -> Sequence[Show]:
        """The shows that start on a day of UTC, oldest first."""
        key = guide_key(channel_id, day)
        with self._lock:
            found = self._days.get(key)
            if found is not None:
                self._days.move_to_end(key)
                return found
            changes, body = self._changes, shelf.body_of(self._base, key)
        shows = _read(body, key)
        with self._lock:
            if changes == self._changes:
                self._keep(key, shows)
        return shows

    def days(self, channel_id: int) -> Sequence[int]:
        """The days of UTC of which shows are known, in order."""
        with self._lock:
            return shelf.days_of(self._base, channel_id)

    def shows(self, channel_id: int, start: int, stop: int) -> Sequence[Show]:
        """Those that run in some of the time from `start` to `stop`, oldest first; none is longer than a day."""
        first = day_of(start)
        found = [one for one in self._ending(channel_id, first - 1) if one.start < stop and one.stop > start]
        for day in range(first, day_of(max(start, stop - 1)) + 1):
            found += [one for one in self.day(channel_id, day) if one.start < stop and one.stop > start]
        return found

    def now_next(self, channel_id: int, now: int, count: int = 2) -> Sequence[Show]:
        """What is on, and what comes, so many in all; the first one may be still to come."""
        known = self._coming.get(channel_id)
        if known is None or not known.since <= now < known.until:
            known = self._look_ahead(channel_id, now)
        shows = known.shows
        first = next((place for place, one in enumerate(shows) if one.stop > now), len(shows))
        if len(shows) - first < count and not known.last:
            return self._following(channel_id, now, count)
        return shows[first : first + count]

    def search(
        self, text: str, channel_ids: Collection[int], start: int, stop: int, *, most: int = 100
    ) -> Sequence[tuple[int, Show]]:
        """Shows of these channels, by the words of their titles, as (channel id, show): the soonest first."""
        words = wanted_words(text)
        if not words or not channel_ids:
            return ()
        with self._lock:
            keys = shelf.keys_with(self._base, words)
        days = range(day_of(start) - 1, day_of(max(start, stop - 1)) + 1)
        fitting = sorted(
            (day, channel_id)
            for channel_id, day in map(of_guide_key, keys)
            if day in days and channel_id in channel_ids
        )
        found: list[tuple[int, Show]] = []
        for day, channel_id in fitting[:_SEARCHED]:
            if len(found) >= most and day_of(found[most - 1][1].start) < day:
                break
            found += [
                (channel_id, one)
                for one in self.day(channel_id, day)
                if one.start < stop and one.stop > start and found_in(words, folded(f"{one.title} {one.subtitle}"))
            ]
        return sorted(found, key=lambda pair: (pair[1].start, pair[0]))[:most]

    def look_ahead(self, channel_ids: Iterable[int], now: int) -> None:
        """Make ready what comes on these channels, those that are ready left out; for a thread, before it is asked."""
        for channel_id in channel_ids:
            known = self._coming.get(channel_id)
            if known is None or not known.since <= now < known.until - _SPREAD_S // 6:
                self._look_ahead(channel_id, now)

    def _look_ahead(self, channel_id: int, now: int) -> _Coming:
        """What comes in some hours, not the same number for all channels, lest all be looked up in one moment."""
        changes = self._changes
        until = now + COMING_S + channel_id * 97 % _SPREAD_S
        stop = until + _BEYOND_S
        days = self.days(channel_id)
        last = not days or days[-1] <= day_of(stop)
        shows = self.shows(channel_id, now, (day_of(stop) + 1) * DAY_S if last else stop) if days else ()
        made = _Coming(now, until, tuple(shows), last)
        with self._lock:
            if changes == self._changes:
                self._coming[channel_id] = made
        return made

    def _ending(self, channel_id: int, day: int) -> Sequence[Show]:
        """What may last beyond a day: its last show, for shows of a channel do not overlap. Nothing else is decoded."""
        key = guide_key(channel_id, day)
        with self._lock:
            kept = self._days.get(key) or self._endings.get(key)
            if kept is not None:
                return kept[-1:]
            changes, body = self._changes, shelf.body_of(self._base, key)
        shows = _read(None if body is None else shelf.ending(body), key)
        with self._lock:
            if changes == self._changes:
                self._endings[key] = shows
                while len(self._endings) > self._kept_shows // _ENDINGS:
                    del self._endings[next(iter(self._endings))]
        return shows

    def _following(self, channel_id: int, now: int, count: int) -> Sequence[Show]:
        """The same day by day, when more is wanted than is kept ready."""
        found: list[Show] = []
        for day in range(day_of(now) - 1, day_of(now + _AHEAD_S) + 1):
            found += [one for one in self.day(channel_id, day) if one.stop > now]
            if len(found) >= count:
                break
        return found[:count]

    def _keep(self, key: int, shows: tuple[Show, ...]) -> None:
        self._held += len(shows) - len(self._days.pop(key, ()))
        self._days[key] = shows
        while self._held > self._kept_shows and len(self._days) > 1:
            self._held -= len(self._days.popitem(last=False)[1])


def _read(body: bytes | None, key: int) -> tuple[Show, ...]:
    """The shows of a day; one that cannot be read has none, and is named in the log."""
    if body is None:
        return ()
    try:
        return codec.decode(body, GuideDay).shows
    except ContractError as error:
        _log.error("Day %d of the guide of channel %d is left out: %s", *reversed(of_guide_key(key)), error)
        return ()
