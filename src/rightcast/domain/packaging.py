"""The formats in which a channel leaves the edge.

Pure rules and plain records; every field has a default, so that older bodies still decode.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Packaging:
    """Which formats are offered."""
