"""Follows the panel's feed into the replica, ten times a second, and says which records changed.

The feed is only ever read here: a file that is not there is waited for, never made.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from rightcast.contract.catalogue import Kind
from rightcast.state.feed import FileFeed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rightcast.contract.catalogue import Revision
    from rightcast.edge.replica import Replica

POLL_S = 0.1
_BATCH = 250
_GUIDE_DAYS = 25
"""Days of the guide are long, and many come at once: so many between which viewers are served."""

_log = logging.getLogger(__name__)

Changed = Callable[[Sequence[tuple[Kind, int]]], None]


class Follower:
    """Keeps one replica in step with one feed file."""

    def __init__(
        self, path: Path, replica: Replica, changed: Changed, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._path = path
        self._replica = replica
        self._changed = changed
        self._clock = clock
        self._feed: FileFeed | None = None
        self._inode = -1
        self._complained = False

    async def follow(self) -> None:
        """Follow for ever; ends by cancellation."""
        while True:
            try:
                await self.poll()
                self._complained = False
            except (sqlite3.Error, OSError) as error:
                self._forget_feed()
                if not self._complained:
                    _log.warning("The feed %s cannot be read, the replica goes on: %s", self._path.name, error)
                self._complained = True
            await asyncio.sleep(POLL_S)

    async def poll(self) -> None:
        """Apply what is new. Raises sqlite3.Error and OSError while the feed cannot be read."""
        feed = self._open()
        latest = feed.latest()
        now = self._clock()
        if latest == self._replica.revision and latest:
            self._replica.hear(now)
            return
        identity = feed.identity()
        if identity != self._replica.identity:
            if not latest:
                return  # made anew and not filled yet: what the panel has said before still holds
            await self._start_over(feed, identity)
        while True:
            revisions = feed.read(self._replica.revision, _BATCH)
            if not revisions:
                self._replica.hear(self._clock())
                return
            for some in _in_steps(revisions):
                self._replica.apply(some, identity=identity, now=self._clock())
                self._changed([(revision.kind, revision.key) for revision in some])
                await asyncio.sleep(0)

    async def _start_over(self, feed: FileFeed, identity: str) -> None:
        """Another feed: what it does not hold is forgotten, the rest is replaced by what it says."""
        keys: set[tuple[Kind, int]] = set()
        after = 0
        while revisions := feed.read(after, _BATCH):
            keys.update((revision.kind, revision.key) for revision in revisions if revision.body is not None)
            after = revisions[-1].number
            await asyncio.sleep(0)
        if self._replica.identity:
            _log.warning("The feed was made anew; the replica starts over")
        lost = self._replica.retain(keys, identity=identity, now=self._clock())
        if lost:
            self._changed(lost)

    def _open(self) -> FileFeed:
        inode = self._path.stat().st_ino
        if self._feed is None or inode != self._inode:
            self._forget_feed()
            self._feed = FileFeed(self._path)
            self._inode = inode
        return self._feed

    def _forget_feed(self) -> None:
        if self._feed is not None:
            self._feed.close()
        self._feed = None
        self._inode = -1


def _in_steps(revisions: Sequence[Revision]) -> Iterator[Sequence[Revision]]:
    """All in order; those behind many days of the guide in a step of their own."""
    begin = days = 0
    for place, revision in enumerate(revisions, 1):
        days += revision.kind is Kind.GUIDE
        if days >= _GUIDE_DAYS:
            yield revisions[begin:place]
            begin, days = place, 0
    if begin < len(revisions):
        yield revisions[begin:]
