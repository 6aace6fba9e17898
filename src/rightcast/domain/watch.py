"""What is watched in a channel's stream and pictures, and from when on it is worth a word.

Pure rules and plain records; every field has a default, so that older bodies still decode.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Which checks run, and their thresholds."""
