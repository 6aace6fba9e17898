"""Gets leases for sessions: lets a player that zaps hang up first, and takes back what was lost only if it is free."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from rightcast.domain.entitlement import Reason
from rightcast.state.sessions import TS, Lease, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from rightcast.domain.lineup import Line
    from rightcast.edge.room import Room
    from rightcast.state.sessions import Sessions

ZAP_WAIT_S = 1.0
_ZAP_STEP_S = 0.02


class Leasing:
    """Asks the store for leases, within the screens of the line and the caps of the right."""

    def __init__(self, sessions: Sessions, room: Room, clock: Callable[[], float]) -> None:
        self._sessions = sessions
        self._room = room
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()

    async def acquire(self, wanted: Lease, limit: int) -> Lease | Refused:
        """At the limit or a cap, give the same player's old stream a second to hang up."""
        deadline = self._clock() + ZAP_WAIT_S
        while True:
            caps = self._room.caps(wanted.right_id, wanted.line_id)
            granted = await self._sessions.acquire(wanted, limit=limit, now=self._clock(), caps=caps)
            if isinstance(granted, Lease):
                return granted
            zapping = any(one.device == wanted.device and one.kind == TS for one in granted.holders)
            if not zapping or self._clock() >= deadline:
                return granted
            await asyncio.sleep(_ZAP_STEP_S)

    async def take_free(self, lease: Lease, line: Line) -> Reason | None:
        """Get a lost lease back if there is room: it never takes that of a newer session. Why not, if there is none."""
        now = self._clock()
        if len(await self._sessions.of_line(line.id, now=now)) >= line.max_sessions:
            return Reason.TOO_MANY_SESSIONS
        caps = self._room.caps(lease.right_id, line.id, lease.sid)
        over = caps.over(*self._sessions.standing(lease.right_id, line.id, now=now, sid=lease.sid))
        if over is not None:
            return Reason(over[0].value)
        granted = await self._sessions.acquire(lease, limit=line.max_sessions, now=now, caps=caps)
        if isinstance(granted, Lease):
            return None
        return Reason.TOO_MANY_SESSIONS if granted.full is None else Reason(granted.full.value)

    def soon(self, telling: Coroutine[Any, Any, None]) -> None:
        """Tell the store something that nobody waits for."""
        task = asyncio.get_running_loop().create_task(telling)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
