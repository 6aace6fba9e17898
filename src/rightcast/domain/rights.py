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
    """Life of a right; only an active one carries anything. It leaves the panel once it was active."""

    DRAFT = "draft"
    EVIDENCE = "evidence"
    APPROVED = "approved"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"

    @property
    def pending(self) -> bool:
        """Whether the right has never been in force."""
        return self in _PENDING


_PENDING = frozenset({RightStatus.DRAFT, RightStatus.EVIDENCE, RightStatus.APPROVED})


class Copies(enum.StrEnum):
    """How recordings are kept. PRIVATE: a copy of its own for each line; SHARED: one that all of them play."""

    NONE = "none"
    PRIVATE = "private_copy"
    SHARED = "shared_copy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """What a right grants beyond the live picture; by default nothing.

    `start_over`: the running programme from its beginning, and pausing. `catchup_h`: for so many hours after it was
    on air. `recordings` may be kept for `recording_days` (0: for as long as the right lasts), `download`: taken away.
    """

    start_over: bool = False
    catchup_h: int = 0
    recordings: Copies = Copies.NONE
    recording_days: int = 0
    download: bool = False


NOTHING_LATER = Later()


class Distribution(enum.StrEnum):
    """How a viewer is reached; a right may be for some of them only (a hotel room is no subscriber's home)."""

    MANAGED = "managed_ip"
    OTT = "ott"
    HOTEL_ROOM = "hotel_room"
    PUBLIC_SCREEN = "public_screen"


class DeviceClass(enum.StrEnum):
    """What a viewer watches with, as rights tell devices apart. UNKNOWN stands in no right's list."""

    SET_TOP_BOX = "set_top_box"
    TELEVISION = "television"
    MOBILE = "mobile"
    COMPUTER = "computer"
    UNKNOWN = "unknown"


class Floor(enum.StrEnum):
    """The least protection under which a right lets pictures leave; each includes the ones before it."""

    NONE = "none"
    TRANSPORT = "transport"
    DRM = "drm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What a right demands beyond term and residence; by default nothing. An empty tuple and 0 bind nothing.

    `presence`: where a viewer must be (ISO 3166-1 alpha-2), residence being `territories`; `portable`: residents who
    are abroad for a while in the European Union watch as at home (Regulation 2017/1128). `max_height`: lines of the
    picture. `per_line` and `total`: concurrent sessions of one line, of the whole station; `subscribers`: lines.
    """

    presence: tuple[str, ...] = ()
    portable: bool = True
    distribution: tuple[Distribution, ...] = ()
    device_classes: tuple[DeviceClass, ...] = ()
    max_height: int = 0
    floor: Floor = Floor.NONE
    per_line: int = 0
    total: int = 0
    subscribers: int = 0


UNBOUNDED = Bounds()


class _Covering:
    """Keeps the covered channels as a set beside the record, made when first asked for; no field of the record."""

    __slots__ = ("_covered",)
    _covered: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriageRight(_Covering):
    """A recorded right to carry channels, and titles of the library one by one or by their collection.

    `territories` are ISO 3166-1 alpha-2 codes in capitals, or `WORLDWIDE`; an empty tuple
    allows nobody. `starts` and `ends` are aware UTC; the right is in force in [starts, ends),
    `ends` None meaning open-ended. `newest_line_id`: lines that were made later have no place among
    `bounds.subscribers`; 0: there is room for all.
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
    later: Later = NOTHING_LATER
    title_ids: tuple[int, ...] = ()
    collection_ids: tuple[int, ...] = ()
    bounds: Bounds = UNBOUNDED
    newest_line_id: int = 0

    def in_term(self, now: datetime) -> bool:
        """Whether `now` lies inside the term, whatever the status."""
        return self.starts <= now and (self.ends is None or now < self.ends)

    def in_force(self, now: datetime) -> bool:
        """Whether the right is active and `now` lies inside its term."""
        return self.status is RightStatus.ACTIVE and self.in_term(now)

    @property
    def covered(self) -> frozenset[int]:
        """The ids of the channels; asking many of them does not go through the list each time."""
        try:
            return self._covered
        except AttributeError:
            object.__setattr__(self, "_covered", frozenset(self.channel_ids))
            return self._covered

    def covers_channel(self, channel_id: int) -> bool:
        """Whether the right was recorded for this channel."""
        return channel_id in self.covered

    def covers_title(self, title_id: int, collection_id: int) -> bool:
        """Whether the right was recorded for this title of the library, or for the collection it is in."""
        return title_id in self.title_ids or collection_id in self.collection_ids

    def covers_territory(self, territory: str) -> bool:
        """Whether the right reaches viewers of this territory."""
        return WORLDWIDE in self.territories or territory in self.territories


def carriage(rights: Iterable[CarriageRight], channel_id: int, now: datetime) -> tuple[CarriageRight, ...]:
    """Rights in force for a channel at `now`; publishing it needs at least one."""
    return tuple(right for right in rights if right.covers_channel(channel_id) and right.in_force(now))


def carried_channels(rights: Iterable[CarriageRight], now: datetime) -> frozenset[int]:
    """The channels that `carriage` finds a right for at `now`."""
    return frozenset().union(*(right.covered for right in rights if right.in_force(now)))


def next_boundary(rights: Iterable[CarriageRight], now: datetime) -> datetime | None:
    """When the next right begins or ends after `now`; before that, time alone changes nothing."""
    moments = (moment for right in rights for moment in (right.starts, right.ends))
    return min((moment for moment in moments if moment is not None and moment > now), default=None)
