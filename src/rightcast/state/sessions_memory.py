"""Leases in the memory of one process: enough for a station with a single edge."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

import msgspec

from rightcast.state.sessions import UNCAPPED, Caps, Lease, Refused, placed, shared_lease

if TYPE_CHECKING:
    from collections.abc import Sequence


class _Held:
    __slots__ = ("holders", "lease")

    def __init__(self, lease: Lease) -> None:
        self.lease = lease
        self.holders = 1


class MemorySessions:
    """The leases of all lines in dictionaries; see `rightcast.state.sessions.Sessions`."""

    def __init__(self) -> None:
        self._held: dict[str, _Held] = {}
        self._lines: dict[int, dict[str, _Held]] = {}
        self._rights: dict[int, set[str]] = {}
        self._expiries: list[tuple[float, str]] = []

    async def acquire(self, wanted: Lease, *, limit: int, now: float, caps: Caps = UNCAPPED) -> Lease | Refused:
        """Grant `wanted`, share the lease of a double open, or refuse."""
        self._expire(now)
        held = self._lines.get(wanted.line_id, {})
        alive = [one.lease for one in held.values()]
        shared = shared_lease(alive, wanted)
        if shared is not None:
            return self._share(held[shared.sid], wanted)
        standing = len(self._rights.get(wanted.right_id, ()))
        leaving = placed(sorted(alive, key=_age), standing, wanted, limit, caps)
        if isinstance(leaving, Refused):
            return leaving
        for one in leaving:
            self._drop(one.sid)
        self._put(_Held(wanted))
        return wanted

    def standing(self, right_id: int, line_id: int, *, now: float, device: str = "", sid: str = "") -> tuple[int, int]:
        """How many living leases stand on a right: of a line, and of all."""
        self._expire(now)
        mine = [one.lease for one in self._lines.get(line_id, {}).values() if one.lease.right_id == right_id]
        left = [one for one in mine if one.device != device and one.sid != sid]
        total = len(self._rights.get(right_id, ())) - len(mine) + len(left)
        other = self._held.get(sid)
        if other is not None and other.lease.right_id == right_id and other.lease.line_id != line_id:
            total -= 1
        return len(left), total

    async def rest(self, sid: str, right_id: int) -> None:
        """The session stands on another right from now on."""
        one = self._held.get(sid)
        if one is not None:
            self._unstand(one.lease)
            one.lease = msgspec.structs.replace(one.lease, right_id=right_id)
            self._rights.setdefault(right_id, set()).add(sid)

    async def renew(self, sid: str, *, until: float, now: float) -> bool:
        """Move a lease's expiry; False when it is gone."""
        return not await self.renew_all((sid,), until=until, now=now)

    async def renew_all(self, sids: Sequence[str], *, until: float, now: float) -> frozenset[str]:
        """Move the expiry of many leases; returns those that are gone."""
        self._expire(now)
        gone = set()
        for sid in sids:
            one = self._held.get(sid)
            if one is None:
                gone.add(sid)
            else:
                self._extend(one, until)
        return frozenset(gone)

    async def release(self, sid: str) -> None:
        """Give up one hold; the last one frees the screen."""
        one = self._held.get(sid)
        if one is not None:
            one.holders -= 1
            if one.holders <= 0:
                self._drop(sid)

    async def revoke(self, sid: str) -> None:
        """Free the screen whatever holds it."""
        self._drop(sid)

    async def revoke_edge(self, edge: str) -> None:
        """Free every screen of an edge."""
        for sid in [sid for sid in self._held if sid.startswith(f"{edge}.")]:
            self._drop(sid)

    async def of_line(self, line_id: int, *, now: float) -> list[Lease]:
        """The living leases of a line, oldest first."""
        self._expire(now)
        return sorted((one.lease for one in self._lines.get(line_id, {}).values()), key=_age)

    def _share(self, one: _Held, wanted: Lease) -> Lease:
        one.holders += 1
        self._extend(one, wanted.expires)
        return one.lease

    def _put(self, one: _Held) -> None:
        self._drop(one.lease.sid)
        self._held[one.lease.sid] = one
        self._lines.setdefault(one.lease.line_id, {})[one.lease.sid] = one
        self._rights.setdefault(one.lease.right_id, set()).add(one.lease.sid)
        heapq.heappush(self._expiries, (one.lease.expires, one.lease.sid))

    def _unstand(self, lease: Lease) -> None:
        standing = self._rights[lease.right_id]
        standing.discard(lease.sid)
        if not standing:
            del self._rights[lease.right_id]

    def _extend(self, one: _Held, until: float) -> None:
        if until > one.lease.expires:
            one.lease = msgspec.structs.replace(one.lease, expires=until)

    def _drop(self, sid: str) -> None:
        one = self._held.pop(sid, None)
        if one is None:
            return
        self._unstand(one.lease)
        of_line = self._lines[one.lease.line_id]
        del of_line[sid]
        if not of_line:
            del self._lines[one.lease.line_id]

    def _expire(self, now: float) -> None:
        """The heap holds the expiry known when an entry was pushed; a lease renewed since is pushed again."""
        while self._expiries and self._expiries[0][0] <= now:
            _, sid = heapq.heappop(self._expiries)
            one = self._held.get(sid)
            if one is None:
                continue
            if one.lease.expires <= now:
                self._drop(sid)
            else:
                heapq.heappush(self._expiries, (one.lease.expires, sid))


def _age(lease: Lease) -> tuple[float, str]:
    return lease.opened, lease.sid
