"""Channels that are carried but do not run: on demand without a viewer, or without room in the ring.

There may be very many: each costs an entry here and nothing per tick, and reports list only the first of them.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from rightcast.contract.reports import ChannelReport
from rightcast.domain.life import Running
from rightcast.domain.sources import redact
from rightcast.headend.health import DRAINED, READY, State

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from rightcast.domain.lineup import Channel

LISTED = 500
"""So many of each sort are reported one by one; the rest is counted."""


class Waiting:
    """Follows which channels exist; whether they run is told when reports are asked for."""

    def __init__(self) -> None:
        self._on_demand: dict[int, Channel] = {}
        self._roomless: dict[int, Channel] = {}
        self._resting: dict[int, tuple[Channel, str]] = {}
        self._sentence = ""
        self._since: dict[int, float] = {}
        self._idle: dict[int, ChannelReport] = {}

    def follow(self, mine: Mapping[int, Channel], on_demand: Iterable[int], now: float) -> None:
        """The channels carried by this process, and which of them run on demand."""
        self._on_demand = {number: mine[number] for number in on_demand}
        self._since = {number: self._since.get(number, now) for number in {*mine, *self._resting}}
        self._idle.clear()

    def without_room(self, channels: Iterable[Channel], sentence: str) -> None:
        """These should run always, but the ring has no room for them."""
        self._roomless = {channel.id: channel for channel in channels}
        self._sentence = sentence

    def rest(self, resting: Mapping[int, tuple[Channel, str]]) -> None:
        """These do not run by the word of operator or schedule, in a sentence each."""
        self._resting = dict(resting)

    def ended(self, number: int, now: float) -> None:
        """The channel ran until now."""
        self._since[number] = now
        self._idle.pop(number, None)

    def reports(self, busy: Collection[int]) -> tuple[list[ChannelReport], int, int]:
        """Reports on the first, how many more are idle, how many more lack room; `busy` are reported elsewhere."""
        idle = list(islice((number for number in self._on_demand if number not in busy), LISTED))
        roomless = list(islice((channel for channel in self._roomless.values() if channel.id not in busy), LISTED))
        listed = [self._idle_report(number) for number in idle]
        resting = islice(self._resting.values(), LISTED)
        listed += [_report(one, State.IDLE, self._since.get(one.id, 0.0), words) for one, words in resting]
        listed += [_report(one, State.FAILED, self._since.get(one.id, 0.0), self._sentence) for one in roomless]
        running = sum(number in self._on_demand for number in busy)
        more_idle = len(self._on_demand) - running - len(idle)
        more_failed = len(self._roomless) - sum(number in self._roomless for number in busy) - len(roomless)
        return listed, more_idle, more_failed

    def _idle_report(self, number: int) -> ChannelReport:
        report = self._idle.get(number)
        if report is None:
            channel = self._on_demand[number]
            words = DRAINED if channel.life.running is Running.DRAINING else READY
            report = self._idle[number] = _report(channel, State.IDLE, self._since.get(number, 0.0), words)
        return report


def _report(channel: Channel, state: State, since: float, detail: str) -> ChannelReport:
    source = redact(channel.sources[0].url) if channel.sources else ""
    return ChannelReport(id=channel.id, name=channel.name, state=state.value, since=since, source=source, detail=detail)
