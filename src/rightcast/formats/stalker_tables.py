"""The tables of the guide that set-top boxes page through: the days of two weeks, one channel's day, a grid of many.

Days are those of the box's zone: one in which clocks change has 23 or 25 hours.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo

import msgspec

from rightcast.formats.stalker import Programme, clock

DAY_ROWS = 10
"""Rows of a page of one channel's day; boxes reckon with this number."""
_DAYS_BACK, _DAYS_AHEAD = 7, 7


class WeekDay(msgspec.Struct, frozen=True):
    """A day to choose: in words, as `YYYY-MM-DD` by which it is asked for, and whether it is this one."""

    f_human: str
    f_mysql: str
    today: int = 0


class DayTable(msgspec.Struct, frozen=True, kw_only=True):
    """A page of one channel's day; `selected_item` is the row of the show that is on, counted from 1, 0 for none."""

    total_items: int
    max_page_items: int = DAY_ROWS
    selected_item: int
    cur_page: int
    data: Sequence[Programme]


class GridRow(msgspec.Struct, frozen=True, kw_only=True):
    """A channel of the grid with its programmes in the window."""

    ch_id: str
    name: str
    number: str
    ch_type: str = "iptv"
    fav: int = 0
    dvb_id: str = ""
    epg_container: int = 1
    epg: Sequence[Programme]


class GridTable(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the grid; moments in words of the box's zone and in unix seconds, a mark at each half hour."""

    total_items: int
    max_page_items: int
    cur_page: int
    selected_item: int = 0
    time_marks: Sequence[str]
    from_ts: int
    to_ts: int
    from_: str = msgspec.field(name="from")
    to: str
    data: Sequence[GridRow]


def week(zone: tzinfo, now: int) -> list[WeekDay]:
    """A week back and a week ahead."""
    today = datetime.fromtimestamp(now, zone).date()
    days = [today + timedelta(days=step) for step in range(-_DAYS_BACK, _DAYS_AHEAD + 1)]
    return [WeekDay(f"{one:%a} {one.day:02} {one:%b}", one.isoformat(), int(one == today)) for one in days]


def day_window(text: str, zone: tzinfo, now: int) -> tuple[int, int]:
    """From when to when the day `YYYY-MM-DD` lasts in a zone; today where it is none."""
    try:
        day = date.fromisoformat(text.strip()[:10])
        return _midnight(day, zone), _midnight(day + timedelta(days=1), zone)
    except (ValueError, OverflowError):
        today = datetime.fromtimestamp(now, zone).date()
        return _midnight(today, zone), _midnight(today + timedelta(days=1), zone)


def day_table(rows: Sequence[Programme], page: int, now: int) -> DayTable:
    """A page of a day's programmes; page 0 is the one with the programme that is on."""
    on = next((place for place, one in enumerate(rows) if one.start_timestamp <= now < one.stop_timestamp), None)
    if page < 1:
        page = 1 if on is None else on // DAY_ROWS + 1
    first = (page - 1) * DAY_ROWS
    selected = on - first + 1 if on is not None and first <= on < first + DAY_ROWS else 0
    return DayTable(total_items=len(rows), selected_item=selected, cur_page=page, data=rows[first : first + DAY_ROWS])


def moment(text: str, zone: tzinfo, otherwise: int) -> int:
    """Unix seconds of digits, or of `YYYY-MM-DD HH:MM:SS` in a zone."""
    if text.isascii() and text.isdigit() and len(text) < 12:
        return int(text)
    try:
        written = datetime.fromisoformat(text.strip()[:19])
        return int(written.replace(tzinfo=zone).timestamp())
    except (ValueError, OverflowError):
        return otherwise


def time_marks(start: int, stop: int, zone: tzinfo) -> list[str]:
    """`HH:MM` at each half hour of a window."""
    return [clock(at, zone)[11:16] for at in range(start, stop, 1800)]


def _midnight(day: date, zone: tzinfo) -> int:
    """Where a day begins; clocks that jump over midnight begin it behind the jump."""
    return int(datetime.combine(day, time(), zone).astimezone(UTC).timestamp())
