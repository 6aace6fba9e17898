"""Reading takedowns and holds: as domain records for the feed, and for lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from rightcast.contract.reports import DarkReport
from rightcast.domain import hold as holds
from rightcast.domain import takedown as domain
from rightcast.domain.errors import NotFoundError
from rightcast.panel.takedowns.models import Hold, Takedown
from rightcast.state.reports import FileReports

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


def standing(now: datetime | None = None) -> QuerySet[Takedown]:
    """Those neither lifted nor expired, such as have not begun included."""
    moment = now or timezone.now()
    return Takedown.objects.filter(Q(expires=None) | Q(expires__gt=moment), lifted=None)


def takedown_records(keys: Sequence[int]) -> dict[int, domain.Takedown]:
    """Records of those that stand."""
    return {row.id: to_record(row) for row in standing().filter(id__in=keys)}


def takedown_ids() -> list[int]:
    """All that stand, oldest first."""
    return list(standing().order_by("id").values_list("id", flat=True))


def find_takedown(number: int | str) -> Takedown:
    """The one of a number. Raises NotFoundError."""
    text = str(number).strip()
    found = Takedown.objects.filter(id=int(text)).first() if text.isdecimal() and len(text) < 19 else None
    if found is None:
        raise NotFoundError(f"There is no takedown {text}.", remedy="List them with `rightcast takedown list`.")
    return found


def takedowns_of_channel(channel_id: int) -> list[domain.Takedown]:
    """Those that stand and concern a channel."""
    return [one for one in map(to_record, standing()) if one.on_channel(channel_id)]


def takedowns_of_title(title_id: int) -> list[domain.Takedown]:
    """Those that stand and concern a title of the library."""
    return [one for one in map(to_record, standing()) if one.on_title(title_id)]


def dark_channels(now: datetime) -> dict[int, Takedown]:
    """Channels that nobody may watch at this moment because of a takedown, each with the oldest such."""
    rows = standing(now).filter(
        Q(shown_from=None) | Q(shown_from__lte=now), Q(shown_until=None) | Q(shown_until__gt=now), begins__lte=now
    )
    whole = [row for row in rows.order_by("-id") if not row.territories and not row.line_ids]
    return {int(channel_id): row for row in whole for channel_id in row.channel_ids}


def to_record(row: Takedown) -> domain.Takedown:
    """The takedown as every plane knows it."""
    return domain.Takedown(
        id=row.pk or 0,
        case=row.case,
        cause=domain.Cause(row.cause),
        begins=row.begins,
        expires=row.expires,
        channel_ids=frozenset(row.channel_ids),
        title_ids=frozenset(row.title_ids),
        line_ids=frozenset(row.line_ids),
        territories=frozenset(row.territories),
        shown_from=row.shown_from,
        shown_until=row.shown_until,
    )


def dark_reports() -> list[DarkReport]:
    """What edges and the sender said last of takedowns."""
    return FileReports(settings.STATION.reports).fetch("takedowns-", DarkReport)


def standing_holds(now: datetime | None = None) -> QuerySet[Hold]:
    """Those neither lifted nor run out."""
    moment = now or timezone.now()
    return Hold.objects.select_related("takedown").filter(Q(until=None) | Q(until__gt=moment), lifted=None)


def hold_records(keys: Sequence[int]) -> dict[int, holds.Hold]:
    """Records of those that stand."""
    return {row.id: to_hold(row) for row in standing_holds().filter(id__in=keys)}


def hold_ids() -> list[int]:
    """All that stand, oldest first."""
    return list(standing_holds().order_by("id").values_list("id", flat=True))


def to_hold(row: Hold) -> holds.Hold:
    """The hold as every plane knows it."""
    return holds.Hold(
        id=row.pk or 0,
        case=row.case,
        until=row.until,
        channel_ids=frozenset(row.channel_ids),
        title_ids=frozenset(row.title_ids),
        line_ids=frozenset(row.line_ids),
        shown_from=row.shown_from,
        shown_until=row.shown_until,
    )
