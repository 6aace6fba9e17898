"""How much of a channel is kept on disk: what its operator wishes, and what its rights grant.

Pure; the smaller of the two holds, and the disk may make it smaller still.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightcast.domain.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from rightcast.domain.rights import CarriageRight

LONGEST_H = 24 * 90
LONGEST_PADDING_S = 3600
START_OVER_H = 6
"""Hours kept where only start-over is granted: the longest programme that is begun anew."""

SHORTEST_GAP_S = 0.2
"""What is missing for less is no gap: a break of the stream without a loss."""


class GapCause(enum.StrEnum):
    """Why nothing is kept of a stretch."""

    SOURCE = "source"
    HEADEND = "headend"
    ARCHIVIST = "archivist"
    DISK = "disk"
    SLOW = "slow"
    SIGNAL = "signal"
    UNWANTED = "unwanted"
    ERASED = "erased"

    @property
    def in_words(self) -> str:
        """For operators."""
        return _GAPS[self]


_GAPS = {
    GapCause.SOURCE: "The source brought nothing.",
    GapCause.HEADEND: "The headend was away.",
    GapCause.ARCHIVIST: "The archivist was away.",
    GapCause.DISK: "The disk was full or could not be written.",
    GapCause.SLOW: "The disk was too slow.",
    GapCause.SIGNAL: "The provider's signals forbade keeping it.",
    GapCause.UNWANTED: "It was not to be kept: no wish, or no right.",
    GapCause.ERASED: "It was erased by an operator.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """What an operator wishes kept of a channel.

    `hours` back from now; 0 keeps nothing. `before_s` and `after_s` are added to a programme that is asked for, for
    guides are seldom exact.
    """

    hours: int = 0
    before_s: int = 0
    after_s: int = 0

    def check(self) -> None:
        """Raises InvalidInputError naming the field."""
        if not 0 <= self.hours <= LONGEST_H:
            raise InvalidInputError(
                f"{self.hours} hours of a channel cannot be kept.",
                remedy=f"Choose from 0 (nothing) to {LONGEST_H}.",
                field="hours",
            )
        for name, value in (("before_s", self.before_s), ("after_s", self.after_s)):
            if not 0 <= value <= LONGEST_PADDING_S:
                raise InvalidInputError(
                    f"A programme cannot be padded by {value} seconds.",
                    remedy=f"Choose from 0 to {LONGEST_PADDING_S}.",
                    field=name,
                )

    @property
    def summary(self) -> str:
        """In a short sentence."""
        if self.hours == 1:
            return "the last hour is kept"
        return f"the last {self.hours} hours are kept" if self.hours else "nothing is kept"


def granted_h(rights: Iterable[CarriageRight], channel_id: int, now: datetime) -> int:
    """For how many hours back the rights in force let anybody watch a channel; 0: they do not."""
    found = [right.later for right in rights if right.covers_channel(channel_id) and right.in_force(now)]
    return max((max(later.catchup_h, START_OVER_H if later.start_over else 0) for later in found), default=0)


def kept_h(wish: Archive, rights: Iterable[CarriageRight], channel_id: int, now: datetime) -> int:
    """For how many hours back a channel is kept: the smaller of what is wished and what is granted."""
    return min(wish.hours, granted_h(rights, channel_id, now))


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `start` to `stop` in unix seconds nothing is kept, and why."""

    start: float
    stop: float
    cause: GapCause


def gaps_between(start: float, stop: float, missed: Iterable[Stretch], otherwise: GapCause) -> list[Stretch]:
    """What to say of a stretch of which nothing is kept: what is known of it, and `otherwise` of the rest."""
    found: list[Stretch] = []
    at = start
    for one in sorted(missed, key=lambda one: one.start):
        begin, end = max(one.start, at), min(one.stop, stop)
        if end <= begin:
            continue
        if begin - at > SHORTEST_GAP_S:
            found.append(Stretch(at, begin, otherwise))
        else:
            begin = at
        if found and found[-1].cause is one.cause and found[-1].stop == begin:
            found[-1] = Stretch(found[-1].start, end, one.cause)
        else:
            found.append(Stretch(begin, end, one.cause))
        at = end
    if stop - at > SHORTEST_GAP_S:
        found.append(Stretch(at, stop, otherwise))
    elif found:
        found[-1] = Stretch(found[-1].start, stop, found[-1].cause)
    return found
