"""Recordings that must go: no right lets them be kept, their days are over, or their line was removed.

Watching ends by itself at the edges, at once; this is about the files, and about asking for their deletion again.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef

from rightcast.contract.catalogue import Kind
from rightcast.domain.recordings import DAY_S, KEPT, Cause, Status
from rightcast.domain.rights import Copies
from rightcast.panel.audit.operations import Actor
from rightcast.panel.lines.models import Line
from rightcast.panel.operation import operating
from rightcast.panel.recordings.models import Recording, TakeRow
from rightcast.panel.recordings.queries import policy
from rightcast.panel.recordings.room import Grants, lines_of, settle_line, take_away

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from rightcast.domain.rights import CarriageRight

SOON_S = 600
ASK_AGAIN = timedelta(minutes=10)
_BATCH = 500
_HELD = [Status.RECORDING.value, *(one.value for one in KEPT)]


def follow_rights(now: float) -> int:
    """Remove what no right lets be kept, after the station's grace, and what has had its days; returns how many."""
    held = Recording.objects.filter(status__in=_HELD)
    grace_s, grants, count = policy().grace_h * 3600, Grants(), 0
    groups = held.order_by().values_list("channel_id", "line__territory", "copies").distinct()
    for channel_id, territory, copies in list(groups):
        rows = held.filter(channel=channel_id, line__territory=territory, copies=copies)
        days = _days(grants.rights(channel_id), territory, Copies(copies), now)
        if days is None:
            rows.filter(unfounded_since=0).update(unfounded_since=int(now))
            _cut_short(rows.filter(status=Status.RECORDING.value), now)
            count += _remove(rows.filter(unfounded_since__lte=now - grace_s), Cause.RIGHT_ENDED)
            continue
        rows.exclude(unfounded_since=0).update(unfounded_since=0)
        if days:
            count += _remove(rows.filter(stop__lte=now - days * DAY_S), Cause.TIME_OVER)
    return count


def _cut_short(rows: QuerySet[Recording], now: float) -> None:
    """What is under way without a right ends now; what is kept of it is judged, and goes with the rest."""
    running = TakeRow.objects.filter(recordings__in=rows, settled=False, leaving=False, stop__gt=now).distinct()
    with operating(Actor.system(), "") as deed:
        for take in running:
            take.stop = int(now)
            take.save(update_fields=["stop"])
            deed.changed(Kind.TAKE, take.pk)
            deed.record("take.cut", take.pk, f"ended {take}, for no right grants recordings any more")


def settle_soon(now: float) -> int:
    """Ask rights and room again for what begins within minutes; returns how many lines were looked at."""
    waiting = [Status.PLANNED.value, Status.REFUSED.value]
    soon = Recording.objects.filter(status__in=waiting, start__lt=now + SOON_S, stop__gt=now)
    line_ids = list(soon.order_by().values_list("line", flat=True).distinct())
    for line_id in line_ids:
        with operating(Actor.system(), "") as deed:
            settle_line(deed, line_id)
    return len(line_ids)


def _days(rights: list[CarriageRight], territory: str, copies: Copies, now: float) -> int | None:
    """For how many days rights in force let such copies be kept; 0: without end, None: not at all."""
    at = datetime.fromtimestamp(now, UTC)
    enough = {Copies.SHARED} if copies is Copies.SHARED else {Copies.PRIVATE, Copies.SHARED}
    days = [
        right.later.recording_days
        for right in rights
        if right.in_force(at) and right.covers_territory(territory) and right.later.recordings in enough
    ]
    return None if not days else 0 if 0 in days else max(days)


def remove_of_gone_lines() -> int:
    """Remove the recordings of lines that are no more; returns how many."""
    known = Line.objects.filter(id=OuterRef("line_id"))
    rows = Recording.objects.exclude(status=Status.REMOVED.value).filter(~Exists(known))
    return _remove(rows, Cause.LINE_GONE)


def _remove(rows: QuerySet[Recording], cause: Cause) -> int:
    count = 0
    while batch := list(rows.select_related("take")[:_BATCH]):
        with operating(Actor.system(), "") as deed:
            for row in batch:
                take_away(deed, row, cause)
            if cause is not Cause.LINE_GONE:
                for line_id in lines_of(batch):
                    settle_line(deed, line_id)
        count += len(batch)
    return count


def ask_again() -> int:
    """Ask the recorder once more to delete what it has not said to have deleted; returns how many."""
    with operating(Actor.system(), "") as deed:
        rows = list(TakeRow.objects.filter(leaving=True, asked__lt=deed.now - ASK_AGAIN)[:_BATCH])
        for row in rows:
            row.asked = deed.now
            row.save(update_fields=["asked"])
            deed.changed(Kind.TAKE, row.pk)
    return len(rows)


def forget_over(before: float) -> int:
    """Forget rows of what was removed, refused or failed and ended before a moment; returns how many."""
    over = [Status.REMOVED.value, Status.REFUSED.value, Status.FAILED.value]
    return Recording.objects.filter(status__in=over, stop__lt=before, take=None).delete()[0]
