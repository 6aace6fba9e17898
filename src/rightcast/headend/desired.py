"""What this headend should carry, followed from the feed: channels, and the rights that let them on air.

A channel without a right in force is not carried; time alone ends it, no message is needed.
"""

from __future__ import annotations

import zlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rightcast.contract.catalogue import Kind
from rightcast.domain.lineup import Channel
from rightcast.domain.rights import CarriageRight, carriage

if TYPE_CHECKING:
    from rightcast.contract.catalogue import Record, Revision
    from rightcast.state.feed import Feed

_BATCH = 1000


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
        self._rights_of: dict[int, list[CarriageRight]] = {}

    def refresh(self) -> bool:
        """Read what is new; whether anything was."""
        latest = self._feed.latest()
        if latest == self._number:
            return False
        if latest < self._number:  # the feed was made anew
            self._number = 0
            self._channels.clear()
            self._rights.clear()
        while revisions := self._feed.read(self._number, _BATCH):
            for revision in revisions:
                self._apply(revision)
            self._number = revisions[-1].number
        self._rights_of = {}
        for right in self._rights.values():
            for channel_id in right.channel_ids:
                self._rights_of.setdefault(channel_id, []).append(right)
        return True

    def carried(self, now: float) -> dict[int, Channel]:
        """Channels with a right in force at `now` (unix seconds), whichever process carries them."""
        moment = datetime.fromtimestamp(now, UTC)
        return {
            number: channel
            for number, channel in self._channels.items()
            if carriage(self._rights_of.get(number, ()), number, moment)
        }

    def _apply(self, revision: Revision) -> None:
        if revision.kind not in {Kind.CHANNEL, Kind.RIGHT}:
            return
        record: Record | None = revision.record()
        if isinstance(record, Channel):
            self._channels[revision.key] = record
        elif isinstance(record, CarriageRight):
            self._rights[revision.key] = record
        elif revision.kind is Kind.CHANNEL:
            self._channels.pop(revision.key, None)
        else:
            self._rights.pop(revision.key, None)
