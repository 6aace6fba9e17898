"""The recorder as a whole: hands orders to its keeper once a second, and reports."""

from __future__ import annotations

import logging
import os
import time
from typing import TYPE_CHECKING

from rightcast.contract.catalogue import Kind
from rightcast.contract.reports import HeadendReport, RecorderReport
from rightcast.headend.recorder.keeper import TakeKeeper
from rightcast.state.archive.reel import TAKE_PREFIX, take_reel
from rightcast.state.reports import FileReports

if TYPE_CHECKING:
    from collections.abc import Callable

    from rightcast.contract.station import StationSettings
    from rightcast.headend.recorder.orders import Orders
    from rightcast.state.feed import Feed

REPORT = "recorder"
SLATE = "slate"
_REPORT_AGE_S = 10.0

_log = logging.getLogger(__name__)


class Recorder:
    """`keeper` writes; `turn` is for the loop, after the feed was read."""

    def __init__(
        self, settings: StationSettings, orders: Orders, feed: Feed, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._root = settings.archive_root
        self._orders = orders
        self._feed = feed
        self._reports = FileReports(settings.reports)
        self._clock = clock
        self._started = clock()
        self._first = True
        self._strangers = 0
        self.keeper = TakeKeeper(self._root)

    def turn(self) -> None:
        """Say what is due and what must go, and report."""
        now = self._clock()
        if self._first:
            self._look_around()
        due = self._orders.due(now)
        self.keeper.follow(due, now, self._slates(now) if due else None)
        while self._orders.gone:
            number = self._orders.gone.popleft()
            if not self._first or take_reel(self._root, number).exists():  # long ago deleted ones are not told again
                self.keeper.delete(number)
        self._first = False
        self._report(now)

    def _slates(self, now: float) -> dict[int, float]:
        """Channels that show their slate, and since when, as headends say."""
        reports = [one for one in self._reports.fetch("headend-", HeadendReport) if now - one.at < _REPORT_AGE_S]
        channels = (channel for report in reports for channel in report.channels)
        return {channel.id: channel.switched for channel in channels if channel.showing == SLATE}

    def _look_around(self) -> None:
        """Takes on disk that the feed never named are left alone and counted: the feed may be another one's."""
        if not self._root.is_dir():
            return
        numbers = [entry.name.removeprefix(TAKE_PREFIX) for entry in os.scandir(self._root) if _is_take(entry.name)]
        known = [number for number in numbers if self._feed.find(Kind.TAKE, int(number)) is not None]
        self._strangers = len(numbers) - len(known)
        if self._strangers:
            _log.warning("%d takes on disk are not in the feed; they are left alone", self._strangers)

    def _report(self, now: float) -> None:
        told = self.keeper.told
        report = RecorderReport(
            pid=os.getpid(),
            at=now,
            started=self._started,
            takes=list(told),
            size_bytes=sum(one.size_bytes for one in told),
            free_bytes=self.keeper.free_bytes,
            strangers=self._strangers,
        )
        try:
            self._reports.put(REPORT, report)
        except OSError as error:
            _log.warning("The report of the recorder could not be written: %s", error)


def _is_take(name: str) -> bool:
    return name.startswith(TAKE_PREFIX) and name.removeprefix(TAKE_PREFIX).isdigit()
