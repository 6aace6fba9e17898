"""What may be sent where at this moment: outputs of channels with a right that reaches receivers of the network.

Followed from the feed; a right that ends by the clock needs no message.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rightcast.domain.errors import InvalidInputError
from rightcast.domain.output_rights import output_refusal
from rightcast.domain.outputs import collision
from rightcast.headend.published import Published

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rightcast.domain.lineup import Channel
    from rightcast.domain.outputs import Output
    from rightcast.state.feed import Feed


class Wanted(Published):
    """Channels, rights and the station's territory as of the last revision read. Raises what the feed raises.

    `heights`: the lines of each channel's picture as its headend last told, None where that is not known. A channel
    that was never heard has none yet; it is asked about when it comes.
    """

    def __init__(self, feed: Feed) -> None:
        super().__init__(feed)
        self.heights: dict[int, int | None] = {}
        self._plan: dict[int, tuple[Channel, list[Output]]] | None = None

    def changed(self) -> None:
        """A record is other than it was."""
        self._plan = None

    def allowed(self, now: float) -> dict[int, tuple[Channel, list[Output]]]:
        """The channels that may be sent at `now` (unix seconds), and where to."""
        moment = datetime.fromtimestamp(now, UTC)
        return {
            channel_id: found
            for channel_id, found in self._sending().items()
            if self._why_not(channel_id, moment) is None
        }

    def refused(self, now: float) -> Iterable[tuple[Channel, str]]:
        """The channels that have outputs and may not be sent, and why."""
        moment = datetime.fromtimestamp(now, UTC)
        for channel_id, (channel, _) in self._sending().items():
            why = self._why_not(channel_id, moment)
            if why is not None:
                yield channel, why

    def may(self, channel_id: int, now: float) -> bool:
        """Whether one channel may be sent at `now`."""
        return self._why_not(channel_id, datetime.fromtimestamp(now, UTC)) is None

    def _sending(self) -> dict[int, tuple[Channel, list[Output]]]:
        """The channels that have outputs, read once per revision."""
        if self._plan is None:
            sources = [(one.name, source.url) for one in self.channels.values() for source in one.sources]
            sending = (channel for channel in self.channels.values() if channel.outputs.urls)
            self._plan = {channel.id: (channel, _readable(channel, sources)) for channel in sending}
        return self._plan

    def _why_not(self, channel_id: int, moment: datetime) -> str | None:
        """Why a channel may not be sent, as a sentence."""
        if self._is_dark(channel_id, moment):
            return "It was taken down."
        height = self.heights.get(channel_id, 0)
        return output_refusal(self.rights.values(), channel_id, self.station.territory, height, moment)

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
