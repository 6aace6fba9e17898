"""What a line may see: its channels with numbers and categories, kept until something changes."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rightcast.domain.entitlement import Allowed
from rightcast.domain.lineup import Channel

if TYPE_CHECKING:
    from collections.abc import Callable

    from rightcast.domain.lineup import Line
    from rightcast.edge.admission import Admission
    from rightcast.edge.replica import Replica

_CACHED_LISTINGS = 64


@dataclass(frozen=True, slots=True)
class Listed:
    """A channel as a line sees it."""

    channel: Channel
    number: int
    category_id: int
    category_name: str


@dataclass(frozen=True, slots=True)
class _Listing:
    version: int
    valid_until: datetime | None
    rows: tuple[Listed, ...]


class Catalogue:
    """Lists what the decision allows; lines with the same packages and territory share a listing."""

    def __init__(self, replica: Replica, admission: Admission, *, clock: Callable[[], float] = time.time) -> None:
        self._replica = replica
        self._admission = admission
        self._clock = clock
        self._listings: OrderedDict[tuple[tuple[int, ...], str], _Listing] = OrderedDict()

    def of_line(self, line: Line) -> tuple[Listed, ...]:
        """The channels that the line may watch now, in order of number; none when the line itself may not."""
        if self._admission.line_reason(line) is not None:
            return ()
        now = datetime.fromtimestamp(self._clock(), UTC)
        key = (line.package_ids, line.territory)
        found = self._listings.get(key)
        fresh = found is not None and found.version == self._replica.version
        if found is None or not fresh or (found.valid_until is not None and now >= found.valid_until):
            found = _Listing(self._replica.version, self._replica.next_boundary(now), self._list(line))
            self._listings[key] = found
            if len(self._listings) > _CACHED_LISTINGS:
                self._listings.popitem(last=False)
        self._listings.move_to_end(key)
        return found.rows

    def _list(self, line: Line) -> tuple[Listed, ...]:
        rows: dict[int, Listed] = {}
        for lineup in self._replica.lineups_of(line.package_ids):
            for entry in lineup.entries:
                channel = self._replica.channels.get(entry.channel_id)
                if channel is None or channel.id in rows:
                    continue
                if isinstance(self._admission.ask(line, channel.id), Allowed):
                    category = entry.category_name or "Uncategorised"
                    rows[channel.id] = Listed(channel, entry.number, entry.category_id, category)
        return tuple(sorted(rows.values(), key=lambda row: (row.number, row.channel.id)))
