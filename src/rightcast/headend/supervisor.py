"""Desired against running: starts, changes and ends the channels of one headend process.

One channel's trouble stays its own; the tick of all others goes on.
"""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
from bisect import bisect_right
from itertools import accumulate, islice
from math import inf
from typing import TYPE_CHECKING

import rightcast
from rightcast.contract.reports import ChannelReport, HeadendReport
from rightcast.domain.errors import RightcastError
from rightcast.domain.slate import SLATE_CHANNEL
from rightcast.headend.budget import Room, rings_of, too_small
from rightcast.headend.channel import LINGER_S, ChannelLife, lives_by_viewers
from rightcast.headend.desired import Desired, shard_of
from rightcast.headend.events import Heard
from rightcast.headend.health import State
from rightcast.headend.intake import Intakes
from rightcast.headend.programming import Programming
from rightcast.headend.ring_index import INDEX
from rightcast.headend.slate.station import StationSlate, is_wanted
from rightcast.headend.waiting import Waiting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from rightcast.contract.ring import Announcement, Want
    from rightcast.contract.station import StationSettings
    from rightcast.domain.lineup import Channel
    from rightcast.headend.pictures.rounds import Rounds
    from rightcast.headend.slate.cards import Slates
    from rightcast.headend.sources.receiver import Receiver
    from rightcast.state.feed import Feed

