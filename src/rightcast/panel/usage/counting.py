"""Counts what was watched under each right: day by day, only the days that something happened on; then by month."""

from __future__ import annotations

import itertools
from collections import defaultdict
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count, Max, Q, Sum

from rightcast.domain.schedule import zone_named
from rightcast.panel.privacy.queries import retention
from rightcast.panel.station.queries import station
from rightcast.panel.usage.models import DayUsage, DirtyDay, MonthUsage, SessionRow, StandRow

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import tzinfo

    from django.db.models import QuerySet

Span = tuple[float, float]
Level = tuple[int, int, str]
"""A right, a channel (0: all), a territory ("": all)."""
NOWHERE = "-"
"""Stands for a territory that is not known."""


def mark_dirty(spans: Iterable[tuple[datetime, datetime]]) -> None:
    """The figures of every day that one of these stretches touches are out of date."""
    zone = zone_named(station().timezone)
    days: set[date] = set()
    for began, ended in spans:
        first, last = began.astimezone(zone).date(), ended.astimezone(zone).date()
        days.update(first + timedelta(days=number) for number in range(min((last - first).days, 366) + 1))
    DirtyDay.objects.bulk_create([DirtyDay(day=day) for day in sorted(days)], ignore_conflicts=True)


def count_usage(now: datetime) -> int:
    """Bring all figures up to date; returns how many days were counted anew.

    Days whose sessions may be forgotten already stay as they were counted.
    """
    zone = zone_named(station().timezone)
    today = now.astimezone(zone).date()
    oldest = today - timedelta(days=retention().session_days - 1)
    if SessionRow.objects.filter(ended__isnull=True).exists():
        DirtyDay.objects.get_or_create(day=today)
        DirtyDay.objects.get_or_create(day=today - timedelta(days=1))
    days = list(DirtyDay.objects.order_by("day").values_list("day", flat=True))
    for day in days:
        with transaction.atomic():
            DirtyDay.objects.filter(day=day).delete()
            if day > oldest:
                _count_day(day, zone, now)
    for month in sorted({day.replace(day=1) for day in days}):
        if month >= oldest:
            _count_month(month, zone)
    return len(days)


def next_month(month: date) -> date:
    """The first day of the month after."""
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def _count_day(day: date, zone: tzinfo, now: datetime) -> None:
    start, end = _midnight(day, zone), _midnight(day + timedelta(days=1), zone)
    spans: defaultdict[tuple[int, int, str, str], list[Span]] = defaultdict(list)
    begun: defaultdict[Level, set[str]] = defaultdict(set)
    for stand in _within(start, end).only("right_id", "channel_id", "territory", "sid", "began", "ended").iterator():
        place = stand.territory or NOWHERE
        key = (stand.right_id, stand.channel_id, place, stand.sid)
        if stand.began >= start:
            for level in _levels(*key[:3]):
                begun[level].add(stand.sid)
        span = max(stand.began, start).timestamp(), min(stand.ended or now, end).timestamp()
        if span[1] > span[0]:
            spans[key].append(span)
    merged: defaultdict[Level, list[Span]] = defaultdict(list)
    for (right_id, channel_id, place, _), found in spans.items():
        one = united(found)
        for level in _levels(right_id, channel_id, place):
            merged[level].extend(one)
    DayUsage.objects.filter(day=day).delete()
    DayUsage.objects.bulk_create(
        DayUsage(
            day=day,
            right_id=level[0],
            channel_id=level[1],
            territory=level[2],
            sessions=len(begun[level]),
            seconds=sum(until - since for since, until in merged[level]),
            peak=peak_of(merged[level]),
        )
        for level in sorted({*merged, *begun})
    )


def _count_month(month: date, zone: tzinfo) -> None:
    after = next_month(month)
    inside = _within(_midnight(month, zone), _midnight(after, zone)).filter(line_id__isnull=False)
    lines: dict[Level, int] = {}
    for names in ((), ("channel_id",), ("territory",)):
        for row in inside.order_by().values("right_id", *names).annotate(lines=Count("line_id", distinct=True)):
            place = (row["territory"] or NOWHERE) if "territory" in row else ""
            lines[row["right_id"], row.get("channel_id", 0), place] = row["lines"]
    called = dict(
        SessionRow.objects.filter(recording_id=0, began__gte=_midnight(month, zone))
        .order_by("began")
        .values_list("channel_id", "watched")
    )
    sums = DayUsage.objects.filter(day__gte=month, day__lt=after).values("right_id", "channel_id", "territory")
    with transaction.atomic():
        MonthUsage.objects.filter(month=month).delete()
        MonthUsage.objects.bulk_create(
            MonthUsage(
                month=month,
                **{name: row[name] for name in ("right_id", "channel_id", "territory")},
                channel=called.get(row["channel_id"], "") if row["channel_id"] else "",
                sessions=row["all_sessions"],
                seconds=row["all_seconds"],
                peak=row["most"],
                lines=lines.get((row["right_id"], row["channel_id"], row["territory"]), 0),
            )
            for row in sums.annotate(all_sessions=Sum("sessions"), all_seconds=Sum("seconds"), most=Max("peak"))
        )


def united(spans: Iterable[Span]) -> list[Span]:
    """Stretches without overlap: a session that two edges serve watches once."""
    found: list[Span] = []
    for since, until in sorted(spans):
        if found and since <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], until)
        else:
            found.append((since, until))
    return found


def peak_of(spans: Iterable[Span]) -> int:
    """The most stretches at one moment; one that ends when another begins is not beside it."""
    moves = sorted(itertools.chain.from_iterable(((since, 1), (until, -1)) for since, until in spans))
    return max(itertools.accumulate(step for _, step in moves), default=0)


def _within(start: datetime, end: datetime) -> QuerySet[StandRow]:
    return StandRow.objects.filter(Q(ended__isnull=True) | Q(ended__gt=start), began__lt=end)


def _levels(right_id: int, channel_id: int, place: str) -> tuple[Level, Level, Level]:
    return (right_id, 0, ""), (right_id, channel_id, ""), (right_id, 0, place)


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone)
