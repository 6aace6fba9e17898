"""A channel's schedule: slots of the week or of one day that put a source or the slate on air, or end the channel.

Slots are on the station's clock. When clocks go forward, a time that does not exist is the moment after the gap; when
they go back, a time that comes twice means its first coming. Pure.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from rightcast.domain.errors import InvalidInputError
from rightcast.domain.failover import AUTO, wish_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

OFF = "off"
MOST_SLOTS = 200
_LONGEST_NAME = 60


class Day(enum.IntEnum):
    """Days of the week as ISO 8601 orders them, from 0."""

    MON = 0
    TUE = 1
    WED = 2
    THU = 3
    FRI = 4
    SAT = 5
    SUN = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """From `start` to `end` on each of `days` (0 is Monday), or on the one date `on`.

    An end that is not after the start is on the next day. `show`: a source's number, slate, auto, or off. Of slots
    that overlap, one of a date comes before one of the week, then the one listed first.
    """

    start: time
    end: time
    show: str
    days: tuple[int, ...] = ()
    on: date | None = None
    name: str = ""

    def check(self) -> None:
        """Raises InvalidInputError naming the field that cannot be meant."""
        if bool(self.days) == (self.on is not None):
            raise InvalidInputError(
                "A slot needs either days of the week or one date.",
                remedy="Give days such as sun, or a date such as 2026-12-24.",
                field="days",
            )
        if any(day not in set(Day) for day in self.days):
            raise InvalidInputError("Days are counted from 0, Monday, to 6, Sunday.", field="days")
        if self.start.tzinfo is not None or self.end.tzinfo is not None:
            raise InvalidInputError("A slot's times are on the station's clock and name no zone.", field="start")
        if len(self.name) > _LONGEST_NAME or not self.name.isprintable():
            raise InvalidInputError(f"A slot's name has at most {_LONGEST_NAME} letters.", field="name")
        if self.show != OFF:
            _check_show(self.show)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The slots of one channel."""

    slots: tuple[Slot, ...] = ()

    def check(self) -> None:
        """Raises InvalidInputError naming the field that cannot be meant."""
        if len(self.slots) > MOST_SLOTS:
            raise InvalidInputError(f"A channel has at most {MOST_SLOTS} slots.", field="slots")
        for slot in self.slots:
            slot.check()


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time that a slot comes, from `begins` up to `ends` (UTC)."""

    begins: datetime
    ends: datetime
    slot: Slot


def slot_at(schedule: Schedule, now: datetime, zone: ZoneInfo) -> Slot | None:
    """The slot in force at a moment."""
    found = [one.slot for one in _around(schedule, now, zone) if one.begins <= now < one.ends]
    return min(found, key=lambda slot: (slot.on is None, schedule.slots.index(slot)), default=None)


def next_change(schedule: Schedule, now: datetime, zone: ZoneInfo) -> datetime | None:
    """When a slot begins or ends next, within eight days or on the date of a slot; None: never."""
    moments = (moment for one in _around(schedule, now, zone, days=8) for moment in (one.begins, one.ends))
    return min((moment for moment in moments if moment > now), default=None)


def occurrences(slot: Slot, first: date, last: date, zone: ZoneInfo) -> Iterator[Occurrence]:
    """The times that a slot comes, by the days on which it begins."""
    if slot.on is not None:
        days = [slot.on] if first <= slot.on <= last else []
    else:
        span = (first + timedelta(days=number) for number in range((last - first).days + 1))
        days = [day for day in span if day.weekday() in slot.days]
    for day in days:
        begins = moment_of(day, slot.start, zone)
        ends = moment_of(day if slot.end > slot.start else day + timedelta(days=1), slot.end, zone)
        if begins < ends:  # a slot that lies wholly in the hour that is skipped does not come
            yield Occurrence(begins, ends, slot)


def moment_of(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The moment (UTC) at which the station's clock shows this; in a gap, the moment at which the gap ends."""
    wall = datetime.combine(day, clock)
    first = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == wall:
        return first
    low = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)  # before the gap; `first` is behind it
    high, before = first, low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if middle in {low, high}:
            break
        low, high = (middle, high) if middle.astimezone(zone).utcoffset() == before else (low, middle)
    return high


def _around(schedule: Schedule, now: datetime, zone: ZoneInfo, days: int = 1) -> Iterator[Occurrence]:
    today = now.astimezone(zone).date()
    for slot in schedule.slots:
        last = max(slot.on, today) if slot.on is not None else today + timedelta(days=days)
        yield from occurrences(slot, today - timedelta(days=2), last, zone)


def _check_show(show: str) -> None:
    try:
        wish_of(show)
    except InvalidInputError as error:
        raise InvalidInputError(
            f"A slot cannot show '{show[:20]}'.",
            remedy=f"Write {AUTO}, slate, {OFF}, or the number of a source.",
            field="show",
        ) from error
