"""A channel's schedule: slots of the week or of one day that put a source or the slate on air, or end the channel.

Slots are on the station's clock. When clocks go forward, a time that does not exist is the moment after the gap; when
they go back, a time that comes twice means its first coming. Pure.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rightcast.domain.errors import InvalidInputError
from rightcast.domain.failover import AUTO, wish_of

if TYPE_CHECKING:
    from collections.abc import Iterator

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


_WRITTEN = re.compile(
    r"(?i)([a-z,]+|\d{4}-\d\d-\d\d)\s+(\d{1,2}:\d\d)\s*-\s*(\d{1,2}:\d\d)\s+(?:source\s+)?(\w+)(?:\s+\((.*)\))?"
)


def days_named(text: str) -> tuple[int, ...]:
    """Days of the week by their first three letters, with commas; `daily` is all. Raises InvalidInputError (`days`)."""
    if text.lower() == "daily":
        return tuple(map(int, Day))
    names = [name.strip().upper()[:3] for name in text.split(",") if name.strip()]
    if not names or any(name not in Day.__members__ for name in names):
        raise InvalidInputError(
            f"'{text[:40]}' names no days.", remedy="Write mon, tue, wed, thu, fri, sat, sun, or daily.", field="days"
        )
    return tuple(sorted({int(Day[name]) for name in names}))


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

    def __str__(self) -> str:
        """The slot as operators write it: `sun,wed 10:00-11:30 source 2 (Service)`."""
        when = f"{self.on}" if self.on is not None else ",".join(Day(day).name.lower() for day in self.days)
        shown = f"source {self.show}" if self.show.isdigit() else self.show
        name = f" ({self.name})" if self.name else ""
        return f"{when} {self.start:%H:%M}-{self.end:%H:%M} {shown}{name}"

    @classmethod
    def parse(cls, text: str) -> Slot:
        """Read a slot as `__str__` writes it; `daily` is all days, and "source" may be left out.

        Raises InvalidInputError (field `slots`).
        """
        match = _WRITTEN.fullmatch(text.strip())
        if match is None:
            raise InvalidInputError(
                f"'{text.strip()[:60]}' is no slot.",
                remedy="Write for example: sun 10:00-11:30 2 (Service), or 2026-12-24 20:00-22:00 slate.",
                field="slots",
            )
        day, start, end, show, name = match.groups()
        try:
            begins, ends = time.fromisoformat(start.zfill(5)), time.fromisoformat(end.zfill(5))
            on = date.fromisoformat(day) if day[0].isdigit() else None
            days = () if on is not None else days_named(day)
        except ValueError as error:
            raise InvalidInputError(
                f"'{text.strip()[:60]}' names a day or time that does not exist.", field="slots"
            ) from error
        slot = cls(start=begins, end=ends, show=show.lower(), days=days, on=on, name=(name or "").strip())
        slot.check()
        return slot

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


def is_off(schedule: Schedule, pick: str, now: datetime, zone: ZoneInfo) -> bool:
    """Whether the schedule ends the channel for now; what the operator picked by hand comes before it."""
    if not schedule.slots or wish_of(pick) is not None:
        return False
    slot = slot_at(schedule, now, zone)
    return slot is not None and slot.show == OFF


def zone_named(name: str) -> ZoneInfo:
    """A zone by its name; UTC where this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # the name of a folder of zones is an OSError
        return ZoneInfo("UTC")


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
