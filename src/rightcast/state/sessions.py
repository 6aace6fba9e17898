"""Leases of viewing sessions: acquired atomically, renewed while watching, expiring by themselves.

There are no counters to leak: what is in use is the set of leases that have not expired.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

DOUBLE_OPEN_S = 5.0
TS = "ts"
HLS = "hls"


class Lease(msgspec.Struct, frozen=True, kw_only=True):
    """One screen in use. Times are unix seconds; `kind` is ts or hls.

    `device` is a fingerprint of the player (address and user agent), which lets double opens
    of one player count once. `sid` begins with the name of its edge and a dot.
    """

    sid: str
    line_id: int
    channel_id: int
    device: str
    kind: str
    opened: float
    expires: float


class Refused(msgspec.Struct, frozen=True):
    """No screen is free; these leases hold them."""

    holders: tuple[Lease, ...]


class Sessions(Protocol):
    """The leases of all lines. Every method is atomic across the edges that share the store."""

    async def acquire(self, wanted: Lease, *, limit: int, now: float) -> Lease | Refused:
        """Grant `wanted` if fewer than `limit` leases of its line are alive.

        The same device on the same channel within DOUBLE_OPEN_S gets the lease it has (same
        `sid`, one more holder). At the limit, a lease of kind hls yields to the same device
        opening another channel, for its player has no socket to close.
        """

    async def renew(self, sid: str, *, until: float, now: float) -> bool:
        """Move a lease's expiry; False when it is gone (expired, kicked, yielded)."""

    async def renew_all(self, sids: Sequence[str], *, until: float, now: float) -> frozenset[str]:
        """Move the expiry of many leases at once; returns those that are gone."""

    async def release(self, sid: str) -> None:
        """Give up one hold on a lease; the last hold frees the screen. Unknown ones are ignored."""

    async def revoke(self, sid: str) -> None:
        """Free the screen whatever holds it."""

    async def revoke_edge(self, edge: str) -> None:
        """Free every screen of an edge (the part of `sid` before its dot); asked by an edge that starts."""

    async def of_line(self, line_id: int, *, now: float) -> list[Lease]:
        """The living leases of a line, oldest first."""


def shared_lease(alive: Sequence[Lease], wanted: Lease) -> Lease | None:
    """The lease that a double open of the same player shares; None when `wanted` is a screen of its own."""
    for lease in alive:
        same_player = (lease.device, lease.channel_id, lease.kind) == (wanted.device, wanted.channel_id, wanted.kind)
        if same_player and abs(wanted.opened - lease.opened) < DOUBLE_OPEN_S:
            return lease
    return None


def yielding_lease(alive: Sequence[Lease], wanted: Lease) -> Lease | None:
    """The lease that gives way to `wanted` at the limit: hls, same device, the one longest without renewal."""
    candidates = [lease for lease in alive if lease.kind == HLS and lease.device == wanted.device]
    return min(candidates, key=lambda lease: lease.expires, default=None)
