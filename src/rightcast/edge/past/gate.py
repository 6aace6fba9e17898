"""Who may watch what of the past: asks the decision with the guide and the provider's signals at hand."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from rightcast.domain.catchup import Permit, Span, Window, padded, permit
from rightcast.domain.entitlement import Denied, Reason
from rightcast.domain.recordings import decide_recording
from rightcast.state.archive.reel import channel_reel, take_reel

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rightcast.domain.cues import Restrictions
    from rightcast.domain.entitlement import Question
    from rightcast.domain.guide import Show
    from rightcast.domain.lineup import Line
    from rightcast.edge.asking import Asking
    from rightcast.edge.cues import Cues
    from rightcast.edge.guide_port import Guide
    from rightcast.edge.identity import Player
    from rightcast.edge.replica import Replica
    from rightcast.edge.viewings import Viewing

_BORDER_S = 60
_SEGMENT_S = 20.0
"""A recording begins and ends with whole segments."""


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
        question = self._asking.question(line, channel_id, player, joins=opened is None, past=True)
        if player.recording_id:
            return self._of_recording(question, player.recording_id)
        found = permit(question, self._shows(channel_id, asked, opened), opened=opened)
        if isinstance(found, Denied):
            return found
        hidden = self._cues.forbidden(channel_id, lambda one: self._forbids(one, player)) + self._asking.dark(question)
        if not hidden:
            return found
        return replace(found, live_only=(*found.live_only, *(Span(since, until) for since, until in hidden)))

    def of_viewing(self, viewing: Viewing, asked: Span) -> Permit | Denied:
        """The same for a viewing that runs."""
        line = self._replica.line(viewing.line_id)
        if line is None:
            return Denied(Reason.UNKNOWN_LINE)
        return self.permit(line, viewing.channel_id, viewing.who, asked, opened=viewing.opened)

    def folder(self, root: Path, channel_id: int, recording_id: int) -> Path:
        """The reel that is played: that of the channel, or of the take behind a recording."""
        if not recording_id:
            return channel_reel(root, channel_id)
        recording = self._replica.recordings.find(recording_id)
        return take_reel(root, 0 if recording is None else recording.take_id)

    def _of_recording(self, question: Question, recording_id: int) -> Permit | Denied:
        """A recording may be seen from its beginning to its end, as long as the decision holds."""
        recording = self._replica.recordings.find(recording_id)
        verdict = decide_recording(question, recording)
        if isinstance(verdict, Denied) or recording is None:
            return verdict if isinstance(verdict, Denied) else Denied(Reason.UNKNOWN_RECORDING)
        start, stop = recording.span
        return Permit(
            right_id=verdict.right_id,
            until=verdict.until,
            windows=(Window(back_s=math.inf, since=start - _SEGMENT_S),),
            live_only=(Span(stop + _SEGMENT_S, math.inf), *(Span(*one) for one in self._asking.dark(question))),
        )

    def in_general(self, line: Line, channel_id: int) -> Permit | Denied:
        """What a line may watch, whatever signals say of single viewers, and what the guide says of single shows."""
        now = int(self._clock())
        return permit(self._asking.question(line, channel_id), self._guide.now_next(channel_id, now, 1))

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
