"""Desired against running: starts, changes and ends the channels of one headend process.

One channel's trouble stays its own; the tick of all others goes on.
"""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
from typing import TYPE_CHECKING

import rightcast
from rightcast.contract.reports import ChannelReport, HeadendReport
from rightcast.domain.errors import RightcastError
from rightcast.headend.budget import LEAST_SHARE_BYTES, share_of, too_small
from rightcast.headend.channel import ChannelLife
from rightcast.headend.desired import Desired, shard_of
from rightcast.headend.health import State
from rightcast.headend.intake import Intakes

if TYPE_CHECKING:
    from collections.abc import Callable

    from rightcast.contract.ring import Announcement, Want
    from rightcast.contract.station import StationSettings
    from rightcast.domain.lineup import Channel
    from rightcast.headend.sources.receiver import Receiver
    from rightcast.state.feed import Feed

RIGHTS_EVERY_S = 0.5
"""How often rights are compared with the clock: a picture stops within a second of its right's end."""
RETRY_S = 10.0
TAKEOVER_S = 0.5
"""A channel that moves here from another process starts only after that one has let go of the ring."""

_log = logging.getLogger(__name__)


class Supervisor:
    """Owns every channel of shard `shard`; `tick` never raises."""

    def __init__(
        self,
        settings: StationSettings,
        shard: int,
        *,
        feed: Feed,
        announce: Callable[[Announcement], None],
        open_receiver: Callable[[str], Receiver],
        budget_bytes: int,
        now: float,
    ) -> None:
        self._settings = settings
        self._shard = shard
        self._announce = announce
        self._desired = Desired(feed)
        self._intakes = Intakes(open_receiver)
        self._budget_bytes = budget_bytes
        self._started = now
        self._running: dict[int, ChannelLife] = {}
        self._failed: dict[int, tuple[float, str, str]] = {}
        self._not_before: dict[int, float] = {}
        self._wanted: dict[int, dict[int, int]] = {}
        self._compare_at = 0.0
        self._feed_broken = False
        self._first = True

    def tick(self, now: float) -> None:
        """Ten times a second: drain the sources, follow the feed, let time pass for every channel."""
        self._intakes.tick(now)
        if self._refresh() or now >= self._compare_at:
            self._compare_at = now + RIGHTS_EVERY_S
            self._compare(now)
        for life in self._running.values():
            life.tick(now)

    def snapshot(self) -> list[Announcement]:
        """What a new edge must hear."""
        return [message for life in self._running.values() for message in life.snapshot]

    def wants(self, edge: int, wants: list[Want]) -> None:
        """An edge says what is watched there."""
        for want in wants:
            by_edge = self._wanted.setdefault(want.channel, {})
            if want.viewers > 0:
                by_edge[edge] = want.viewers
            else:
                by_edge.pop(edge, None)
            if not by_edge:
                del self._wanted[want.channel]
            life = self._running.get(want.channel)
            if life is not None:
                life.want(edge, want.viewers)

    def report(self, now: float) -> HeadendReport:
        """How everything does."""
        channels = [life.report(now) for life in self._running.values()]
        channels += [
            ChannelReport(id=number, name=name, state=State.FAILED.value, since=since, source="", detail=sentence)
            for number, (since, name, sentence) in self._failed.items()
        ]
        return HeadendReport(
            shard=self._shard,
            pid=os.getpid(),
            at=now,
            started=self._started,
            version=rightcast.__version__,
            ring_bytes=sum(life.bytes_held for life in self._running.values()),
            ring_budget_bytes=self._budget_bytes,
            datagrams_lost=self._intakes.lost,
            channels=sorted(channels, key=lambda report: report.id),
        )

    def close(self) -> None:
        """The process ends: rings stay for the next one, sources and children go."""
        for life in self._running.values():
            life.stop(keep=True)
        self._running.clear()
        self._intakes.close()

    def _refresh(self) -> bool:
        """Read the feed; while it cannot be read, what is known goes on."""
        try:
            changed = self._desired.refresh()
        except (sqlite3.Error, RightcastError) as error:
            if not self._feed_broken:
                _log.warning("The feed cannot be read, the last known state goes on: %s", error)
            self._feed_broken = True
            return False
        self._feed_broken = False
        return changed

    def _compare(self, now: float) -> None:
        carried = self._desired.carried(now)
        mine = {
            number: channel
            for number, channel in carried.items()
            if shard_of(channel, self._settings.headends) == self._shard
        }
        for number in [number for number in self._running if number not in mine]:
            _log.info("Channel %s leaves the air", self._running[number].record.name)
            self._running.pop(number).stop(keep=False)
        for number in [number for number in self._failed if number not in mine]:
            del self._failed[number]
        for number in [number for number in self._not_before if number not in mine]:
            del self._not_before[number]
        for number, channel in mine.items():
            life = self._running.get(number)
            if life is None:
                self._consider(channel, carried, now)
            elif life.record != channel:
                life.update(channel, now)
        if self._first:
            self._first = False
            self._clear_orphans(carried)

    def _consider(self, channel: Channel, carried: dict[int, Channel], now: float) -> None:
        """Start a channel, unless it failed just now or is still being let go of by another process."""
        failed = self._failed.get(channel.id)
        if failed is not None and now - failed[0] < RETRY_S:
            return
        moved = self._settings.headends > 1 and not self._first
        if moved and now < self._not_before.setdefault(channel.id, now + TAKEOVER_S):
            return
        try:
            self._start(channel, carried, now)
        except RightcastError as error:
            if failed is None or failed[2] != str(error):
                _log.error("Channel %s cannot start: %s", channel.name, error)
            self._failed[channel.id] = (now, channel.name, str(error))
        except Exception:  # noqa: BLE001 - a fault in one channel must not keep the others from starting
            _log.exception("Channel %s cannot start", channel.name)
            self._failed[channel.id] = (now, channel.name, "An internal fault; the headend's log says more.")

    def _start(self, channel: Channel, carried: dict[int, Channel], now: float) -> None:
        room = self._budget_bytes // LEAST_SHARE_BYTES
        if len(carried) > room and sorted(carried).index(channel.id) >= room:
            raise too_small(self._settings, self._budget_bytes, len(carried))
        life = ChannelLife(
            channel,
            settings=self._settings,
            announce=self._announce,
            intakes=self._intakes,
            ring_bytes=max(share_of(self._budget_bytes, len(carried)), LEAST_SHARE_BYTES),
            now=now,
        )
        self._failed.pop(channel.id, None)
        self._running[channel.id] = life
        for edge, viewers in self._wanted.get(channel.id, {}).items():
            life.want(edge, viewers)
        _log.info("Channel %s goes on air", channel.name)

    def _clear_orphans(self, carried: dict[int, Channel]) -> None:
        """Remove rings that an earlier process left of channels nobody carries any more."""
        rings = self._settings.ring_root / "ring"
        for folder in rings.iterdir() if rings.is_dir() else ():
            if folder.name.isdigit() and int(folder.name) not in carried:
                shutil.rmtree(folder, ignore_errors=True)
