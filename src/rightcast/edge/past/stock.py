"""What is kept and may be watched, answered from memory for lists and guides: never an archive that would not play.

What lies on the reels is looked at every few seconds; what rights let of it is decided when it is asked.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from typing import TYPE_CHECKING

from rightcast.domain.catchup import HOUR_S, Permit, Span
from rightcast.domain.entitlement import Denied
from rightcast.state.archive.reel import channel_reel

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rightcast.domain.guide import Show
    from rightcast.domain.lineup import Line
    from rightcast.edge.past.gate import Gate
    from rightcast.edge.past.reels import Reels
    from rightcast.edge.replica import Replica
    from rightcast.state.archive.reel import ReelReader

REFRESH_S = 5.0
ENOUGH = 0.9
"""A show is there when so much of it is: gaps of a moment are no reason to hide it."""
BEHIND_S = 20.0
"""So far the reel may be behind the live picture."""
_DAY_S = 24 * HOUR_S
_MOST_PERMITS = 5_000


@dataclass(frozen=True, slots=True)
class Held:
    """What is kept of a channel: from when to when, and the gaps within."""

    whole: Span
    gaps: tuple[Span, ...]

    def seconds(self, asked: Span) -> float:
        """How much is kept of a stretch."""
        inside = asked.within(self.whole)
        if not inside:
            return 0.0
        missing = (gap.within(inside) for gap in self.gaps)
        return inside.stop - inside.start - sum(gap.stop - gap.start for gap in missing if gap)


class Stock:
    """The archive as interfaces ask for it."""

    def __init__(
        self, replica: Replica, gate: Gate, reels: Reels, root: Path, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._replica = replica
        self._gate = gate
        self._reels = reels
        self._root = root
        self._clock = clock
        self._held: dict[int, Held] = {}
        self._days: dict[int, int] = {}
        self._changes = 0
        self._permits: dict[tuple[int, int], Permit | Denied] = {}
        self._permits_of = (0, 0)

    @property
    def mark(self) -> str:
        """Another one whenever a channel's days have changed."""
        return str(self._changes)

    def archive_days(self, channel_id: int, line: Line | None = None) -> int:
        """For how many days back a channel can be watched, begun ones counted: by this line, or by anybody.

        Start-over alone makes no day: apps would offer every show of it.
        """
        held = self._held.get(channel_id)
        if held is None or self._replica.protection(channel_id).refuses_clear_ts:
            return 0
        now = self._clock()
        if line is None:
            moment = datetime.fromtimestamp(now, UTC)
            rights = [right for right in self._replica.rights_of(channel_id) if right.in_force(moment)]
            since = now - max((right.later.catchup_h for right in rights), default=0) * HOUR_S
        else:
            found = self._permit(line, channel_id, int(now))
            since = now if isinstance(found, Denied) else min(found.floor(now), now)
        return max(0, ceil((now - max(since, held.whole.start)) / _DAY_S))

    def has(self, line: Line, channel_id: int, show: Show, now: int) -> bool:
        """Whether the line that asked for this show now, from its beginning, would see it; all but a tenth of it."""
        held = self._held.get(channel_id)
        if held is None or show.no_catchup or show.start >= now:
            return False
        found = self._permit(line, channel_id, now)
        if isinstance(found, Denied) or self._replica.protection(channel_id).refuses_clear_ts:
            return False
        asked = Span(show.start, min(show.stop, now))
        if not found.allows(Span(asked.start, asked.start + 1), now):
            return False
        allowed = sum(min(held.seconds(one), one.stop - one.start) for one in found.spans(asked, now))
        behind = BEHIND_S if show.stop > now - BEHIND_S else 0.0
        return held.whole.stop > asked.start and allowed >= ENOUGH * (asked.stop - asked.start) - behind

    async def watch(self) -> None:
        """Look at the reels again and again; ends by cancellation."""
        while True:
            await self.refresh()
            await asyncio.sleep(REFRESH_S)

    async def refresh(self) -> None:
        """Look at all reels again."""
        held: dict[int, Held] = {}
        for channel_id in list(self._replica.channels):
            if not any(
                right.later.catchup_h or right.later.start_over for right in self._replica.rights_of(channel_id)
            ):
                continue
            found = await self._reels.run(channel_reel(self._root, channel_id), _look)
            if found is not None:
                held[channel_id] = found
        now = self._clock()
        days = {key: ceil((now - one.whole.start) / _DAY_S) for key, one in held.items()}
        self._held = held
        if days != self._days:
            self._days = days
            self._changes += 1

    def _permit(self, line: Line, channel_id: int, now: int) -> Permit | Denied:
        """What the line may watch of a channel; the same for a second, for guides ask for thousands of shows."""
        of = (now, self._replica.version)
        if of != self._permits_of or len(self._permits) > _MOST_PERMITS:
            self._permits.clear()
            self._permits_of = of
        key = (line.id, channel_id)
        found = self._permits.get(key)
        if found is None:
            found = self._permits[key] = self._gate.in_general(line, channel_id)
        return found


def _look(reader: ReelReader) -> Held | None:
    span = reader.span()
    if span is None:
        return None
    return Held(Span(*span), tuple(Span(gap.start, gap.stop) for gap in reader.gaps(*span)))
