"""What may be sent where at this moment: outputs of channels with a right in force for the station's territory.

Followed from the feed; a right that ends by the clock needs no message.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rightcast.domain.errors import InvalidInputError
from rightcast.domain.outputs import collision
from rightcast.headend.published import Published

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rightcast.domain.lineup import Channel
    from rightcast.domain.outputs import Output
    from rightcast.state.feed import Feed


class Wanted(Published):
    """Channels, rights and the station's territory as of the last revision read. Raises what the feed raises."""

    def __init__(self, feed: Feed) -> None:
        super().__init__(feed)
        self._plan: dict[int, tuple[Channel, list[Output]]] | None = None

    def changed(self) -> None:
        """A record is other than it was."""
        self._plan = None

    def allowed(self, now: float) -> dict[int, tuple[Channel, list[Output]]]:
        """The channels that may be sent at `now` (unix seconds), and where to."""
        moment = datetime.fromtimestamp(now, UTC)
        return {channel_id: found for channel_id, found in self._sending().items() if self._may(channel_id, moment)}

    def refused(self, now: float) -> Iterable[tuple[Channel, str]]:
        """The channels that have outputs and may not be sent, and why."""
        moment = datetime.fromtimestamp(now, UTC)
        for channel_id, (channel, _) in self._sending().items():
            if self._is_dark(channel_id, moment):
                yield channel, "It was taken down."
            elif not self._may(channel_id, moment):
                yield channel, f"No carriage right in force covers {self.station.territory}."

    def _sending(self) -> dict[int, tuple[Channel, list[Output]]]:
        """The channels that have outputs, read once per revision."""
        if self._plan is None:
            sources = [(one.name, source.url) for one in self.channels.values() for source in one.sources]
            sending = (channel for channel in self.channels.values() if channel.outputs.urls)
            self._plan = {channel.id: (channel, _readable(channel, sources)) for channel in sending}
        return self._plan

    def _may(self, channel_id: int, moment: datetime) -> bool:
        """Receivers of a managed network are in the station's territory, all of them."""
        return not self._is_dark(channel_id, moment) and any(
            right.covers_channel(channel_id)
            and right.in_force(moment)
            and right.covers_territory(self.station.territory)
            for right in self.rights.values()
        )

    def _is_dark(self, channel_id: int, moment: datetime) -> bool:
        """Whether a takedown concerns whoever receives the channel; one for single lines says nothing of groups."""
        home, now = self.station.territory, (moment.timestamp(),) * 2
        return any(
            one.stands(moment)
            and not one.line_ids
            and (not one.territories or home in one.territories)
            and one.darkens(now)
            for one in self.takedowns.of_channel(channel_id)
        )


def _readable(channel: Channel, sources: list[tuple[str, str]]) -> list[Output]:
    """Addresses that can be read; those that a channel is received from would feed the stream to itself."""
    try:
        outputs = channel.outputs.read()
    except InvalidInputError:
        return []
    return [output for output in outputs if collision(output, sources) is None]
