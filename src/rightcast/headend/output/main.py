"""The process that sends channels to multicast groups and other addresses: follows feed and rings, keeps the pace.

Whether a channel may be sent is asked ten times a second; where the answer becomes no, its next datagram stays.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sqlite3
import time
from collections import deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from rightcast.contract.reports import DarkenedReport, DarkReport, OutputReport, SenderReport
from rightcast.domain.errors import RightcastError
from rightcast.headend.listening import Headend
from rightcast.headend.output.reader import RingFiles
from rightcast.headend.output.sender import ChannelSender
from rightcast.headend.output.signals import Signals
from rightcast.headend.output.wanted import Wanted
from rightcast.state.feed import FileFeed
from rightcast.state.reports import FileReports

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rightcast.contract.station import StationSettings
    from rightcast.domain.outputs import Output

TURN_S = 0.005
IDLE_TURN_S = 0.1
DECIDE_S = 0.1
REPORT_S = 1.0
CUTTING_S = 0.001
"""So much of a turn at most goes into cutting parts, so that what is due is not kept waiting."""
MOST_PARTS = 200
REPORT = "sender"

_log = logging.getLogger(__name__)


async def run(settings: StationSettings) -> None:
    """Send until SIGTERM."""
    ending = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, ending.set)
    feed = FileFeed(settings.feed)
    sender = Sender(settings, Wanted(feed))
    try:
        await sender.work(ending)
    finally:
        sender.close()
        feed.close()


class _Arrived(NamedTuple):
    """A part that waits to be cut into datagrams, and when it came."""

    channel_id: int
    data: bytes
    duration_s: float
    continues: bool
    at: float


class Sender:
    """Every channel that is sent; listens to the rings."""

    def __init__(self, settings: StationSettings, wanted: Wanted, *, clock: Callable[[], float] = time.time) -> None:
        self._wanted = wanted
        self._clock = clock
        self._started = clock()
        self._reports = FileReports(settings.reports)
        self._channels: dict[int, ChannelSender] = {}
        self._signals = Signals()
        self._parts: deque[_Arrived] = deque()
        self._broken = False
        self._heard = self._started
        self._dark: dict[int, DarkenedReport] = {}
        self.files = RingFiles(self)
        self._headends = [Headend(settings.headend_socket(shard), self.files) for shard in range(settings.headends)]

    async def work(self, ending: asyncio.Event) -> None:
        """Follow headends and feed, send, report, until `ending` is set."""
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(headend.follow()) for headend in self._headends]
            tasks.append(group.create_task(self._turns()))
            await ending.wait()
            for task in tasks:
                task.cancel()

    def close(self) -> None:
        """Stop sending."""
        for channel in self._channels.values():
            channel.close()
        self._channels.clear()

    # What the rings tell

    def part(self, channel_id: int, data: bytes, duration_s: float, *, continues: bool) -> None:
        """The next part of a channel."""
        if channel_id not in self._wanted.heights:
            self.tall(channel_id, None)
        if channel_id in self._channels:
            self._parts.append(_Arrived(channel_id, data, duration_s, continues, time.monotonic()))

    def tall(self, channel_id: int, height: int | None) -> None:
        """How tall the picture of a channel is: told before anything of it comes."""
        self._wanted.heights[channel_id] = height
        channel = self._channels.get(channel_id)
        if channel is not None and not self._wanted.may(channel_id, self._clock()):
            _log.info("Channel %s is no longer sent: its picture", channel.name)
            self._parts = deque(one for one in self._parts if one.channel_id != channel_id)
            self._channels.pop(channel_id).close()

    def cue(self, channel_id: int, section: bytes, at: float) -> None:
        """A cue of a channel: what it forbids holds from its moment on."""
        self._signals.heard(channel_id, section, at)

    def down(self, channel_id: int) -> None:
        """The channel is no longer carried: what is queued stays here."""
        self._parts = deque(one for one in self._parts if one.channel_id != channel_id)
        channel = self._channels.get(channel_id)
        if channel is not None:
            channel.pacer.clear()

    def decide(self) -> None:
        """Ask what may be sent; start and end accordingly.

        While the feed cannot be read, what is known goes on for as long as policy lets edges admit without it.
        """
        now = self._clock()
        try:
            self._wanted.refresh()
            self._heard = now
            self._broken = False
        except (sqlite3.Error, RightcastError) as error:
            if not self._broken:
                _log.warning("The feed cannot be read, the last known state goes on: %s", error)
            self._broken = True
        stale = now - self._heard > self._wanted.longest_silence_s
        allowed = {} if stale else self._wanted.allowed(now)
        for channel_id in self._channels.keys() - allowed.keys():
            channel = self._channels.pop(channel_id)
            _log.info("Channel %s is no longer sent", channel.name)
            channel.close()
        for channel_id, (record, outputs) in allowed.items():
            if channel_id not in self._channels:
                _log.info("Channel %s is sent to %d addresses", record.name, len(outputs))
                self._channels[channel_id] = ChannelSender(channel_id, record.name)
            self._channels[channel_id].follow(self._unrestricted(channel_id, outputs, now))
        self._tell_dark(now)
        self.files.wanted = self._channels.keys()
        for headend in self._headends:
            headend.want()

    def _tell_dark(self, now: float) -> None:
        """Acknowledge takedowns: what they make dark is closed by now."""
        moment = datetime.fromtimestamp(now, UTC)
        known = {one.id for one in self._wanted.takedowns.all() if one.stands(moment)}
        if known == self._dark.keys():
            return
        self._dark = {key: self._dark.get(key) or DarkenedReport(id=key, heard=now, dark=now) for key in known}
        report = DarkReport(who="multicast", pid=os.getpid(), at=now, takedowns=[*self._dark.values()])
        with contextlib.suppress(OSError):
            self._reports.put("takedowns-sender", report)

    def _unrestricted(self, channel_id: int, outputs: Sequence[Output], now: float) -> list[Output]:
        """The outputs that the provider's signals leave open; the channel itself is followed on, to hear their end."""
        policy = self._wanted.station.signals
        return [one for one in outputs if not self._signals.forbids(channel_id, one, policy, now)]

    async def _turns(self) -> None:
        """The loop. A turn sends what is due until the middle of the pause behind it."""
        decide_at = report_at = 0.0
        while True:
            now = time.monotonic()
            if now >= decide_at:
                decide_at = now + DECIDE_S
                self.decide()
            for channel in self._channels.values():
                channel.turn(now + TURN_S / 2, now)
            self._take_parts()
            if now >= report_at:
                report_at = now + REPORT_S
                self._report()
            pause_s = TURN_S if self._channels else IDLE_TURN_S
            await asyncio.sleep(max(now + pause_s - time.monotonic(), 0.0))

    def _take_parts(self) -> None:
        """Cut parts into datagrams, a few in each turn: those of all channels come together, and none is in a hurry."""
        until = time.monotonic() + CUTTING_S
        while self._parts and (time.monotonic() < until or len(self._parts) > MOST_PARTS):
            part = self._parts.popleft()
            channel = self._channels.get(part.channel_id)
            if channel is not None:
                channel.feed(part.data, part.duration_s, part.at, continues=part.continues)

    def report(self) -> SenderReport:
        """What this process says of itself."""
        now = self._clock()
        outputs = [report for channel in self._channels.values() for report in channel.reports()]
        for record, wanted in self._wanted.allowed(now).values():
            open_ones = self._unrestricted(record.id, wanted, now)
            words = self._signals.in_words(record.id, now)
            outputs += [
                OutputReport(channel_id=record.id, channel=record.name, url=one.url, detail=words)
                for one in wanted
                if one not in open_ones
            ]
        for channel, sentence in self._wanted.refused(now):
            outputs += [
                OutputReport(channel_id=channel.id, channel=channel.name, url=url, detail=sentence)
                for url in channel.outputs.urls
            ]
        return SenderReport(pid=os.getpid(), at=now, started=self._started, outputs=outputs)

    def _report(self) -> None:
        with contextlib.suppress(OSError):
            self._reports.put(REPORT, self.report())
