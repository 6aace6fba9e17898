"""Calendars (RFC 5545): events of one as shows, and a weekly grid as one.

Recurrences, exceptions and zones are as `icalendar` and `recurring_ical_events` understand them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import icalendar
import recurring_ical_events

from rightcast.domain.errors import InvalidInputError
from rightcast.domain.genres import genre_of
from rightcast.domain.guide import Show
from rightcast.domain.schedule import Day, moment_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from zoneinfo import ZoneInfo

    from rightcast.domain.grid import GridRow

MOST_BYTES = 4 << 20
MOST_EVENTS = 5000
_ONE_DAY = timedelta(days=1)
_FLOODS = {"SECONDLY", "MINUTELY"}
_SUBTITLE, _LIVE_ONLY = "X-RIGHTCAST-SUBTITLE", "X-RIGHTCAST-NO-CATCHUP"


@dataclass(frozen=True, slots=True)
class ReadCalendar:
    """Shows oldest first, those of whole days apart: they lie behind the others. `remarks`: what was left out."""

    shows: tuple[Show, ...]
    whole_days: tuple[Show, ...]
    remarks: tuple[str, ...]


def read_calendar(data: bytes, first: date, last: date, zone: ZoneInfo) -> ReadCalendar:
    """Shows that begin from one date to another; times without a zone are on the clock of `zone`.

    Raises InvalidInputError (`file`) when it is no calendar.
    """
    calendar = _calendar(data)
    remarks: dict[str, None] = {}
    _without_floods(calendar, remarks)
    try:
        events = recurring_ical_events.of(calendar, skip_bad_series=True).between(first, last + _ONE_DAY)
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise InvalidInputError(
            f"The calendar cannot be read: {error}.", remedy="Export it again as ICS.", field="file"
        ) from error
    recurring = {_title(one) for one in calendar.walk("VEVENT") if one.get("rrule") is not None}
    timed: list[Show] = []
    whole: list[Show] = []
    for event in events[:MOST_EVENTS]:
        show, is_whole = _show(event, zone, remarks)
        begins = None if show is None else datetime.fromtimestamp(show.start, UTC).astimezone(zone).date()
        if show is not None and begins is not None and first <= begins <= last:
            series = f"week:{show.title.casefold()}" if show.title in recurring else ""
            (whole if is_whole else timed).append(replace(show, series=series))
    if len(events) > MOST_EVENTS:
        remarks[f"Only the first {MOST_EVENTS} events were taken."] = None
    return ReadCalendar(tuple(_one_by_one(timed, remarks)), tuple(_one_by_one(whole, {})), tuple(remarks))


def write_calendar(rows: Iterable[GridRow], zone: ZoneInfo, name: str, since: date) -> bytes:
    """A grid as a calendar whose events begin on `since` or after; open ends are an hour long."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Rightcast//Guide//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    for number, row in enumerate(rows):
        event = _event(row, zone, since)
        if event is not None:
            event.add("uid", f"row-{number}@rightcast")
            event.add("dtstamp", datetime.combine(since, time(), UTC))
            calendar.add_component(event)
    return bytes(calendar.to_ical())


def _calendar(data: bytes) -> Any:
    if len(data) > MOST_BYTES:
        raise InvalidInputError("The file is larger than 4 MB.", remedy="Divide it.", field="file")
    try:
        calendar = icalendar.Calendar.from_ical(data)
    except (ValueError, IndexError, KeyError, TypeError) as error:
        raise InvalidInputError(
            "The file is no calendar.", remedy="It must begin with BEGIN:VCALENDAR.", field="file"
        ) from error
    if isinstance(calendar, list) or calendar.name != "VCALENDAR":
        raise InvalidInputError("The file is no calendar.", remedy="It must begin with BEGIN:VCALENDAR.", field="file")
    return calendar


def _without_floods(calendar: Any, remarks: dict[str, None]) -> None:
    """Take out events that recur every few minutes: nobody means them, and they would be millions."""
    kept = []
    for one in calendar.subcomponents:
        rules = one.get("rrule") or []
        often = {str(name).upper() for rule in (rules if isinstance(rules, list) else [rules]) for name in _freq(rule)}
        if often & _FLOODS:
            remarks[f"“{one.get('summary', '')}” recurs more often than hourly and was left out."] = None
        else:
            kept.append(one)
    calendar.subcomponents = kept


def _freq(rule: Any) -> Sequence[str]:
    return rule.get("freq", ()) if hasattr(rule, "get") else ()


