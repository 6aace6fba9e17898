"""Leases of viewing sessions: acquired atomically, renewed while watching, expiring by themselves.

There are no counters to leak: what is in use is the set of leases that have not expired.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

from rightcast.domain.bounds import Broken

if TYPE_CHECKING:
    from collections.abc import Sequence

DOUBLE_OPEN_S = 5.0
TS = "ts"
HLS = "hls"


class Lease(msgspec.Struct, frozen=True, kw_only=True):
    """One screen in use. Times are unix seconds; `kind` is ts or hls.

    `device` is a fingerprint of the player (address and user agent), which lets double opens
    of one player count once. `sid` begins with the name of its edge and a dot. `right_id`: the
    right that the session stands on, 0 while nobody said.
    """

    sid: str
    line_id: int
    channel_id: int
    device: str
    kind: str
    opened: float
    expires: float
    right_id: int = 0


class Refused(msgspec.Struct, frozen=True):
    """No screen is free; these leases of the line hold them. `full`: the cap of the right that has no room, if one."""

    holders: tuple[Lease, ...]
    full: Broken | None = None


class Caps(msgspec.Struct, frozen=True, kw_only=True):
    """How many sessions may stand on one right, 0 without a limit: of the line, and in total.

    `line_elsewhere` and `elsewhere`: how many of them stand at edges that do not share the store, as last heard.
    """

    per_line: int = 0
    total: int = 0
    line_elsewhere: int = 0
    elsewhere: int = 0

    def over(self, of_line: int, total: int) -> tuple[Broken, int] | None:
        """The cap that has no room for one more, and by how many it is exceeded already; None: there is room."""
        if self.per_line and (most := of_line + self.line_elsewhere - self.per_line) >= 0:
            return Broken.LINE_FULL, most
        if self.total and (most := total + self.elsewhere - self.total) >= 0:
            return Broken.FULL, most
        return None


UNCAPPED = Caps()


class Sessions(Protocol):
    """The leases of all lines. Every method is atomic across the edges that share the store."""

    async def acquire(self, wanted: Lease, *, limit: int, now: float, caps: Caps = UNCAPPED) -> Lease | Refused:
        """Grant `wanted` if fewer than `limit` leases of its line are alive, and its right has room within `caps`.

        The same device on the same channel within DOUBLE_OPEN_S gets the lease it has (same
        `sid`, one more holder). At the limit or a cap, a lease of kind hls yields to the same device
        opening another channel, for its player has no socket to close.
        """

    def standing(self, right_id: int, line_id: int, *, now: float, device: str = "", sid: str = "") -> tuple[int, int]:
        """How many living leases stand on a right: of a line, and of all; those of the line's `device`, and `sid`, not
        counted.
        """

    async def rest(self, sid: str, right_id: int) -> None:
        """The session stands on another right from now on, whatever that one's caps. Unknown ones are ignored."""

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


def placed(alive: Sequence[Lease], standing: int, wanted: Lease, limit: int, caps: Caps) -> tuple[Lease, ...] | Refused:
    """Which leases give way so that `wanted` has its place, of `alive` ones of its line; or why it has none.

    `standing`: how many leases of all lines stand on the right of `wanted`.
    """
    mine = [one for one in alive if one.right_id == wanted.right_id]
    found = caps.over(len(mine), standing)
    leaving: tuple[Lease, ...] = ()
    if found is not None:
        full, excess = found
        yielding = yielding_lease(mine, wanted) if excess == 0 else None
        if yielding is None:
            return Refused(tuple(alive), full)
        leaving = (yielding,)
        if caps.over(len(mine) - 1, standing - 1) is not None:
            return Refused(tuple(alive), Broken.FULL)
    left = [one for one in alive if one not in leaving]
    if len(left) >= limit:
        yielding = yielding_lease(left, wanted) if len(left) == limit else None
        if yielding is None:
            return Refused(tuple(alive))
        leaving = (*leaving, yielding)
    return leaving
