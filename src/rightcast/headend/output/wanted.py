"""What may be sent where at this moment: outputs of channels with a right in force for the station's territory.

Followed from the feed; a right that ends by the clock needs no message.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rightcast.contract.catalogue import Kind
from rightcast.domain.errors import InvalidInputError
from rightcast.domain.lineup import Channel, Station
from rightcast.domain.outputs import Output, collision
from rightcast.domain.rights import CarriageRight

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rightcast.contract.catalogue import Revision
    from rightcast.state.feed import Feed

_BATCH = 1000


class Wanted:
    """Channels, rights and the station's territory as of the last revision read. Raises what the feed raises."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._number = 0
        self._channels: dict[int, Channel] = {}
        self._rights: dict[int, CarriageRight] = {}
        self._station = Station()
        self._plan: dict[int, tuple[Channel, list[Output]]] | None = None

    @property
    def longest_silence_s(self) -> float:
        """For how long what is known may be rested on without the feed."""
        return float(self._station.replica_max_age_s)

    def refresh(self) -> None:
        """Read what is new."""
        latest = self._feed.latest()
        if latest == self._number:
            return
        if latest < self._number:  # the feed was made anew
            self._number = 0
            self._channels.clear()
            self._rights.clear()
            self._plan = None
        while revisions := self._feed.read(self._number, _BATCH):
            for revision in revisions:
                self._apply(revision)
            self._number = revisions[-1].number

    def allowed(self, now: float) -> dict[int, tuple[Channel, list[Output]]]:
        """The channels that may be sent at `now` (unix seconds), and where to."""
        moment = datetime.fromtimestamp(now, UTC)
        return {channel_id: found for channel_id, found in self._sending().items() if self._may(channel_id, moment)}

    def refused(self, now: float) -> Iterable[tuple[Channel, str]]:
        """The channels that have outputs and may not be sent, and why."""
        moment = datetime.fromtimestamp(now, UTC)
        for channel_id, (channel, _) in self._sending().items():
            if not self._may(channel_id, moment):
                yield channel, f"No carriage right in force covers {self._station.territory}."

    def _sending(self) -> dict[int, tuple[Channel, list[Output]]]:
        """The channels that have outputs, read once per revision."""
        if self._plan is None:
            sources = [(one.name, source.url) for one in self._channels.values() for source in one.sources]
            sending = (channel for channel in self._channels.values() if channel.outputs.urls)
            self._plan = {channel.id: (channel, _readable(channel, sources)) for channel in sending}
        return self._plan

    def _may(self, channel_id: int, moment: datetime) -> bool:
        """Receivers of a managed network are in the station's territory, all of them."""
        return any(
            right.covers_channel(channel_id)
            and right.in_force(moment)
            and right.covers_territory(self._station.territory)
            for right in self._rights.values()
        )

    def _apply(self, revision: Revision) -> None:
        if revision.kind not in {Kind.CHANNEL, Kind.RIGHT, Kind.STATION}:
            return
        self._plan = None
        record = revision.record()
        if isinstance(record, Channel):
            self._channels[revision.key] = record
        elif isinstance(record, CarriageRight):
            self._rights[revision.key] = record
        elif isinstance(record, Station):
            self._station = record
        elif revision.kind is Kind.CHANNEL:
            self._channels.pop(revision.key, None)
        elif revision.kind is Kind.RIGHT:
            self._rights.pop(revision.key, None)


def _readable(channel: Channel, sources: list[tuple[str, str]]) -> list[Output]:
    """Addresses that can be read; those that a channel is received from would feed the stream to itself."""
    try:
        outputs = channel.outputs.read()
    except InvalidInputError:
        return []
    return [output for output in outputs if collision(output, sources) is None]
