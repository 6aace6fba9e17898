"""What a channel shows when, by the clock of the station.

Pure rules and plain records; every field has a default, so that older bodies still decode.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Slots in which another source, the slate or nothing is wanted."""
