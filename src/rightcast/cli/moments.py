"""Dates and spans of time as people type them at the shell."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from rightcast.domain.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Callable

_SPAN = re.compile(r"(\d{1,6})(s|min|h|d|w)")
_UNITS = {
    "s": timedelta(seconds=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}


def now_utc() -> datetime:
    """The clock commands go by."""
    return datetime.now(UTC)


def parse_moment(text: str, *, field: str, now: Callable[[], datetime] = now_utc, back: bool = False) -> datetime:
    """A date, a date and time (UTC unless it names a zone), `now`, or a span from now such as 30d, 12h, 10min.

    `back`: a span counts back from now.

    Raises InvalidInputError naming `field`.
    """
    wanted = text.strip()
    span = _SPAN.fullmatch(wanted)
    try:
        if wanted == "now":
            return now()
        if span:
            length = int(span[1]) * _UNITS[span[2]]
            return now() - length if back else now() + length
        moment = datetime.fromisoformat(wanted)
    except (ValueError, OverflowError) as error:
        raise InvalidInputError(
            f"'{text}' is no date.",
            remedy="Write 2026-12-31, 2026-12-31T20:00, or a span from now such as 30d, 12h or 10min.",
            field=field,
        ) from error
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def optional_moment(text: str | None, *, field: str, back: bool = False) -> datetime | None:
    """Like `parse_moment`, and None for an option that was left out."""
    return None if text is None else parse_moment(text, field=field, back=back)


def shown(moment: datetime | None, absent: str = "-") -> str:
    """A moment for people, in UTC to the minute."""
    return absent if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}"


def span_words(seconds: float) -> str:
    """A span for people in its largest fitting unit: 12 s, 5 min, 3 h, 2 d."""
    for limit, size, unit in ((120, 1, "s"), (7200, 60, "min"), (172_800, 3600, "h")):
        if seconds < limit:
            return f"{max(seconds, 0) / size:.0f} {unit}"
    return f"{seconds / 86_400:.0f} d"
