"""Whether a line seems to be shared outside its household: points, each with its ground in words.

Signs are weak alone: a telephone changes its network, families have many devices, a private network moves somebody
abroad. So points only say who is worth a look; what follows is asked for by a person, and told to the customer.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

SUSPECT = 40
"""So many points make a line worth a look; no sign that is common alone has as many."""
DAY_S = 86_400.0
WEEK_S = 7 * DAY_S
_USUAL_NETWORKS = 2
_POINTS_PER_NETWORK, _MOST_FOR_NETWORKS = 15, 45
_POINTS_PER_DEVICE, _MOST_FOR_DEVICES = 3, 30
_FOR_COUNTRIES_AT_ONCE, _FOR_TRAVEL, _FOR_DAY_AND_NIGHT = 30, 35, 15
_FASTEST_KMH, _NEAR_KM = 1000.0, 300.0
_BETWEEN_COUNTRIES_S = 1800.0
_DAY_AND_NIGHT_S = 22 * 3600.0
_EARTH_KM = 6371.0


class Sign(enum.StrEnum):
    """What speaks for sharing."""

    NETWORKS_AT_ONCE = "networks-at-once"
    COUNTRIES_AT_ONCE = "countries-at-once"
    TRAVEL = "impossible-travel"
    DEVICES = "many-devices"
    DAY_AND_NIGHT = "day-and-night"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A session as it was seen: from where, with what, from `started` to `seen` (unix seconds).

    `network` is what `network_of` makes of the address, `device` tells players apart. `country` (ISO 3166) and
    `position` (degrees north, degrees east) are of the network and may be unknown.
    """

    started: float
    seen: float
    network: str
    device: str
    country: str = ""
    position: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Ground:
    """One sign, what it weighs, and the facts it stands on."""

    sign: Sign
    points: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Suspicion:
    """All grounds of a line, the heaviest first; none when nothing speaks against it."""

    grounds: tuple[Ground, ...]

    @property
    def points(self) -> int:
        """0 to 100."""
        return min(100, sum(one.points for one in self.grounds))

    @property
    def is_worth_a_look(self) -> bool:
        """Whether an operator should see it."""
        return self.points >= SUSPECT


def network_of(address: str) -> str:
    """The network that an address is counted as: /24 or /48, which is also all of it that is kept.

    Addresses of the house itself are one network.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    if found.version == 6 and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if found.is_private or found.is_loopback or found.is_link_local:
        return "own"
    return str(ip_network((found, 24 if found.version == 4 else 48), strict=False))


def weigh(sightings: Iterable[Sighting], *, screens: int, now: float) -> Suspicion:
    """What speaks for sharing in the last seven days. `screens`: how many the line may use at once."""
    recent = sorted(
        (one for one in sightings if one.network and now - one.seen <= WEEK_S and one.started <= one.seen),
        key=lambda one: (one.started, one.seen, one.network, one.device, one.country),
    )
    found = (
        _networks_at_once(recent),
        _countries_at_once(recent),
        _travel(recent),
        _devices(recent, screens),
        _day_and_night(recent, now),
    )
    return Suspicion(tuple(sorted((one for one in found if one is not None), key=lambda one: -one.points)))


def _networks_at_once(recent: Sequence[Sighting]) -> Ground | None:
    """Home and a telephone are two; each further network at the same moment counts."""
    most = _most_at_once(recent, lambda one: one.network)
    points = min(_MOST_FOR_NETWORKS, _POINTS_PER_NETWORK * (most - _USUAL_NETWORKS))
    return Ground(Sign.NETWORKS_AT_ONCE, points, f"Watched from {most} networks at once.") if points > 0 else None


def _countries_at_once(recent: Sequence[Sighting]) -> Ground | None:
    placed = [one for one in recent if one.country]
    if _most_at_once(placed, lambda one: one.country) < 2:
        return None
    pair = next(
        (one.country, other.country)
        for index, one in enumerate(placed)
        for other in placed[index + 1 :]
        if one.country != other.country and other.started < one.seen and one.started < other.seen
    )
    return Ground(
        Sign.COUNTRIES_AT_ONCE, _FOR_COUNTRIES_AT_ONCE, f"Watched in {pair[0]} and in {pair[1]} at the same time."
    )


def _travel(recent: Sequence[Sighting]) -> Ground | None:
    """Two sessions one after the other, too far apart for who was there to come here."""
    for before, after in pairwise(recent):
        gap_s = after.started - before.seen
        if gap_s < 0:
            continue  # at once: another sign
        sentence = _jump(before, after, gap_s)
        if sentence:
            return Ground(Sign.TRAVEL, _FOR_TRAVEL, sentence)
    return None


def _jump(before: Sighting, after: Sighting, gap_s: float) -> str:
    if before.position is not None and after.position is not None:
        km = distance_km(before.position, after.position)
        if km > _NEAR_KM and km / _FASTEST_KMH * 3600 > gap_s:
            return f"Watched {km:.0f} km apart within {gap_s / 60:.0f} minutes."
        return ""
    if before.country and after.country and before.country != after.country and gap_s < _BETWEEN_COUNTRIES_S:
        return f"Watched in {before.country}, and {gap_s / 60:.0f} minutes later in {after.country}."
    return ""


def _devices(recent: Sequence[Sighting], screens: int) -> Ground | None:
    """A household has some for each screen that it may use, and some more."""
    count = len({one.device for one in recent})
    points = min(_MOST_FOR_DEVICES, _POINTS_PER_DEVICE * (count - 4 - 2 * max(1, screens)))
    return Ground(Sign.DEVICES, points, f"{count} different players in a week.") if points > 0 else None


def _day_and_night(recent: Sequence[Sighting], now: float) -> Ground | None:
    """Nearly all of a day watched: no household, but a restream or a shop window, or a television that nobody left."""
    watched_s, reached = 0.0, now - DAY_S
    for one in recent:
        start, stop = max(one.started, reached), min(one.seen, now)
        if stop > start:
            watched_s += stop - start
            reached = stop
    if watched_s < _DAY_AND_NIGHT_S:
        return None
    return Ground(Sign.DAY_AND_NIGHT, _FOR_DAY_AND_NIGHT, f"Watched for {watched_s / 3600:.0f} of the last 24 hours.")


def _most_at_once(recent: Sequence[Sighting], key: Callable[[Sighting], str]) -> int:
    """How many different networks, or countries, watched at one moment at most."""
    moments = sorted(
        [(one.started, 1, key(one)) for one in recent if one.seen > one.started]
        + [(one.seen, 0, key(one)) for one in recent if one.seen > one.started]
    )
    now: dict[str, int] = {}
    most = 0
    for _, begins, what in moments:
        now[what] = now.get(what, 0) + (1 if begins else -1)
        if not now[what]:
            del now[what]
        most = max(most, len(now))
    return most


def distance_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Along the earth's surface (haversine); positions in degrees north and east."""
    north, east, north2, east2 = map(math.radians, (*one, *other))
    half = math.sin((north2 - north) / 2) ** 2 + math.cos(north) * math.cos(north2) * math.sin((east2 - east) / 2) ** 2
    return 2 * _EARTH_KM * math.asin(min(1.0, math.sqrt(half)))
