"""Dates as people type them into the forms of proof: UTC, a day or a moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.utils.dateparse import parse_date, parse_datetime


def typed_moment(text: str, *, end: bool) -> datetime | None:
    """A date or a moment in UTC, None for what is neither; a date as an end takes in its whole day."""
    try:
        day = parse_date(text)
        if day is not None:
            return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=int(end))
        moment = parse_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment if moment is None or moment.tzinfo is not None else moment.replace(tzinfo=UTC)
