"""The watch of the jobs process: looks at reports and records, lets the engine decide, stores what turned.

The tables are written on change only. What is open there is where a restarted process goes on.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from rightcast.domain.alarms import Alarm, Alarms, Policy, Turn
from rightcast.panel.alarms import queries
from rightcast.panel.alarms.facts import Facts, Intent
from rightcast.panel.alarms.models import AlarmRow
from rightcast.panel.alarms.outbox import enqueue
from rightcast.panel.console.live import live

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from zoneinfo import ZoneInfo

    from rightcast.domain.findings import Key
    from rightcast.panel.console.live import Live

SOON = timedelta(days=31)
RECORDS_EVERY_S = 5.0
"""How often intent, rules and quiet times are read; reports are looked at each time."""
_ENGINE_FIELDS = ("severity", "detail", "since", "told", "quiet", "flaps", "cleared", "cause_id", "subject_name")


class Watch:
    """One for each jobs process. `look` is to be called about once a second."""

    def __init__(self, *, clock: Callable[[], datetime] = timezone.now, picture: Callable[[], Live] = live) -> None:
        self._clock = clock
        self._picture = picture
        self._facts = Facts()
        self._alarms: Alarms | None = None
        self._read_at: datetime | None = None
        self._intent = Intent()
        self._policy = Policy()
        self._zone: ZoneInfo | None = None

    def look(self) -> list[Turn]:
        """Find, decide, store; what turned. After a failure the tables say where to go on."""
        now = self._clock()
        self._read(now)
        rows = {queries.key_of(row): row for row in queries.open_rows()}
        alarms = self._engine(rows)
        picture = self._picture()
        seen = self._facts.look(picture, self._intent, now.timestamp())
        try:
            turns = alarms.step(seen.findings, now.astimezone(self._zone), self._policy, seen.resting)
            if turns:
                with transaction.atomic():
                    _store(turns, rows)
        except BaseException:
            self._alarms = None
            raise
        return turns

    @property
    def open_count(self) -> int:
        """How many alarms are open."""
        return 0 if self._alarms is None else len(self._alarms.open)

    def _read(self, now: datetime) -> None:
        if self._read_at is not None and 0 <= (now - self._read_at).total_seconds() < RECORDS_EVERY_S:
            return
        self._intent = queries.intent(now, SOON)
        self._policy = queries.policy()
        self._zone = queries.zone()
        self._read_at = now

    def _engine(self, rows: Mapping[Key, AlarmRow]) -> Alarms:
        """The engine, which knows what is open and who has seen it as the tables say."""
        if self._alarms is None or self._alarms.open.keys() != rows.keys():
            self._alarms = Alarms(queries.to_record(row) for row in rows.values())
        for key, row in rows.items():
            self._alarms.acknowledge(key, queries.acknowledgement_of(row))
        return self._alarms


def _store(turns: list[Turn], rows: dict[Key, AlarmRow]) -> None:
    """Causes first, so that what they explain can point to them."""
    for turn in sorted(turns, key=lambda one: one.alarm.cause is not None):
        row = _stored(turn.alarm, rows)
        if turn.notice is not None:
            enqueue(row, turn.notice, turn.hides)


def _stored(alarm: Alarm, rows: dict[Key, AlarmRow]) -> AlarmRow:
    row = rows.get(alarm.key)
    if row is None:
        row = AlarmRow(
            subject_kind=alarm.key.subject.kind.value,
            subject_id=alarm.key.subject.id[:300],
            kind=alarm.key.kind[:64],
            raised=_moment(alarm.raised),
        )
    cause = rows.get(alarm.cause) if alarm.cause is not None else None
    row.subject_name = str(alarm.key.subject)[:300]
    row.severity = alarm.severity.value
    row.detail = alarm.detail
    row.since = _moment(alarm.since)
    row.told = alarm.told.value if alarm.told is not None else None
    row.quiet = alarm.quiet
    row.flaps = alarm.flaps
    row.cleared = None if alarm.cleared is None else _moment(alarm.cleared)
    row.cause_id = cause.id if cause is not None and cause.cleared is None else None
    if row.pk is None:
        row.save()
        rows[alarm.key] = row
        return row
    row.save(update_fields=_ENGINE_FIELDS)  # whoever acknowledges at this moment is not overwritten
    if alarm.acknowledged is None and row.seen_at is not None:
        AlarmRow.objects.filter(id=row.id, seen_at=row.seen_at).update(
            seen_by="", seen_at=None, seen_severity=None, seen_note="", seen_until=None
        )
    return row


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
