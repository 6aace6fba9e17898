"""When a channel runs, and whether it takes new viewers: its operator's word, its schedule, and who watches.

Pure; times are unix seconds.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightcast.domain.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_NEIGHBOURS = 3
LONGEST_WARM_S = 86_400.0


class Running(enum.StrEnum):
    """The operator's word: run as the start mode says; let no new viewer in and end with the last; do not run."""

    ON = "on"
    DRAINING = "draining"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """How a channel lives, beside its start mode.

    `warm_s`: how long an on-demand channel runs on after its last viewer. `neighbours`: while this channel is watched,
    so many on-demand channels to either side of it in its lineups run too, so that zapping finds them warm.
    `restarts` counts the operator's restarts; one more makes a new epoch.
    """

    warm_s: float = 30.0
    neighbours: int = 0
    running: Running = Running.ON
    restarts: int = 0

    def check(self) -> None:
        """Raises InvalidInputError naming the field that cannot be meant."""
        if not 0 <= self.warm_s <= LONGEST_WARM_S:
            raise InvalidInputError(
                f"A channel cannot stay warm for {self.warm_s:g} seconds.",
                remedy=f"Choose from 0 to {LONGEST_WARM_S:g}.",
                field="warm_s",
            )
        if not 0 <= self.neighbours <= MOST_NEIGHBOURS:
            raise InvalidInputError(
                f"{self.neighbours} neighbours cannot be kept warm.",
                remedy=f"Choose from 0 to {MOST_NEIGHBOURS}.",
                field="neighbours",
            )
        if self.restarts < 0:
            raise InvalidInputError("A channel cannot restart less than never.", field="restarts")


def neighbours_of(channel_id: int, entries: Sequence[int], reach: int) -> list[int]:
    """The channels up to `reach` places before and behind one in a lineup's order, nearest first; ends meet."""
    if channel_id not in entries or reach <= 0:
        return []
    place, found = entries.index(channel_id), []
    for step in range(1, reach + 1):
        found += [entries[(place + step) % len(entries)], entries[(place - step) % len(entries)]]
    return [one for one in dict.fromkeys(found) if one != channel_id]
