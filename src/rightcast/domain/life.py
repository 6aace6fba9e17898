"""When a channel runs: always, with its first viewer, for a while after the last.

Pure rules and plain records; every field has a default, so that older bodies still decode.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What an operator wants of a channel's running."""
