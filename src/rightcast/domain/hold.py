"""Legal holds: what must be kept for a case, whatever retention, room on the disk or an operator says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import inf
from typing import TYPE_CHECKING

from rightcast.domain.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """One that was not lifted. It names channels (in a span), titles or lines; each of them is kept.

    `until`: when it runs out by itself, None: when somebody lifts it.
    """

    id: int
    case: str = ""
    until: datetime | None = None
    channel_ids: frozenset[int] = frozenset()
    title_ids: frozenset[int] = frozenset()
    line_ids: frozenset[int] = frozenset()
    shown_from: datetime | None = None
    shown_until: datetime | None = None

    def check(self) -> None:
        """Raises InvalidInputError for one that names nothing, or no time at all."""
        if not (self.channel_ids or self.title_ids or self.line_ids):
            raise InvalidInputError(
                "The hold names nothing.", remedy="Name a channel, a title or a line.", field="channels"
            )
        if self.shown[0] >= self.shown[1]:
            raise InvalidInputError("The span ends before it begins.", remedy="Name a later end.", field="shown_until")

    @property
    def shown(self) -> tuple[float, float]:
        """The span that it is about, in unix seconds."""
        start = -inf if self.shown_from is None else self.shown_from.timestamp()
        return start, inf if self.shown_until is None else self.shown_until.timestamp()

    def stands(self, now: float) -> bool:
        """Whether it has not run out at `now` (unix seconds)."""
        return self.until is None or now < self.until.timestamp()

    def keeps(self, channel_id: int, start: float, stop: float, now: float) -> bool:
        """Whether a stretch of a channel (unix seconds) must stay."""
        first, last = self.shown
        return channel_id in self.channel_ids and first < stop and start < last and self.stands(now)


def held_spans(holds: Iterable[Hold], channel_id: int, now: float) -> tuple[tuple[float, float], ...]:
    """The stretches of a channel that must stay."""
    return tuple(one.shown for one in holds if channel_id in one.channel_ids and one.stands(now))


def overlaps(spans: Iterable[tuple[float, float]], start: float, stop: float) -> bool:
    """Whether a stretch holds some of what must stay."""
    return any(first < stop and start < last for first, last in spans)
