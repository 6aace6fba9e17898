"""The archivist's process: follows headends and feed, asks once a second what may be kept, and has a thread write it.

Nothing here waits for a disk.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import resource
import signal
import sqlite3
import time
from typing import TYPE_CHECKING

from rightcast.contract.reports import ArchivistReport
from rightcast.domain.errors import RightcastError
from rightcast.headend.archive.channels import ChannelKeeper, known_channels
from rightcast.headend.archive.plan import Plan
from rightcast.headend.archive.segments import Rings
from rightcast.headend.archive.tiers import Tiers
from rightcast.headend.archive.writing import Writer
from rightcast.headend.listening import Headend
from rightcast.headend.recorder.orders import Orders
from rightcast.headend.recorder.recorder import Recorder
from rightcast.state.archive.store import S3Store, StoreAddress
from rightcast.state.feed import FileFeed
from rightcast.state.reports import FileReports

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rightcast.contract.station import StationSettings
    from rightcast.headend.archive.segments import Segment
    from rightcast.headend.archive.writing import Keeper
    from rightcast.headend.published import Published

REPORT = "archivist"
DECIDE_S = 1.0
LAST_WORDS_S = 3.0
"""How long the thread may take to write what waits when the process ends; less than the supervisor's patience."""

_log = logging.getLogger(__name__)


async def run(settings: StationSettings) -> None:
    """Keep until SIGTERM."""
    ending = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, ending.set)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # a reel holds four files open
    feed = FileFeed(settings.feed)
    orders = Orders(feed)
    recorder = Recorder(settings, orders, feed)
    archivist = Archivist(
        settings,
        orders,
        keepers=[recorder.keeper],
        tiers=tiers_of(settings),
        beside=lambda: recorder.keeper.held_bytes,
        decided=recorder.turn,
    )
    try:
        await archivist.work(ending)
    finally:
        feed.close()


def tiers_of(settings: StationSettings) -> Tiers | None:
    """The places beside the first disk; None without any. Raises InvalidInputError and PartMissingError."""
    if settings.archive_second is None and not settings.archive_s3_url:
        return None
    store = None
    if settings.archive_s3_url:
        store = S3Store(StoreAddress.parse(settings.archive_s3_url), settings.archive_s3_keys)
    return Tiers(
        second=settings.archive_second,
        second_after_h=settings.archive_second_after_h,
        store=store,
        store_after_h=settings.archive_s3_after_h,
    )


class Archivist:
    """Everything that is kept. `keepers` are further ones beside that of channels; `decided` is called each second.

    `beside`: bytes that further keepers hold of what the archive may hold, asked by the writing thread.
    """

    def __init__(
        self,
        settings: StationSettings,
        published: Published,
        *,
        keepers: Sequence[Keeper] = (),
        tiers: Tiers | None = None,
        beside: Callable[[], int] = lambda: 0,
        decided: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._published = published
        self._plan = Plan(published)
        self._decided = decided
        self._clock = clock
        self._started = clock()
        self._reports = FileReports(settings.reports)
        self._broken = False
        self._heard = 0.0
        self.channels = ChannelKeeper(settings.archive_root, settings.archive_budget_bytes, tiers, beside)
        self.writer = Writer([self.channels, *keepers], self._holds, clock=clock)
        self.rings = Rings(self.writer.put)
        self._headends = [Headend(settings.headend_socket(shard), self.rings) for shard in range(settings.headends)]

    async def work(self, ending: asyncio.Event) -> None:
        """Follow headends and feed until `ending` is set, then write what waits."""
        self.writer.start()
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(headend.follow()) for headend in self._headends]
            tasks.append(group.create_task(self._turns()))
            await ending.wait()
            for task in tasks:
                task.cancel()
        if not await asyncio.to_thread(self.writer.stop, LAST_WORDS_S):
            _log.warning("%d segments could not be written before the end", self.writer.backlog)

    def decide(self) -> None:
        """Ask what is to be kept; without the feed what is known goes on for as long as policy lets edges admit."""
        now = self._clock()
        try:
            self._published.refresh()
            self._heard = now
            self._broken = False
        except (sqlite3.Error, RightcastError) as error:
            if not self._broken:
                _log.warning("The feed cannot be read, the last known state goes on: %s", error)
            self._broken = True
        if self._heard:
            known = {*known_channels(self._settings.archive_root)}
            stale = now - self._heard > self._published.longest_silence_s
            self.channels.freeze.holds = tuple(self._published.holds.values())
            self.channels.follow(self._plan.keepings(known, now, stale=stale))
            self._decided()
        self.rings.wanted = self.writer.wanted
        for headend in self._headends:
            headend.want()

    def _holds(self, segment: Segment) -> bool:
        return self.rings.holds(segment)

    def report(self) -> ArchivistReport:
        """What this process says of itself."""
        room = self.channels.room
        return ArchivistReport(
            pid=os.getpid(),
            at=self._clock(),
            started=self._started,
            used_bytes=room.used_bytes,
            allowed_bytes=room.allowed_bytes,
            free_bytes=room.free_bytes,
            total_bytes=room.total_bytes,
            backlog=self.writer.backlog,
            busy_since=self.writer.busy_since,
            missed=self.writer.missed,
            evicted=self.channels.evicted,
            trouble=self.writer.trouble,
            moving_trouble=self.channels.store_trouble,
            channels=self.channels.told,
        )

    async def _turns(self) -> None:
        """The loop; its pause grows a little with its work, which nobody minds."""
        while True:
            if not (self.writer.alive and self.channels.alive):
                raise RuntimeError("a thread of the archivist died; the supervisor starts the process again")
            self.decide()
            with contextlib.suppress(OSError):
                self._reports.put(REPORT, self.report())
            await asyncio.sleep(DECIDE_S)
