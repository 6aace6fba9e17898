"""A visible overlay for one suspect session: its number burnt into its own copy of the picture, for a while.

A few at once only, for each costs an encoder. Nobody else's picture changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from rightcast.domain.errors import InvalidInputError
from rightcast.domain.marking import check_sid

OVERLAY = 200
"""The copy in slot N is rendition N + OVERLAY inside the station; no playlist of others names it."""
MOST_OVERLAYS = 3
LONGEST = timedelta(hours=2)
SHORTEST = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """The session `sid` on a channel sees its own copy from `starts` to before `ends`. `slot`: from 1 on."""

    id: int
    sid: str
    channel_id: int
    slot: int
    starts: datetime
    ends: datetime

    @property
    def rendition(self) -> int:
        """The number of its copy among the channel's."""
        return OVERLAY + self.slot

    def runs(self, now: datetime) -> bool:
        """Whether it is wanted now."""
        return self.starts <= now < self.ends

    def check(self) -> None:
        """Raises InvalidInputError."""
        check_sid(self.sid)
        if not SHORTEST <= self.ends - self.starts <= LONGEST:
            raise InvalidInputError(
                "An overlay lasts from a minute to two hours.", remedy="Write minutes, 1 to 120.", field="minutes"
            )


def is_overlay(rendition: int) -> bool:
    """Whether a rendition is the copy for one session."""
    return rendition > OVERLAY


def free_slot(taken: set[int]) -> int:
    """The first slot that nobody has. Raises InvalidInputError when all are taken."""
    found = next((slot for slot in range(1, MOST_OVERLAYS + 1) if slot not in taken), 0)
    if not found:
        raise InvalidInputError(
            f"{MOST_OVERLAYS} overlays run already.", remedy="End one, or wait until one is over.", field="sid"
        )
    return found
