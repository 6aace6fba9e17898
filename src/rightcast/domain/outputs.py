"""Where a channel is sent without being asked: multicast and unicast datagrams.

Pure rules and plain records; every field has a default, so that older bodies still decode.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """Addresses that the channel's stream is sent to."""
