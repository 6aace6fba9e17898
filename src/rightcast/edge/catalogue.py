"""What a line may see: its channels with numbers and categories, kept until something changes.

A listing may be long, so it is made in steps between which viewers are served.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rightcast.domain.entitlement import Allowed
from rightcast.domain.lineup import Channel

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from rightcast.domain.lineup import Line, LineupEntry
    from rightcast.domain.rights import CarriageRight
    from rightcast.edge.admission import Admission
    from rightcast.edge.replica import Replica

_ROWS_PER_STEP = 500
_CACHED_LISTINGS = 64
_CACHED_ROWS = 300_000


@dataclass(frozen=True, slots=True)
class Listed:
    """A channel as a line sees it."""

    channel: Channel
    number: int
    category_id: int
    category_name: str


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows in order of number. `mark` is another one for every listing made, here and at other edges."""

    rows: tuple[Listed, ...]
    mark: str
    version: int = 0
    valid_until: datetime | None = None


_NOTHING = Listing((), "nothing")


class Catalogue:
    """Lists what the decision allows; lines with the same packages and territory share a listing."""

    def __init__(self, replica: Replica, admission: Admission, *, clock: Callable[[], float] = time.time) -> None:
        self._replica = replica
        self._admission = admission
        self._clock = clock
        self._making = asyncio.Lock()
        self._listings: OrderedDict[tuple[tuple[int, ...], str], Listing] = OrderedDict()
        self._salt = secrets.token_hex(6)
        self._made = 0

    async def of_line(self, line: Line) -> tuple[Listed, ...]:
        """The channels that the line may watch now, in order of number; none when the line itself may not."""
        return (await self.listing(line)).rows

    async def listing(self, line: Line) -> Listing:
        """The same with the listing's mark, by which answers made of it are kept."""
        if self._admission.line_reason(line) is not None:
            return _NOTHING
        key = (line.package_ids, line.territory)
        found = self._known(key)
        if found is None:
            async with self._making:
                found = self._known(key) or await self._make(line)
        return found

    def _known(self, key: tuple[tuple[int, ...], str]) -> Listing | None:
        found = self._listings.get(key)
        if found is None or found.version != self._replica.version:
            return None
        if found.valid_until is not None and self._now() >= found.valid_until:
            return None
        self._listings.move_to_end(key)
        return found

    async def _make(self, line: Line) -> Listing:
        """A new listing; what changes while it is made has another version, and is seen at the next asking."""
        version, until = self._replica.version, self._replica.next_boundary(self._now())
        rows: dict[int, Listed] = {}
        async for entry, channel in self._entries(line):
            if channel.id not in rows:
                category = entry.category_name or "Uncategorised"
                rows[channel.id] = Listed(channel, entry.number, entry.category_id, category)
        self._made += 1
        ordered = tuple(sorted(rows.values(), key=lambda row: (row.number, row.channel.id)))
        made = Listing(ordered, f"{self._salt}-{self._made}", version, until)
        self._listings[(line.package_ids, line.territory)] = made
        held = sum(len(listing.rows) for listing in self._listings.values())
        while len(self._listings) > 1 and (held > _CACHED_ROWS or len(self._listings) > _CACHED_LISTINGS):
            held -= len(self._listings.popitem(last=False)[1].rows)
        return made

    async def _entries(self, line: Line) -> AsyncIterator[tuple[LineupEntry, Channel]]:
        """What the line may watch; channels that stand on the same rights share one decision."""
        allowed: dict[int, tuple[tuple[CarriageRight, ...], bool]] = {}
        for lineup in self._replica.lineups_of(line.package_ids):
            for index, entry in enumerate(lineup.entries, 1):
                if index % _ROWS_PER_STEP == 0:
                    await asyncio.sleep(0)
                channel = self._replica.channels.get(entry.channel_id)
                if channel is None:
                    continue
                rights = self._replica.rights_of(channel.id)
                verdict = allowed.get(id(rights))
                if verdict is None:  # the rights are kept with it, so that their identity stays their own
                    answer = self._admission.ask(line, channel.id)
                    verdict = allowed[id(rights)] = (rights, isinstance(answer, Allowed))
                if verdict[1]:
                    yield entry, channel

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)
