"""Who may watch what of the past: asks the decision with the guide and the provider's signals at hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rightcast.domain.catchup import Permit, Span, padded, permit
from rightcast.domain.entitlement import Denied, Reason
from rightcast.edge.identity import Player

if TYPE_CHECKING:
    from collections.abc import Callable

    from rightcast.domain.cues import Restrictions
    from rightcast.domain.guide import Show
    from rightcast.domain.lineup import Line
    from rightcast.edge.asking import Asking
    from rightcast.edge.cues import Cues
    from rightcast.edge.guide_port import Guide
    from rightcast.edge.replica import Replica
    from rightcast.edge.viewings import Viewing

_BORDER_S = 60


class Gate:
    """Makes permits; every one begins with the decision on the live picture."""

    def __init__(
        self, asking: Asking, replica: Replica, cues: Cues, guide: Guide, *, clock: Callable[[], float]
    ) -> None:
        self._asking = asking
        self._replica = replica
        self._cues = cues
        self._guide = guide
        self._clock = clock

    def permit(
        self, line: Line, channel_id: int, player: Player, asked: Span, *, opened: float | None = None
    ) -> Permit | Denied:
        """What this line may watch around `asked`; `opened`: when a session that runs already began."""
        question = self._asking.question(line, channel_id, player, joins=opened is None)
        found = permit(question, self._shows(channel_id, asked, opened), opened=opened)
        if isinstance(found, Denied):
            return found
        hidden = self._cues.forbidden(channel_id, lambda one: self._forbids(one, player))
        if not hidden:
            return found
        return replace(found, live_only=(*found.live_only, *(Span(since, until) for since, until in hidden)))

    def of_viewing(self, viewing: Viewing, asked: Span) -> Permit | Denied:
        """The same for a viewing that runs."""
        line = self._replica.line(viewing.line_id)
        if line is None:
            return Denied(Reason.UNKNOWN_LINE)
        player = Player(viewing.address, viewing.player, viewing.credential_id)
        return self.permit(line, viewing.channel_id, player, asked, opened=viewing.opened)

    def padded(self, channel_id: int, asked: Span) -> Span:
        """A stretch with the channel's padding, if it is that of a programme."""
        channel = self._replica.channels.get(channel_id)
        if channel is None or not (channel.archive.before_s or channel.archive.after_s):
            return asked
        return padded(asked, self._shows(channel_id, asked, None), channel.archive)

    def _shows(self, channel_id: int, asked: Span, opened: float | None) -> list[Show]:
        """The programmes around a stretch, and those that run now or ran when a session began."""
        now = self._clock()
        stop = min(asked.stop, now)
        found = list(self._guide.shows(channel_id, int(asked.start) - _BORDER_S, int(stop) + _BORDER_S))
        for moment in {now, now if opened is None else opened}:
            if not asked.start <= moment <= stop:
                found += [
                    one for one in self._guide.shows(channel_id, int(moment), int(moment) + 1) if one not in found
                ]
        return found

    def _forbids(self, found: Restrictions, player: Player) -> bool:
        return self._replica.station.signals.forbids(found, player.address, player.name)
