"""Legal holds: what must be kept for a case, and what refuses to let go of it while one stands."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.utils import timezone

from rightcast.domain.errors import ConflictError
from rightcast.panel.takedowns.queries import standing_holds, to_hold

if TYPE_CHECKING:
    from rightcast.domain.hold import Hold

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
    for hold in _holds():
        if line_id in hold.line_ids:
            raise _kept(hold, "This line")


def trail_kept_from() -> datetime | None:
    """From which moment on the trail must be kept; None while no hold stands.

    A hold without a beginning of its own for a case keeps all of the trail; that of a takedown what came since it.
    """
    moments = [row.shown_from or (row.at if row.takedown_id else _EVER) for row in standing_holds()]
    return min(moments, default=None)


def held_take(channel_id: int, start: int, stop: int, line_ids: frozenset[int]) -> bool:
    """Whether the files of a take must stay: its channel's stretch, or one of its lines, is held."""
    now = timezone.now().timestamp()
    return any(one.keeps(channel_id, start, stop, now) or one.line_ids & line_ids for one in _holds())


def _holds() -> list[Hold]:
    return [to_hold(row) for row in standing_holds()]


def _kept(hold: Hold, what: str) -> ConflictError:
    case = f" of case {hold.case}" if hold.case else ""
    return ConflictError(
        f"{what} is kept by hold {hold.id}{case}.",
        remedy="Lift the hold, or the takedown it belongs to, first: `rightcast hold list` shows it.",
    )
