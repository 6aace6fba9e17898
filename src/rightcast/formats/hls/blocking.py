"""When a request for a playlist waits: the delivery directives of low latency, read and judged.

draft-pantos-hls-rfc8216bis section 6.2.5. Pure: where the playlist stands is given, the caller does the waiting.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

FURTHEST_AHEAD = 2
_LONGEST_NUMBER = 18


@dataclass(frozen=True, slots=True)
class Directives:
    """What a player asks for: the playlist that holds this segment, or this part of it; `part` None: all of it."""

    sequence: int | None = None
    part: int | None = None
    skip: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a playlist stands: its last segment, whether that is complete, and how many parts of it there are."""

    sequence: int
    parts: int
    closed: bool

    def has(self, sequence: int, part: int | None) -> bool:
        """Whether the playlist contains this much already.

        A part beyond the last one of a closed segment is part 0 of the next segment (section 6.2.5.2).
        """
        if sequence < self.sequence:
            return True
        if sequence > self.sequence:
            return False
        if part is None:
            return self.closed
        return part < self.parts


def read_directives(fields: Mapping[str, str]) -> Directives:
    """The directives in a query. Raises ValueError with a sentence for what the section calls a bad request."""
    sequence, part = _number(fields, "_HLS_msn"), _number(fields, "_HLS_part")
    if part is not None and sequence is None:
        raise ValueError("_HLS_part needs _HLS_msn beside it.")
    skip = fields.get("_HLS_skip", "")
    if skip not in {"", "YES", "v2"}:
        raise ValueError("_HLS_skip is YES or v2.")
    return Directives(sequence, part, skip == "YES")


def too_far(directives: Directives, standing: Standing) -> bool:
    """Whether a player asks for what comes later than anybody may wait for; that is a bad request (400)."""
    return directives.sequence is not None and directives.sequence > standing.sequence + FURTHEST_AHEAD


def _number(fields: Mapping[str, str], name: str) -> int | None:
    text = fields.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > _LONGEST_NUMBER:
        raise ValueError(f"{name} is a whole number.")
    return int(text)
