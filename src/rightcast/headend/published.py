"""What the panel has published of channels, rights and the station, for processes beside the headend.

Read from the feed as it grows; one that was made anew is read from its beginning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.contract.catalogue import Kind
from rightcast.domain.hold import Hold
from rightcast.domain.lineup import Channel, Station
from rightcast.domain.rights import CarriageRight
from rightcast.domain.takedown import Takedown, Takedowns

if TYPE_CHECKING:
    from rightcast.contract.catalogue import Revision
    from rightcast.state.feed import Feed

_BATCH = 1000


class Published:
    """Channels, rights, takedowns, holds and the station as of the last revision read.

    `refresh` raises what the feed raises. `changes` counts how often any of them became another.
    """

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._number = 0
        self.channels: dict[int, Channel] = {}
        self.rights: dict[int, CarriageRight] = {}
        self.takedowns = Takedowns()
        self.holds: dict[int, Hold] = {}
        self.station = Station()
        self.changes = 0

    @property
    def longest_silence_s(self) -> float:
        """For how long what is known may be rested on without the feed."""
        return float(self.station.replica_max_age_s)

    def refresh(self) -> None:
        """Read what is new."""
        latest = self._feed.latest()
        if latest == self._number:
            return
        if latest < self._number:  # the feed was made anew
            self._number = 0
            self.channels.clear()
            self.rights.clear()
            self.takedowns = Takedowns()
            self.holds.clear()
            self._note_change()
        while revisions := self._feed.read(self._number, _BATCH):
            for revision in revisions:
                self._apply(revision)
            self._number = revisions[-1].number

    def changed(self) -> None:
        """A record is other than it was: for those who derive something from them."""

    def _apply(self, revision: Revision) -> None:
        if revision.kind not in {Kind.CHANNEL, Kind.RIGHT, Kind.STATION, Kind.TAKEDOWN, Kind.HOLD}:
            return
        record = revision.record()
        if isinstance(record, Channel):
            self.channels[revision.key] = record
        elif isinstance(record, CarriageRight):
            self.rights[revision.key] = record
        elif isinstance(record, Station):
            self.station = record
        elif revision.kind is Kind.TAKEDOWN:
            self.takedowns.put(revision.key, record if isinstance(record, Takedown) else None)
        elif isinstance(record, Hold):
            self.holds[revision.key] = record
        elif revision.kind is Kind.HOLD:
            self.holds.pop(revision.key, None)
        elif revision.kind is Kind.CHANNEL:
            self.channels.pop(revision.key, None)
        elif revision.kind is Kind.RIGHT:
            self.rights.pop(revision.key, None)
        self._note_change()

    def _note_change(self) -> None:
        self.changes += 1
        self.changed()
