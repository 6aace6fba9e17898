"""When a channel turns from one source to another, and when it goes back.

Pure rules and plain records; every field has a default, so that older bodies still decode.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Failover:
    """How patient a channel is with its sources."""
