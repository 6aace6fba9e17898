"""Reading what was counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.panel.rights.models import CarriageRight
from rightcast.panel.usage.models import MonthUsage

if TYPE_CHECKING:
    from datetime import date


def months(*, month: date | None, right_id: int | None, by: str) -> list[tuple[MonthUsage, str, str]]:
    """Counts of one level (right, channel or territory), newest month first, with the right's reference and a name."""
    rows = MonthUsage.objects.all()
    if month is not None:
        rows = rows.filter(month=month)
    if right_id is not None:
        rows = rows.filter(right_id=right_id)
    match by:
        case "channel":
            rows = rows.exclude(channel_id=0)
        case "territory":
            rows = rows.exclude(territory="")
        case _:
            rows = rows.filter(channel_id=0, territory="")
    references = dict(CarriageRight.objects.values_list("id", "reference"))
    return [
        (one, references.get(one.right_id, f"right {one.right_id}"), one.channel or one.territory or _channel(one))
        for one in rows
    ]


def _channel(one: MonthUsage) -> str:
    return f"channel {one.channel_id}" if one.channel_id else ""
