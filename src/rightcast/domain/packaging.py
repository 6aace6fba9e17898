"""In which formats a channel is offered over HTTP, and how much of it players may go back.

The panel owns it, revisions carry it, edges follow it.
"""

from __future__ import annotations

from dataclasses import dataclass

from rightcast.domain.errors import InvalidInputError

LONGEST_WINDOW_S = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Packaging:
    """Endless TS and HLS with transport stream are always there; the rest can be switched off.

    `cmaf`: HLS with fragmented MP4. `low_latency`: parts of it (LL-HLS). `dash`: MPEG-DASH. `window_s`: how many
    seconds players may seek back in a live channel; 0 is what the station keeps anyway.
    """

    cmaf: bool = True
    low_latency: bool = True
    dash: bool = True
    window_s: int = 0

    def check(self) -> None:
        """Raises InvalidInputError naming the field."""
        if not 0 <= self.window_s <= LONGEST_WINDOW_S:
            raise InvalidInputError(
                f"A live window of {self.window_s} s cannot be kept.",
                remedy=f"Choose 0 (what the station keeps) to {LONGEST_WINDOW_S} seconds.",
                field="window_s",
            )
        if self.low_latency and not self.cmaf:
            raise InvalidInputError(
                "Low latency is made of parts in fragmented MP4.",
                remedy="Switch cmaf on as well, or low_latency off.",
                field="low_latency",
            )

    @property
    def summary(self) -> str:
        """What is offered, in a short sentence."""
        chosen = (("CMAF", self.cmaf), ("low latency", self.low_latency), ("DASH", self.dash))
        names = ", ".join(["transport stream", *(name for name, on in chosen if on)])
        return f"{names}; {self.window_s} s to seek back" if self.window_s else names

    def window_segments(self, segment_s: float, least: int) -> int:
        """How many segments the live window holds, given how long one is and how many the station keeps anyway."""
        return max(least, -int(-self.window_s // segment_s)) if segment_s > 0 else least
