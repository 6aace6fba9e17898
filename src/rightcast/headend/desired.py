"""What this headend should carry, followed from the feed: channels, and the rights that let them on air.

A channel without a right in force is not carried; time alone ends it, no message is needed.
"""

from __future__ import annotations

import zlib
from datetime import UTC, datetime
from math import inf
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from rightcast.contract.catalogue import Kind
from rightcast.domain.blackouts import Blackout
from rightcast.domain.life import neighbours_of
from rightcast.domain.lineup import Channel, Lineup, Station
from rightcast.domain.overlay import Overlay
from rightcast.domain.rights import CarriageRight, carried_channels, next_boundary
from rightcast.domain.schedule import zone_named
from rightcast.domain.slate import KEPT_OUT

if TYPE_CHECKING:
    from rightcast.contract.catalogue import Record, Revision
    from rightcast.state.feed import Feed

_BATCH = 1000
_FOLLOWED = frozenset({Kind.CHANNEL, Kind.RIGHT, Kind.LINEUP, Kind.STATION, Kind.BLACKOUT, Kind.OVERLAY})
T = TypeVar("T")


def shard_of(channel: Channel, headends: int) -> int:
    """Which headend process carries the channel: by its first source, so that a multiplex arrives once."""
    first = channel.sources[0].url if channel.sources else f"channel:{channel.id}"
    return zlib.crc32(first.encode()) % headends


class Desired:
    """Channels and rights as of the last revision read. Raises what the feed raises."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._number = 0
        self._channels: dict[int, Channel] = {}
        self._rights: dict[int, CarriageRight] = {}
        self._lineups: dict[int, Lineup] = {}
        self.zone = ZoneInfo("UTC")
        self.slate = KEPT_OUT
        self.blackouts: dict[int, Blackout] = {}
        self._overlays: dict[int, Overlay] = {}
        self._carried: dict[int, Channel] | None = None
        self._valid = (0.0, 0.0)

    def refresh(self) -> bool:
        """Read what is new; whether it concerns channels or rights."""
        latest = self._feed.latest()
        if latest == self._number:
            return False
        changed = latest < self._number
        if changed:  # the feed was made anew
            self._number = 0
            self._channels.clear()
            self._rights.clear()
            self._lineups.clear()
            self.blackouts.clear()
            self._overlays.clear()
            self._carried = None
        while revisions := self._feed.read(self._number, _BATCH):
            for revision in revisions:
                changed |= self._apply(revision)
            self._number = revisions[-1].number
        return changed

    def carried(self, now: float) -> dict[int, Channel]:
        """Channels with a right in force at `now` (unix seconds), whichever process carries them.

        The same dictionary as before while nothing has changed, be it by the feed or by the clock.
        """
        begins, ends = self._valid
        if self._carried is None or not begins <= now < ends:
            moment = datetime.fromtimestamp(now, UTC)
            allowed = carried_channels(self._rights.values(), moment)
            boundary = next_boundary(self._rights.values(), moment)
            self._carried = {number: channel for number, channel in self._channels.items() if number in allowed}
            self._valid = (now, inf if boundary is None else boundary.timestamp())
        return self._carried

    def neighbours(self, channel_id: int) -> list[int]:
        """The channels that a channel's life wants warm beside it, in all its lineups, nearest first."""
        channel = self._channels.get(channel_id)
        reach = 0 if channel is None else channel.life.neighbours
        if not reach:
            return []
        orders = [[entry.channel_id for entry in lineup.entries] for lineup in self._lineups.values()]
        return list(dict.fromkeys(one for order in orders for one in neighbours_of(channel_id, order, reach)))

    def overlays_of(self, channel_id: int, now: float) -> list[Overlay]:
        """The copies of a channel that are wanted now."""
        if not self._overlays:
            return []
        moment = datetime.fromtimestamp(now, UTC)
        return [one for one in self._overlays.values() if one.channel_id == channel_id and one.runs(moment)]

    def _apply(self, revision: Revision) -> bool:
        record: Record | None = revision.record() if revision.kind in _FOLLOWED else None
        match revision.kind:
            case Kind.CHANNEL:
                _put(self._channels, revision.key, record, Channel)
            case Kind.RIGHT:
                _put(self._rights, revision.key, record, CarriageRight)
            case Kind.LINEUP:
                _put(self._lineups, revision.key, record, Lineup)
                return True
            case Kind.STATION:
                station = record if isinstance(record, Station) else Station()
                self.zone, self.slate = zone_named(station.timezone), station.slate
                return True
            case Kind.OVERLAY:
                _put(self._overlays, revision.key, record, Overlay)
                return False
            case Kind.BLACKOUT:
                _put(self.blackouts, revision.key, record, Blackout)
                return False
            case _:
                return False
        self._carried = None
        return True


def _put(held: dict[int, T], key: int, record: Record | None, kind: type[T]) -> None:
    if isinstance(record, kind):
        held[key] = record
    else:
        held.pop(key, None)
