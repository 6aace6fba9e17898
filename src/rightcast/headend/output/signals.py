"""What a provider's signals (SCTE 35) forbid to outputs, from moment to moment.

An output has no viewer of its own who could be asked: it goes to whoever receives at its address.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from rightcast.domain.cues import Restrictions, SignalledState
from rightcast.domain.errors import BadCueError
from rightcast.formats.mpegts.scte35.section import decode
from rightcast.formats.mpegts.scte35.words import signals_of

if TYPE_CHECKING:
    from rightcast.domain.cues import SignalPolicy
    from rightcast.domain.outputs import Output

COMES_BACK_S = 2.0
"""An output comes back so long after what forbade it has ended: by then no part on its way is from before."""
REMEMBERED_S = 3600.0

_log = logging.getLogger(__name__)


class Signals:
    """Follows the cues of all channels. Moments are unix seconds."""

    def __init__(self) -> None:
        self._states: dict[int, SignalledState] = {}

    def heard(self, channel_id: int, section: bytes, at: float) -> None:
        """A cue that takes effect at a moment; repetitions change nothing."""
        try:
            cue = decode(section)
        except BadCueError as error:
            _log.warning("A cue of channel %d cannot be read: %s", channel_id, error)
            return
        state = self._states.get(channel_id, SignalledState()).without_past(at - REMEMBERED_S)
        for signal in signals_of(cue, at):
            state = state.after(signal)
        if state.segments:
            self._states[channel_id] = state
        else:
            self._states.pop(channel_id, None)

    def forbids(self, channel_id: int, output: Output, policy: SignalPolicy, now: float) -> bool:
        """Whether the channel may not be sent to this address now."""
        state = self._states.get(channel_id)
        if state is None:
            return False

        def concerns(found: Restrictions) -> bool:
            return policy.forbids_output(found, str(output.host), group=output.host.is_multicast)

        return concerns(state.restrictions(now)) or now < state.clear_since(now, concerns) + COMES_BACK_S

    def in_words(self, channel_id: int, now: float) -> str:
        """What is restricted now, for the report."""
        state = self._states.get(channel_id)
        words = "" if state is None else state.restrictions(now).in_words
        return (
            f"The provider's signals forbid it: {words}." if words else "The provider's signals forbade it until now."
        )
