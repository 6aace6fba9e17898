"""The guide as a page shows it: one day of the station's zone, a row for each channel, shows as blocks of minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rightcast.domain.schedule import moment_of
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.guide import looking

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightcast.domain.guide import Show

_HOUR_S = 3600


@dataclass(frozen=True, slots=True)
class Day:
    """A day in a zone, from `start` to `stop` in unix seconds: 23 or 25 hours when clocks change."""

    date: date
    start: int
    stop: int
    zone: ZoneInfo

    @property
    def minutes(self) -> int:
        """How long it is."""
        return (self.stop - self.start) // 60

    @property
    def hours(self) -> list[tuple[int, str]]:
        """Each hour: at which minute it begins, and what a clock shows then."""
        return [
            ((at - self.start) // 60, f"{datetime.fromtimestamp(at, self.zone):%H:%M}")
            for at in range(self.start, self.stop, _HOUR_S)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A show as a block: where it begins within the day and for how long, in minutes, cut at the day's ends."""

    at: int
    minutes: int
    start: int
    title: str
    subtitle: str
    when: str
    tone: str


@dataclass(frozen=True, slots=True)
class Row:
    """A channel and its blocks."""

    channel: Channel
    blocks: list[Block]


def day_of_zone(chosen: date, zone: ZoneInfo) -> Day:
    """The day between two midnights of a zone."""
    ends = (moment_of(one, time(), zone) for one in (chosen, chosen + timedelta(days=1)))
    start, stop = (int(one.timestamp()) for one in ends)
    return Day(chosen, start, stop, zone)


def rows_of(channels: Sequence[Channel], day: Day, now: int) -> list[Row]:
    """The day of these channels; those without shows have empty rows."""
    found = looking.grid([one.id for one in channels], day.start, day.stop)
    return [Row(one, [block_of(show, day, now) for show in found.get(one.id, ())]) for one in channels]


def block_of(show: Show, day: Day, now: int) -> Block:
    """A show of a day. `tone` is past, now or coming."""
    start, stop = max(show.start, day.start), min(show.stop, day.stop)
    tone = "past" if show.stop <= now else "now" if show.start <= now else "coming"
    return Block(
        at=(start - day.start) // 60,
        minutes=max(1, (stop - start) // 60),
        start=show.start,
        title=show.title or "-",
        subtitle=show.subtitle,
        when=f"{clock(show.start, day.zone)}-{clock(show.stop, day.zone)}",
        tone=tone,
    )


def clock(unix_s: int, zone: ZoneInfo) -> str:
    """HH:MM in a zone."""
    return f"{datetime.fromtimestamp(unix_s, zone):%H:%M}"
