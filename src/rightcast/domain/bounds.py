"""Whether a right's bounds hold for a viewer: presence, distribution, device, picture, protection.

What a bound needs to know and nobody knows (the country, the height of a picture) breaks it: a right is no guess.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rightcast.domain.places import NOWHERE, Place
from rightcast.domain.rights import DeviceClass, Floor

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from rightcast.domain.lineup import Line
    from rightcast.domain.rights import Bounds, CarriageRight


class Broken(enum.StrEnum):
    """Which bound does not hold, in the order in which they are asked; each is a Reason of the same code."""

    PLACE_UNKNOWN = "place-unknown"
    PRESENCE = "outside-presence"
    DISTRIBUTION = "distribution-not-granted"
    DEVICE = "device-not-granted"
    HEIGHT = "picture-too-large"
    FLOOR = "protection-too-low"
    SUBSCRIBERS = "right-over-subscribed"
    LINE_FULL = "right-full-for-line"
    FULL = "right-full"


_ORDER = {one: place for place, one in enumerate(Broken)}
_LEVELS = {floor: level for level, floor in enumerate(Floor)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standpoint:
    """What bounds are held against. `height`: of the tallest picture that could be sent, None while not known.
    `least`: of the smallest that can be chosen instead, None: there is no choice.

    `floor`: the protection under which pictures leave. `full`: rights by id that have no room for one more session,
    and which of their caps says so.
    """

    place: Place = NOWHERE
    device: DeviceClass = DeviceClass.UNKNOWN
    height: int | None = None
    least: int | None = None
    floor: Floor = Floor.NONE
    full: Mapping[int, Broken] = field(default_factory=dict)

    @property
    def in_words(self) -> str:
        """The facts, for the help desk."""
        return f"{self.place.in_words}; device {self.device}; {self.tall}; protection {self.floor}"

    @property
    def smallest(self) -> int | None:
        """The lines of the smallest picture there is; one that fits a bound is enough, taller ones stay behind."""
        return self.height if self.least is None else self.least

    @property
    def tall(self) -> str:
        """How tall pictures are, in words."""
        if self.height is None:
            most = "a picture of unknown height"
        else:
            most = f"{self.height} lines" if self.height else "no picture yet"
        return most if self.least in {None, self.height} else f"{most}, {self.least} in the smallest"


def broken(right: CarriageRight, line: Line, stand: Standpoint, now: datetime) -> Broken | None:
    """The first bound of a right that does not hold; None when all do."""
    bounds = right.bounds
    if bounds.presence and (found := _presence(bounds, line, stand.place.country, now)) is not None:
        return found
    if bounds.distribution and stand.place.distribution not in bounds.distribution:
        return Broken.DISTRIBUTION
    known = stand.device is not DeviceClass.UNKNOWN
    if bounds.device_classes and not (known and stand.device in bounds.device_classes):
        return Broken.DEVICE
    if bounds.max_height and not _is_small(stand.smallest, bounds.max_height):
        return Broken.HEIGHT
    if bounds.floor is not Floor.NONE and _LEVELS[stand.floor] < _LEVELS[bounds.floor]:
        return Broken.FLOOR
    placed = not right.newest_line_id or line.id <= right.newest_line_id
    return stand.full.get(right.id) if placed else Broken.SUBSCRIBERS


def reaches_everybody(bounds: Bounds) -> bool:
    """Whether a right has none of the bounds that are held against a viewer."""
    demands = bounds.presence, bounds.distribution, bounds.device_classes, bounds.max_height
    caps = bounds.per_line, bounds.total
    return not any(demands) and not any(caps) and bounds.floor is Floor.NONE


def relies_on_portability(right: CarriageRight, line: Line, stand: Standpoint) -> bool:
    """Whether presence holds by the line's portability record alone, so that its end is an end of the session."""
    presence = right.bounds.presence
    return bool(presence) and stand.place.country not in presence and line.portability is not None


def nearest(
    rights: Sequence[CarriageRight], line: Line, stand: Standpoint, now: datetime
) -> tuple[CarriageRight, Broken] | None:
    """Of rights that all break a bound the one that holds longest, and its bound; None without rights."""
    found = [(right, bound) for right in rights if (bound := broken(right, line, stand, now)) is not None]
    return max(found, key=lambda one: _ORDER[one[1]], default=None)


def _is_small(height: int | None, most: int) -> bool:
    return height is not None and height <= most


def _presence(bounds: Bounds, line: Line, country: str, now: datetime) -> Broken | None:
    if not country:
        return Broken.PLACE_UNKNOWN
    if country in bounds.presence:
        return None
    case = line.portability
    at_home = bounds.portable and case is not None and line.territory in bounds.presence
    if at_home and case is not None and case.reaches(country, line.territory, now):
        return None
    return Broken.PRESENCE
