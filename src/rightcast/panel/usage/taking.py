"""Takes in what edges wrote of sessions, each record once: the last state of an id counts, whatever comes twice."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest

from rightcast.contract.session_records import EdgeStarted, RefusalCount, SessionRecord, SpoolDropped
from rightcast.panel.audit.operations import Actor
from rightcast.panel.operation import operating
from rightcast.panel.usage.counting import mark_dirty
from rightcast.panel.usage.models import RefusalRow, SessionRow, StandRow
from rightcast.panel.usage.names import Names, names_for
from rightcast.state.session_spool import taken, waiting_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rightcast.contract.session_records import Written

MOST_FILES = 50
"""Taken in one go, each in a transaction of its own."""
_STEP = 500
EDGE_STOPPED = "edge_stopped"
_KEPT = [
    "line_id", "line_name", "watched", "past", "device_class", "credential_id", "player", "address", "country",
    "residence", "ended", "reason", "bytes_sent",
]  # fmt: skip

_log = logging.getLogger(__name__)


def take_sessions() -> int:
    """Take in what waits; returns how many records. What fails stays where it is and is tried again."""
    count = 0
    for path in waiting_files(settings.STATION.session_spool)[:MOST_FILES]:
        for records, unread in taken(path):
            if unread:
                _log.warning("%d lines of %s could not be read", unread, path.name)
            take(records)
            count += len(records)
    return count


def take(records: Sequence[Written]) -> None:
    """Take in records in their order, all or none."""
    with transaction.atomic():
        last: dict[str, SessionRecord] = {}
        for one in records:
            match one:
                case SessionRecord():
                    last[one.id] = one
                case EdgeStarted():
                    _store(last.values())
                    last = {}
                    _end_those_before(one)
                case SpoolDropped():
                    _tell_dropped(one)
                case RefusalCount():
                    pass
        _store(last.values())
        counts = [one for one in records if isinstance(one, RefusalCount)]
        RefusalRow.objects.bulk_create(map(_refusals, counts), ignore_conflicts=True)


def _store(records: Iterable[SessionRecord]) -> None:
    wanted = {one.id: one for one in records}
    ids = list(wanted)
    for at in range(0, len(ids), _STEP):
        over = SessionRow.objects.filter(id__in=ids[at : at + _STEP], ended__isnull=False)
        for known in over.values_list("id", flat=True):
            if not wanted[known].ended:
                del wanted[known]  # it is written that it ended: an older state says nothing
    names = names_for(wanted.values())
    rows = [_row(one, names) for one in wanted.values()]
    SessionRow.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=_KEPT)
    ids = list(wanted)
    for at in range(0, len(ids), _STEP):
        StandRow.objects.filter(session_id__in=ids[at : at + _STEP]).delete()
    StandRow.objects.bulk_create([stand for one in wanted.values() for stand in _stands(one, names)])
    mark_dirty((row.began, row.ended or row.began) for row in rows)


def _row(one: SessionRecord, names: Names) -> SessionRow:
    erased = one.line_id in names.erased
    return SessionRow(
        id=one.id[:96],
        sid=one.sid[:64],
        edge=one.edge,
        line_id=None if erased else one.line_id,
        line_name="" if erased else one.line[:64],
        channel_id=one.channel_id,
        watched=names.watched(one)[:200],
        recording_id=one.recording_id,
        past=_moment(one.past) if one.past else None,
        kind=one.kind[:8],
        device_class=one.device_class[:16],
        credential_id=0 if erased else one.credential_id,
        player="" if erased else one.player[:80],
        address="" if erased else one.address[:64],
        country=one.country[:2],
        residence=names.homes.get(one.line_id, "")[:2],
        began=_moment(one.began),
        ended=_moment(one.ended) if one.ended else None,
        reason=one.reason[:40],
        bytes_sent=one.bytes_sent,
    )


def _stands(one: SessionRecord, names: Names) -> list[StandRow]:
    """One for each right, each ending where the next begins."""
    ends = [_moment(since) for _, since in one.rights[1:]] + [_moment(one.ended) if one.ended else None]
    return [
        StandRow(
            session_id=one.id[:96],
            right_id=right_id,
            reference=names.rights.get(right_id, "")[:120],
            channel_id=one.channel_id,
            territory=(one.country or names.homes.get(one.line_id, ""))[:2],
            line_id=None if one.line_id in names.erased else one.line_id,
            sid=one.sid[:64],
            began=_moment(since),
            ended=end,
        )
        for (right_id, since), end in zip(one.rights, ends, strict=True)
    ]


def _end_those_before(started: EdgeStarted) -> None:
    """What an edge left running when it died ended with the last sign of it, never before it began."""
    alive = _moment(started.alive)
    rows = SessionRow.objects.filter(edge=started.edge, ended__isnull=True, began__lt=_moment(started.at))
    left = list(rows.values_list("id", "sid"))
    mark_dirty((began, max(began, alive)) for began in rows.values_list("began", flat=True))
    for at in range(0, len(left), _STEP):
        ids = [one for one, _ in left[at : at + _STEP]]
        StandRow.objects.filter(session_id__in=ids, ended__isnull=True).update(ended=Greatest(F("began"), alive))
        SessionRow.objects.filter(id__in=ids).update(ended=Greatest(F("began"), alive), reason=EDGE_STOPPED)
    for name, sid in left:
        if sent := started.bytes_sent.get(sid, 0):
            SessionRow.objects.filter(id=name).update(bytes_sent=sent)


def _tell_dropped(one: SpoolDropped) -> None:
    with operating(Actor.system(), "") as deed:
        sentence = f"{one.lines} session records were lost: nothing took them in before the spool was full"
        deed.record("session.drop", None, sentence, lines=one.lines, at=one.at)


def _refusals(one: RefusalCount) -> RefusalRow:
    return RefusalRow(
        id=one.id[:96],
        channel_id=one.channel_id,
        reason=one.reason[:40],
        began=_moment(one.began),
        until=_moment(one.until),
        count=one.count,
    )


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
