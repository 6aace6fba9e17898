"""Where an archive is asked to begin and for how long, in every notation that apps use.

A moment without a zone is meant in the zone that the server told the app; epochs and zones are taken at their word.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo

LONGEST_MINUTES = 24 * 60
_WRITTEN = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})[:_ T+](\d{1,2})[-:.](\d{2})(?:[-:.](\d{2})(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?"
)
_EPOCH = re.compile(r"\d{10}(?:\d{3})?")


def parse_start(text: str, zone: tzinfo = UTC) -> datetime | None:
    """The moment in UTC; None for what is no moment.

    2026-11-24:20-30 and its kin (`_`, space or T between, colons or hyphens in the time, seconds or none), ISO 8601
    with a zone, unix seconds, unix milliseconds. A moment that a change of clocks skips or repeats is the earlier one.
    """
    cleaned = text.strip()
    if _EPOCH.fullmatch(cleaned):
        seconds = int(cleaned) / (1000 if len(cleaned) == 13 else 1)
        return datetime.fromtimestamp(seconds, UTC)
    match = _WRITTEN.fullmatch(cleaned)
    if match is None:
        return None
    year, month, day, hour, minute, second, offset = match.groups()
    try:
        local = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0), tzinfo=zone)
        if offset:
            local = datetime.fromisoformat(f"{local:%Y-%m-%dT%H:%M:%S}{offset}")
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def parse_minutes(text: str) -> int | None:
    """A duration in whole minutes, at most a day; None for what is none or nothing."""
    if not (text.isascii() and text.isdigit()) or len(text) > 9 or not int(text):
        return None
    return min(int(text), LONGEST_MINUTES)
