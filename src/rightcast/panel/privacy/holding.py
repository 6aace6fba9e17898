"""What a legal hold keeps out of the sweep and out of erasing."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from django.db.models import Q

from rightcast.domain.library import watched_as
from rightcast.panel.lines.models import Line
from rightcast.panel.takedowns.queries import standing_holds

if TYPE_CHECKING:
    from datetime import datetime

    from rightcast.panel.takedowns.models import Hold


def held_sessions(now: datetime) -> Q:
    """Sessions that some hold is about: of its lines, or of its channels and titles within its span."""
    return reduce(or_, map(_about, standing_holds(now)), Q(pk__in=()))


def holds_of_line(line_id: int, now: datetime) -> list[Hold]:
    """The holds that name a line."""
    home = Line.objects.filter(id=line_id).values_list("territory", flat=True).first()
    return [one for one in standing_holds(now) if line_id in one.line_ids or home in one.territories]


def _about(hold: Hold) -> Q:
    watched = Q(channel_id__in=[*hold.channel_ids, *map(watched_as, hold.title_ids)])
    if hold.shown_from is not None:
        watched &= Q(ended__isnull=True) | Q(ended__gt=hold.shown_from)
    if hold.shown_until is not None:
        watched &= Q(began__lt=hold.shown_until)
    if hold.territories:
        watched |= Q(line_id__in=Line.objects.filter(territory__in=hold.territories).values("id"))
    return watched | Q(line_id__in=hold.line_ids)