RIGHTS_EVERY_S = 0.5
"""How often rights are compared with the clock: a picture stops within a second of its right's end."""
RETRY_S = 10.0
TAKEOVER_S = 0.5
"""A channel that moves here from another process starts only after that one has let go of the ring."""
STARTS_PER_TICK = 100
MOST_NEIGHBOURS_WARM = 24
"""So many channels of one process run only because a neighbour of theirs is watched."""

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
        rounds: Rounds | None = None,
        slates: Slates | None = None,
    ) -> None:
        self._settings = settings
        self._shard = shard
        self._announce = announce
        self._desired = Desired(feed)
        self._intakes = Intakes(open_receiver)
        self._slates = slates
        self._slate = StationSlate(settings, announce, slates) if shard == 0 else None
        self._programming = Programming()
        self._warm: set[int] = set()
        self._budget_bytes = budget_bytes
        self._rounds = rounds
        self._started = now
        self._room = Room(budget_bytes, 0, settings.headends)
        self._carried: dict[int, Channel] | None = None
        self._mine: dict[int, Channel] = {}
        self._running: dict[int, ChannelLife] = {}
        self._pending: set[int] = set()
        self._waiting = Waiting()
        self._failed: dict[int, tuple[float, str, str]] = {}
        self._not_before: dict[int, float] = {}
        self._wanted: dict[int, dict[int, int]] = {}
        self._compare_at = 0.0
        self._feed_broken = False
        self._without_room = 0

    def tick(self, now: float) -> None:
        """Ten times a second: drain the sources, follow the feed, let time pass for every channel that runs."""
        self._intakes.tick(now)
        if self._refresh() or now >= self._compare_at:
            self._compare_at = now + RIGHTS_EVERY_S
            carried = self._desired.carried(now)
            if self._programming.look(carried, self._desired.zone, now) or carried is not self._carried:
                self._follow(carried, now)
                self._warm_neighbours()
            for number, life in self._running.items():
                life.wish(self._programming.wishes.get(number))
                life.overlay(self._desired.overlays_of(number, now), now)
        over = [number for number, life in self._running.items() if life.runs_on_demand and life.is_over(now)]
        for number in over:
            self._end(number, now)
        if self._start_pending(now) or over:
            self._allot()
        for life in self._running.values():
            life.tick(now)
        if self._slate is not None:
            wanted = is_wanted(self._desired.blackouts.values(), now)
            self._slate.tick(now, wanted=wanted, slate=self._desired.slate)
        self._look_around(now)

    def _look_around(self, now: float) -> None:
        """Let pictures be looked at; whatever goes wrong there is nothing to those who watch them."""
        if self._rounds is None:
            return
        try:
            self._rounds.tick(self._running, now)
        except Exception:  # noqa: BLE001 - looking is a convenience, carrying is not
            _log.exception("Pictures are no longer looked at")
            self._rounds.close()
            self._rounds = None

    def snapshot(self) -> list[Announcement]:
        """What a new edge must hear."""
        own = [] if self._slate is None else self._slate.snapshot
        return [*own, *(message for life in self._running.values() for message in life.snapshot)]

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
            elif _is_on_demand(self._mine.get(want.channel)):
                self._call(want.channel)
        self._warm_neighbours()

    def report(self, now: float) -> HeadendReport:
        """How everything does."""
        channels = [life.report(now) for life in self._running.values()]
        waiting, more_idle, more_failed = self._waiting.reports(self._running.keys() | self._failed.keys())
        channels += waiting
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
            pictures=None if self._rounds is None else self._rounds.report(),
            channels=sorted(channels, key=lambda report: report.id),
            more_idle=more_idle,
            more_failed=more_failed,
        )

    def heard(self) -> Iterator[Heard]:
        """What streams say is on: those of channels, and multiplexes for the channels that are cut out of them."""
        by_url: dict[str, list[tuple[int | None, int]]] = {}
        for number, life in self._running.items():
            yield life.heard
            for source in life.record.sources:
                by_url.setdefault(source.url, []).append((source.service_id, number))
        for url, intake in self._intakes.each():
            channels: dict[int, list[int]] = {}
            for service_id, number in by_url.get(url, ()):
                carried = intake.splitter.chosen if service_id is None else service_id
                if carried is not None:
                    channels.setdefault(carried, []).append(number)
            yield Heard(intake.splitter.events, channels)

    def close(self) -> None:
        """The process ends: rings stay for the next one, sources and children go."""
        for life in self._running.values():
            life.stop(keep=True)
        self._running.clear()
        if self._slate is not None:
            self._slate.stop(keep=True)
        self._intakes.close()
        if self._rounds is not None:
            self._rounds.close()

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

    def _follow(self, carried: dict[int, Channel], now: float) -> None:
        """Other channels are carried, or by other records, than at the last comparison."""
        first, before = self._carried is None, self._mine
        shards = self._settings.headends
        self._carried = carried
        resting = self._programming.resting
        awake = {number: one for number, one in carried.items() if number not in resting} if resting else carried
        mine = awake
        if shards > 1:
            mine = {number: one for number, one in awake.items() if shard_of(one, shards) == self._shard}
        self._mine = mine
        for number in [number for number in self._running if number not in mine]:
            _log.info("Channel %s leaves the air", self._running[number].record.name)
            self._running.pop(number).stop(keep=False)
        self._failed = {number: failed for number, failed in self._failed.items() if number in mine}
        self._not_before = {number: then for number, then in self._not_before.items() if number in mine and then > now}
        if shards > 1 and not first:
            self._not_before |= dict.fromkeys(mine.keys() - before.keys(), now + TAKEOVER_S)
        restarting = self._renew(mine, now)
        self._pending = (
            self._always(awake) | restarting | {number for number in self._wanted if _is_on_demand(mine.get(number))}
        )
        self._waiting.follow(mine, (number for number in sorted(mine) if _is_on_demand(mine[number])), now)
        if first:
            if self._rounds is not None:
                self._rounds.keep_only(carried.keys())
            self._pending |= self._leftovers(awake, now)
        self._waiting.rest(
            {number: (carried[number], words) for number, words in resting.items() if self._owns(carried[number])}
        )
        self._pending -= self._running.keys()
        self._allot()

    def _owns(self, channel: Channel) -> bool:
        """Whether the channel is this process's."""
        return self._settings.headends < 2 or shard_of(channel, self._settings.headends) == self._shard

    def _renew(self, mine: dict[int, Channel], now: float) -> set[int]:
        """Tell running channels what their records say now; those that are to be restarted are ended and returned."""
        restarting = set()
        for number, life in [*self._running.items()]:
            before, after = life.record, mine[number]
            if after.life.restarts != before.life.restarts:
                _log.info("Channel %s is restarted", after.name)
                self._running.pop(number).stop(keep=True)
                restarting.add(number)
            elif before != after:
                life.update(after, now)
        return restarting

    def _warm_neighbours(self) -> None:
        """Keep the neighbours of what is watched running, as far as its life asks for it."""
        wanted = (one for number in self._wanted for one in self._desired.neighbours(number))
        fitting = (one for one in dict.fromkeys(wanted) if _is_on_demand(self._mine.get(one)))
        self._warm = set(islice(fitting, MOST_NEIGHBOURS_WARM))
        for number, life in self._running.items():
            life.keep_warm(number in self._warm)
        self._pending |= self._warm - self._running.keys()

    def _always(self, carried: dict[int, Channel]) -> set[int]:
        """The channels of this process that run always, as far as the budget of the station holds them."""
        always = sorted(number for number, channel in carried.items() if not _is_on_demand(channel))
        rings = [*accumulate(rings_of(carried[number]) for number in always)]
        self._room = Room(self._budget_bytes, rings[-1] if rings else 0, self._settings.headends)
        fitting = bisect_right(rings, self._room.most)
        held = {number for number in always[:fitting] if number in self._mine}
        beyond = (number for number in always[fitting:] if number not in self._running)
        late = [self._mine[number] for number in beyond if number in self._mine]
        error = too_small(self._settings, self._budget_bytes, rings[-1]) if late else None
        if error is not None and len(late) != self._without_room:
            _log.error("%d channels cannot start: %s", len(late), error)
        self._without_room = len(late)
        self._waiting.without_room(late, str(error or ""))
        return held

    def _call(self, number: int) -> None:
        """Somebody wants to watch an on-demand channel that does not run, or no longer does."""
        if number in self._wanted or number in self._warm:
            self._pending.add(number)
        else:
            self._pending.discard(number)
            self._failed.pop(number, None)

    def _start_pending(self, now: float) -> bool:
        """Start what should run, some channels per tick so that those on air wait for none; whether any was."""
        started = 0
        for number in sorted(self._pending):
            started += self._consider(self._mine[number], now)
            if started >= STARTS_PER_TICK:
                break
        return started > 0

    def _consider(self, channel: Channel, now: float) -> bool:
        """Try to start a channel, unless it failed just now or is still being let go of by another process."""
        failed = self._failed.get(channel.id)
        if (failed is not None and now - failed[0] < RETRY_S) or now < self._not_before.get(channel.id, now):
            return False
        try:
            self._start(channel, now)
        except RightcastError as error:
            if failed is None or failed[2] != str(error):
                _log.error("Channel %s cannot start: %s", channel.name, error)
            self._failed[channel.id] = (now, channel.name, str(error))
        except Exception:  # noqa: BLE001 - a fault in one channel must not keep the others from starting
            _log.exception("Channel %s cannot start", channel.name)
            self._failed[channel.id] = (now, channel.name, "An internal fault; the headend's log says more.")
        return True

    def _start(self, channel: Channel, now: float) -> None:
        others = self._on_demand_running
        wanted = rings_of(channel) if _is_on_demand(channel) else 0
        while wanted and others + wanted > self._room.on_demand:
            self._end_unwatched(others + wanted, now)
            others = self._on_demand_running
        life = ChannelLife(
            channel,
            settings=self._settings,
            announce=self._announce,
            intakes=self._intakes,
            ring_bytes=self._room.share_bytes(others + wanted),
            now=now,
            slates=self._slates,
        )
        life.keep_warm(channel.id in self._warm)
        life.wish(self._programming.wishes.get(channel.id))
        self._failed.pop(channel.id, None)
        self._pending.discard(channel.id)
        self._running[channel.id] = life
        for edge, viewers in self._wanted.get(channel.id, {}).items():
            life.want(edge, viewers)
        _log.info("Channel %s goes on air", channel.name)

    @property
    def _on_demand_running(self) -> int:
        """Rings of channels that run on demand."""
        return sum(rings_of(life.record) for life in self._running.values() if life.runs_on_demand)

    def _end_unwatched(self, rings: int, now: float) -> None:
        """Make room by ending what nobody has watched for longest. Raises RingTooSmallError."""
        idle = {number: life.unwatched_since for number, life in self._running.items() if life.runs_on_demand}
        since = {number: moment for number, moment in idle.items() if moment is not None}
        if not since:
            wanted = self._room.always + rings * self._settings.headends
            raise too_small(self._settings, self._budget_bytes, wanted)
        self._end(min(since, key=since.__getitem__), now)

    def _end(self, number: int, now: float) -> None:
        """Nobody watches an on-demand channel any more: what its ring holds would be stale for the next viewer."""
        _log.info("Channel %s waits for its next viewer", self._running[number].record.name)
        self._running.pop(number).stop(keep=False)
        self._waiting.ended(number, now)

    def _allot(self) -> None:
        """Divide the budget over the channels that run now."""
        share = self._room.share_bytes(self._on_demand_running)
        for life in self._running.values():
            life.allot(share)

    def _leftovers(self, carried: dict[int, Channel], now: float) -> set[int]:
        """Remove rings that an earlier process left of channels that nobody carries or has watched lately.

        The on-demand channels that were watched just now go on: their viewers may still be there.
        """
        rings, found = self._settings.ring_root / "ring", set()
        for folder in rings.iterdir() if rings.is_dir() else ():
            stem, _, rendition = folder.name.partition(".")
            number = int(stem) if stem.isdigit() else -1
            mine = self._mine.get(number)
            if (
                mine is not None
                and _is_on_demand(mine)
                and _age_s(folder / INDEX, now) <= max(LINGER_S, mine.life.warm_s)
            ):
                found |= set() if rendition else {number}
            elif number > SLATE_CHANNEL and (number not in carried or _is_on_demand(mine)):
                shutil.rmtree(folder, ignore_errors=True)
        return found


def _is_on_demand(channel: Channel | None) -> bool:
    return channel is not None and lives_by_viewers(channel)


def _age_s(file: Path, now: float) -> float:
    try:
        return now - file.stat().st_mtime
    except OSError:
        return inf
