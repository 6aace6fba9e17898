"""What holds for every channel that is or was kept, asked anew only when the feed or the clock has changed it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from math import inf
from typing import TYPE_CHECKING

from rightcast.domain.retention import keeping
from rightcast.domain.rights import next_boundary

if TYPE_CHECKING:
    from collections.abc import Mapping, Set

    from rightcast.domain.retention import Keeping
    from rightcast.headend.published import Published


class Plan:
    """Remembers the answers. Asked once a second, for two hundred channels under as many rights."""

    def __init__(self, published: Published) -> None:
        self._published = published
        self._answers: dict[int, Keeping] = {}
        self._asked: tuple[int, frozenset[int], bool] | None = None
        self._valid = (0.0, 0.0)

    def keepings(self, known: Set[int], now: float, *, stale: bool) -> Mapping[int, Keeping]:
        """By channel, at `now` (unix seconds). `known`: channels that have a reel; `stale`: nothing new is kept."""
        asked = (self._published.changes, frozenset(known), stale)
        begins, ends = self._valid
        if asked == self._asked and begins <= now < ends:
            return self._answers
        channels, rights = self._published.channels, [*self._published.rights.values()]
        numbers = {*known, *(number for number, one in channels.items() if one.archive.hours)}
        answers = {number: keeping(channels.get(number), number, rights, now) for number in numbers}
        self._answers = {number: replace(one, kept_h=0) for number, one in answers.items()} if stale else answers
        self._asked = asked
        boundary = next_boundary(rights, datetime.fromtimestamp(now, UTC))
        self._valid = (now, inf if boundary is None else boundary.timestamp())
        return self._answers
