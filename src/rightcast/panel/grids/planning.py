"""From the rows or the calendar of a channel to stored days: some weeks ahead, renewed by the jobs process."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import msgspec
from django.utils import timezone

from rightcast.domain.errors import RightcastError
from rightcast.domain.grid import GridRow, Planned, planned
from rightcast.domain.guide_merge import merged
from rightcast.domain.schedule import moment_of, zone_named
from rightcast.panel.guide.models import GuideSource, SourceKind
from rightcast.panel.guide.publication import publish_channels
from rightcast.panel.guide.store import channels_with, know_channel, store_shows
from rightcast.panel.station.queries import station

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from rightcast.domain.guide import Show

DAYS_AHEAD = 21
REFRESH_S = 600.0


def zone() -> ZoneInfo:
    """The station's clock."""
    return zone_named(station().timezone)


def today(clock: ZoneInfo) -> date:
    """The date that it is on the station's clock."""
    return timezone.now().astimezone(clock).date()


def rows_of(source: GuideSource | None) -> tuple[GridRow, ...]:
    """The rows that a source keeps."""
    if source is None:
        return ()
    return msgspec.convert(source.settings.get("rows", []), tuple[GridRow, ...])


def week_of(rows: Sequence[GridRow], monday: date) -> Planned:
    """The shows of the seven days from a date on."""
    return planned(rows, monday, monday + timedelta(days=6), zone())


def plan(source: GuideSource) -> int:
    """Store what a source means from today on, and publish what changed; returns how many days did.

    Yesterday stays as it was. Raises InvalidInputError for a calendar that can no longer be read.
    """
    clock = zone()
    first = today(clock)
    last = first + timedelta(days=DAYS_AHEAD)
    shows, words = _shows(source, first, last, clock)
    row = know_channel(source.id, f"{source.kind}-{source.settings['channel']}", [source.name])
    days = store_shows(row, shows, int(moment_of(first, time(), clock).timestamp()))
    publish_channels(channels_with(row.id), days)
    note = {"planned": [first.isoformat(), clock.key]}
    GuideSource.objects.filter(id=source.id).update(
        last_at=timezone.now(), last_ok=True, last_result=words[:500], report=note
    )
    return len(days)


def plan_all() -> int:
    """Plan again every source whose last plan is of another day, or of another clock."""
    clock = zone()
    wanted = [today(clock).isoformat(), clock.key]
    kinds = [SourceKind.GRID, SourceKind.ICS]
    done = 0
    for source in GuideSource.objects.filter(kind__in=kinds, enabled=True):
        if source.report.get("planned") == wanted:
            continue
        try:
            plan(source)
        except RightcastError as error:
            GuideSource.objects.filter(id=source.id).update(
                last_at=timezone.now(), last_ok=False, last_result=str(error)[:500], report={"planned": wanted}
            )
        done += 1
    return done


def _shows(source: GuideSource, first: date, last: date, clock: ZoneInfo) -> tuple[list[Show], str]:
    if source.kind == SourceKind.ICS:
        from rightcast.formats.grid_ics import read_calendar  # noqa: PLC0415 - it loads for a second

        found = read_calendar(source.settings["calendar"].encode(), first, last, clock)
        shows = merged([found.shows, found.whole_days])
        return shows, _words(len(shows), [*found.remarks])
    week = planned(rows_of(source), first, last, clock)
    return list(week.shows), _words(len(week.shows), [f"{one.day}: {one.sentence}" for one in week.remarks])


def _words(count: int, remarks: Sequence[str]) -> str:
    return " ".join([f"{count} shows planned.", *remarks])


def clock_of(moment: int, clock: ZoneInfo) -> datetime:
    """A moment on the station's clock."""
    return datetime.fromtimestamp(moment, UTC).astimezone(clock)
