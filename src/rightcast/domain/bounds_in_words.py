"""What each bound of a right demands and what the viewer has, in words for the help desk.

Says what `bounds.broken` decides; that is asked thousands of times a second, this by people.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rightcast.domain.bounds import Broken, broken
from rightcast.domain.rights import Bounds, DeviceClass, Floor

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from rightcast.domain.bounds import Standpoint
    from rightcast.domain.lineup import Line
    from rightcast.domain.rights import CarriageRight


@dataclass(frozen=True, slots=True)
class Demand:
    """One bound: the rule, whether it holds, the facts, and what it is called when it does not."""

    rule: str
    holds: bool
    detail: str
    bound: Broken


def demands(right: CarriageRight, line: Line, stand: Standpoint, now: datetime) -> list[Demand]:
    """Every bound that a right has, in the order in which they are asked."""
    bounds = right.bounds
    found: list[Demand] = []
    roomy = replace(stand, full={})
    for rule, alone, detail in _each(right, line, stand, now):
        kept = broken(replace(right, bounds=alone, newest_line_id=0), line, roomy, now)
        found.append(Demand(rule, kept is None, detail, kept or Broken.FULL))
    if right.newest_line_id:
        held = line.id <= right.newest_line_id
        detail = f"{bounds.subscribers} lines may have it, and the oldest stay"
        found.append(Demand("the line is among those that the right is for", held, detail, Broken.SUBSCRIBERS))
    kept = stand.full.get(right.id)
    if bounds.per_line or bounds.total or kept is not None:
        caps = [
            f"{bounds.per_line} of one line" if bounds.per_line else "",
            f"{bounds.total} in all" if bounds.total else "",
        ]
        detail = " and ".join(filter(None, caps)) + " at once"
        found.append(Demand("the right has room for one more session", kept is None, detail, kept or Broken.FULL))
    return found


def _each(right: CarriageRight, line: Line, stand: Standpoint, now: datetime) -> Iterator[tuple[str, Bounds, str]]:
    """A rule, the bounds with that one alone, and the facts."""
    bounds, place = right.bounds, stand.place
    if bounds.presence:
        alone = Bounds(presence=bounds.presence, portable=bounds.portable)
        where = f"in {place.country}" if place.country else "in a country that nobody knows"
        via = f" by the network {place.network}" if place.network else ""
        detail = f"{where}{via}; lets watch in {_listed(bounds.presence)}{_abroad(bounds, line, now)}"
        yield "the viewer is where the right lets watch", alone, detail
    if bounds.distribution:
        alone = Bounds(distribution=bounds.distribution)
        yield (
            "the viewer is reached as the right says",
            alone,
            f"by {place.distribution}; for {_listed(bounds.distribution)}",
        )
    if bounds.device_classes:
        alone = Bounds(device_classes=bounds.device_classes)
        kind = "of a kind that nobody knows" if stand.device is DeviceClass.UNKNOWN else stand.device.value
        yield "the device is of a kind the right is for", alone, f"{kind}; for {_listed(bounds.device_classes)}"
    if bounds.max_height:
        detail = f"{stand.tall}; at most {bounds.max_height}"
        yield "a picture is no larger than the right lets it be", Bounds(max_height=bounds.max_height), detail
    if bounds.floor is not Floor.NONE:
        detail = f"{stand.floor}; at least {bounds.floor}"
        yield "the picture leaves protected as the right demands", Bounds(floor=bounds.floor), detail


def _abroad(bounds: Bounds, line: Line, now: datetime) -> str:
    """What the line's record of portability adds."""
    case = line.portability
    if case is None:
        return ""
    if not bounds.portable:
        return "; the right is not portable"
    if now >= case.until:
        return f"; its residence was to be verified again by {case.until:%Y-%m-%d}"
    means = _listed([one.value for one in case.means])
    return f"; lives in {case.country}, verified by {means} until {case.until:%Y-%m-%d}, so at home in all of the EU"


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)
