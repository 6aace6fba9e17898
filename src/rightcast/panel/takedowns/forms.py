"""What somebody typed into the form of takedowns, as an order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from rightcast.domain.errors import InvalidInputError
from rightcast.panel.catalogue.queries import find_channel
from rightcast.panel.library.queries import find_title
from rightcast.panel.lines.queries import find_line
from rightcast.panel.takedowns.orders import Order

if TYPE_CHECKING:
    from collections.abc import Mapping

FIELDS = (
    "channels", "titles", "lines", "territories", "shown_from", "shown_until", "cause", "case", "ordered_by",
    "begins", "days", "note",
)  # fmt: skip
_LONGEST = 4000
_MOST_DAYS = 3650


def typed_of(posted: Mapping[str, str]) -> dict[str, str]:
    """The fields as they were typed, to be shown again."""
    return {name: str(posted.get(name, "")).strip()[:_LONGEST] for name in FIELDS}


def order_of(typed: Mapping[str, str]) -> Order:
    """The order; names with commas between. Raises InvalidInputError and NotFoundError."""
    begins = read_moment(typed["begins"], "begins")
    days = typed["days"]
    if days and not (days.isascii() and days.isdigit() and 0 < int(days[:6]) <= _MOST_DAYS):
        raise InvalidInputError("Days are a whole number.", remedy="Write 30, or leave it empty.", field="days")
    expires = (begins or timezone.now()) + timedelta(days=int(days)) if days else None
    return Order(
        cause=typed["cause"] or "other",
        case=typed["case"],
        ordered_by=typed["ordered_by"],
        note=typed["note"],
        begins=begins,
        expires=expires,
        channel_ids=tuple(find_channel(one).pk for one in _names(typed["channels"])),
        title_ids=tuple(find_title(one).pk for one in _names(typed["titles"])),
        line_ids=tuple(find_line(one).pk for one in _names(typed["lines"])),
        territories=tuple(_names(typed["territories"])),
        shown_from=read_moment(typed["shown_from"], "shown_from"),
        shown_until=read_moment(typed["shown_until"], "shown_until"),
    )


def _names(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]


def read_moment(text: str, field: str) -> datetime | None:
    """A moment as forms write it, in UTC unless it names a zone; None for nothing. Raises InvalidInputError."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInputError(f"'{text}' is no moment.", remedy="Write 2026-12-31T20:00.", field=field) from error
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
