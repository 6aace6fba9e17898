"""Carriage rights: is carrying this channel allowed, where, when.

Deny by default: a channel without a right in force is carried nowhere.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

WORLDWIDE = "*"


class Instrument(enum.StrEnum):
    """What a carriage right rests on."""

    OWN_PRODUCTION = "own_production"
    CONTRACT = "contract"
    COLLECTIVE_LICENCE = "collective_licence"
    MUST_CARRY = "must_carry"
    FREE_TO_AIR = "free_to_air"
    CREATIVE_COMMONS = "creative_commons"
    PUBLIC_DOMAIN = "public_domain"


class RightStatus(enum.StrEnum):
    """Life of a right; only an active one carries anything."""

    DRAFT = "draft"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriageRight:
    """A recorded right to carry channels.

    `territories` are ISO 3166-1 alpha-2 codes in capitals, or `WORLDWIDE`; an empty tuple
    allows nobody. `starts` and `ends` are aware UTC; the right is in force in [starts, ends),
    `ends` None meaning open-ended.
    """

    id: int
    reference: str
    licensor: str
    instrument: Instrument
    status: RightStatus
    channel_ids: tuple[int, ...]
    territories: tuple[str, ...]
    starts: datetime
    ends: datetime | None = None

    def in_term(self, now: datetime) -> bool:
        """Whether `now` lies inside the term, whatever the status."""
        return self.starts <= now and (self.ends is None or now < self.ends)

    def in_force(self, now: datetime) -> bool:
        """Whether the right is active and `now` lies inside its term."""
        return self.status is RightStatus.ACTIVE and self.in_term(now)

    def covers_territory(self, territory: str) -> bool:
        """Whether the right reaches viewers of this territory."""
        return WORLDWIDE in self.territories or territory in self.territories


def carriage(rights: Iterable[CarriageRight], channel_id: int, now: datetime) -> tuple[CarriageRight, ...]:
    """Rights in force for a channel at `now`; publishing it needs at least one."""
    return tuple(right for right in rights if channel_id in right.channel_ids and right.in_force(now))
