"""What a legal hold keeps out of the sweep and out of erasing."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from django.db.models import Q

from rightcast.domain.library import watched_as
from rightcast.panel.takedowns.queries import standing_holds

if TYPE_CHECKING:
    from datetime import datetime

    from rightcast.panel.takedowns.models import Hold


def held_sessions(now: datetime) -> Q:
    """Sessions that some hold is about: of its lines, or of its channels and titles within its span."""
    return reduce(or_, map(_about, standing_holds(now)), Q(pk__in=()))


def holds_of_line(line_id: int, now: datetime) -> list[Hold]:
    """The holds that name a line."""
    return [one for one in standing_holds(now) if line_id in one.line_ids]


def _about(hold: Hold) -> Q:
    watched = Q(channel_id__in=[*hold.channel_ids, *map(watched_as, hold.title_ids)])
    if hold.shown_from is not None:
        watched &= Q(ended__isnull=True) | Q(ended__gt=hold.shown_from)
    if hold.shown_until is not None:
        watched &= Q(began__lt=hold.shown_until)
    return watched | Q(line_id__in=hold.line_ids)
