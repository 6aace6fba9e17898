"""Legal holds: what must be kept for a case, and what refuses to let go of it while one stands."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.utils import timezone

from rightcast.domain.errors import ConflictError
from rightcast.panel.lines.models import Line
from rightcast.panel.takedowns.queries import standing_holds, to_hold

if TYPE_CHECKING:
    from rightcast.domain import hold as domain
    from rightcast.panel.takedowns.models import Hold

_EVER = datetime(1970, 1, 1, tzinfo=UTC)


def require_free_span(channel_id: int, start: datetime, stop: datetime) -> None:
    """Raise ConflictError when a hold keeps some of a stretch of a channel."""
    now = timezone.now().timestamp()
    for hold in _holds():
        if hold.keeps(channel_id, start.timestamp(), stop.timestamp(), now):
            raise _kept(hold, "This stretch")


def require_free_title(title_id: int) -> None:
    """Raise ConflictError when a hold keeps a title."""
    for hold in _holds():
        if title_id in hold.title_ids:
            raise _kept(hold, "This title")


def require_free_line(line_id: int) -> None:
    """Raise ConflictError when a hold keeps what is known of a line."""
    for row in standing_holds():
        if _keeps_some_of(row, frozenset({line_id})):
            raise _kept(to_hold(row), "This line")


def trail_kept_from() -> datetime | None:
    """From which moment on the trail must be kept; None while no hold stands.

    A hold without a beginning of its own for a case keeps all of the trail; that of a takedown what came since it.
    """
    moments = [row.shown_from or (row.at if row.takedown_id else _EVER) for row in standing_holds()]
    return min(moments, default=None)


def held_take(channel_id: int, start: int, stop: int, line_ids: frozenset[int]) -> bool:
    """Whether the files of a take must stay: its channel's stretch, or one of its lines, is held."""
    now = timezone.now().timestamp()
    return any(
        to_hold(one).keeps(channel_id, start, stop, now) or _keeps_some_of(one, line_ids) for one in standing_holds()
    )


def _keeps_some_of(hold: Hold, line_ids: frozenset[int]) -> bool:
    """Whether a hold keeps what is of one of these lines."""
    if not line_ids.isdisjoint(hold.line_ids):
        return True
    return bool(hold.territories) and Line.objects.filter(id__in=line_ids, territory__in=hold.territories).exists()


def _holds() -> list[domain.Hold]:
    return [to_hold(row) for row in standing_holds()]


def _kept(hold: domain.Hold, what: str) -> ConflictError:
    case = f" of case {hold.case}" if hold.case else ""
    return ConflictError(
        f"{what} is kept by hold {hold.id}{case}.",
        remedy="Lift the hold, or the takedown it belongs to, first: `rightcast hold list` shows it.",
    )
