"""The qualities that a channel is offered in besides the one it arrives in.

Pure rules and plain records; every field has a default, so that older bodies still decode.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """Which rungs are made; none by default."""