def _show(event: Any, zone: ZoneInfo, remarks: dict[str, None]) -> tuple[Show | None, bool]:
    title = _title(event)
    if str(event.get("status", "")).upper() == "CANCELLED":
        return None, False
    begins, ends = event["dtstart"].dt, _end_of(event)
    whole = not isinstance(begins, datetime)
    start, stop = (_moment(one, zone) for one in (begins, ends))
    if not title or stop <= start:
        why = "has no title" if not title else "has no length"
        remarks[f"An event on {start.astimezone(zone):%Y-%m-%d %H:%M} {why} and was left out."] = None
        return None, whole
    categories = tuple(_categories(event))
    return Show(
        id=0,
        guide_id="",
        start=int(start.timestamp()),
        stop=int(stop.timestamp()),
        title=title,
        subtitle=str(event.get(_SUBTITLE, "")),
        description=str(event.get("description", "")).strip(),
        categories=categories,
        genre=genre_of(categories),
        no_catchup=str(event.get(_LIVE_ONLY, "")).upper() == "TRUE",
    ), whole


def _title(event: Any) -> str:
    return " ".join(str(event.get("summary", "")).split())


def _end_of(event: Any) -> date | datetime:
    if event.get("dtend") is not None:
        return event["dtend"].dt  # type: ignore[no-any-return] # the library carries no types
    begins: date | datetime = event["dtstart"].dt
    if event.get("duration") is not None:
        return begins + event["duration"].dt  # type: ignore[no-any-return] # likewise
    return begins if isinstance(begins, datetime) else begins + _ONE_DAY


def _moment(told: date | datetime, zone: ZoneInfo) -> datetime:
    if not isinstance(told, datetime):
        return moment_of(told, time(), zone)
    return moment_of(told.date(), told.time(), zone) if told.tzinfo is None else told.astimezone(UTC)


def _categories(event: Any) -> Iterator[str]:
    found = event.get("categories")
    for one in found if isinstance(found, list) else [found] if found is not None else []:
        yield from (str(name).strip() for name in one.cats if str(name).strip())


def _one_by_one(shows: Sequence[Show], remarks: dict[str, None]) -> Iterator[Show]:
    """In order, without overlaps: of two the one that begins first counts, and the other has what is left of it."""
    end = 0
    for one in sorted(shows, key=lambda show: (show.start, -show.stop)):
        if one.stop <= end:
            remarks[f"“{one.title}” lies behind another event and was left out."] = None
            continue
        if one.start < end:
            remarks[f"“{one.title}” begins before another event ends and begins later now."] = None
        yield one if one.start >= end else replace(one, start=end)
        end = one.stop


def _event(row: GridRow, zone: ZoneInfo, since: date) -> Any:
    day = row.on if row.on is not None else _first_day(row, max(since, row.valid_from or since))
    if day is None or (row.valid_to is not None and day > row.valid_to):
        return None
    event = icalendar.Event()
    begins = datetime.combine(day, row.start, zone)
    end = row.end
    ends = begins + timedelta(hours=1) if end is None else datetime.combine(day, end, zone)
    if end is not None and end <= row.start:
        ends = datetime.combine(day + _ONE_DAY, end, zone)
    event.add("dtstart", begins)
    event.add("dtend", ends)
    event.add("summary", row.title or f"({row.repeats})")
    if row.subtitle:
        event.add(_SUBTITLE, row.subtitle)
    if row.description:
        event.add("description", row.description)
    if row.categories:
        event.add("categories", list(row.categories))
    if row.no_catchup:
        event.add(_LIVE_ONLY, "TRUE")
    if row.days:
        event.add("rrule", _rule(row, zone))
        if row.never_on:
            event.add("exdate", [datetime.combine(one, row.start, zone) for one in row.never_on])
    return event


def _first_day(row: GridRow, since: date) -> date | None:
    days = (since + timedelta(days=number) for number in range(7))
    return next((day for day in days if day.weekday() in row.days), None)


def _rule(row: GridRow, zone: ZoneInfo) -> dict[str, object]:
    rule: dict[str, object] = {"freq": "weekly", "byday": [Day(day).name[:2] for day in row.days]}
    if row.valid_to is not None:  # until is in UTC where the start has a zone (RFC 5545 section 3.3.10)
        rule["until"] = datetime.combine(row.valid_to, row.start, zone).astimezone(UTC)
    return rule
