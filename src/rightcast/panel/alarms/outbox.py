"""The queue of what is to be told: rows of a table, written with the alarm that turned, bounded for each notifier."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
from django.conf import settings
from django.utils import timezone

from rightcast.domain.alarms import Notice
from rightcast.domain.findings import Severity, SubjectKind, kind_of
from rightcast.panel.alarms.models import DeliveryRow, DeliveryState, NotifierRow
from rightcast.panel.alarms.notify.contract import Message
from rightcast.panel.alarms.notify.registry import NOTIFIERS
from rightcast.panel.station.queries import station

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from rightcast.panel.alarms.models import AlarmRow

MOST_WAITING = 1000
"""For each notifier; beyond that the oldest are dropped, for they are the least news."""
_ANY_HOST = {"0.0.0.0", "::"}  # noqa: S104 - recognised, not bound


def enqueue(row: AlarmRow, notice: Notice, hides: Sequence[str]) -> None:
    """Queue a notice for every notifier that wants it. A clearing goes to those only that heard of the alarm."""
    worst = max(row.severity, row.told or 0)
    notifiers = NotifierRow.objects.filter(enabled=True, least__lte=worst)
    if notice is Notice.CLEARED:
        notifiers = notifiers.filter(id__in=DeliveryRow.objects.filter(alarm=row).values("notifier"))
    if row.subject_kind == SubjectKind.NOTIFIER.value:
        notifiers = notifiers.exclude(id=int(row.subject_id))
    for notifier in notifiers:
        put(notifier, row, notice.value, message_of(row, notice.value, hides))


def put(notifier: NotifierRow, row: AlarmRow | None, notice: str, message: Message) -> DeliveryRow:
    """Queue one message for one notifier, within its bound."""
    now = timezone.now()
    waiting = DeliveryRow.objects.filter(notifier=notifier, state=DeliveryState.WAITING)
    excess = waiting.count() + 1 - MOST_WAITING
    if excess > 0:
        oldest = list(waiting.order_by("id").values_list("id", flat=True)[:excess])
        DeliveryRow.objects.filter(id__in=oldest).update(
            state=DeliveryState.DROPPED, done=now, result="too many were waiting"
        )
    settle_s = NOTIFIERS[notifier.kind].settle_s if notifier.kind in NOTIFIERS else 0.0
    return DeliveryRow.objects.create(
        notifier=notifier,
        alarm=row,
        notice=notice,
        message=msgspec.to_builtins(message),
        created=now,
        due=now + timedelta(seconds=settle_s),
    )


def message_of(row: AlarmRow, notice: str, hides: Sequence[str] = ()) -> Message:
    """The alarm as it is told. Addresses in it are without credentials."""
    kind = kind_of(row.kind)
    return Message(
        alarm=row.id,
        notice=notice,
        severity=Severity(row.severity).word,
        kind=row.kind,
        title=kind.title,
        subject_kind=row.subject_kind,
        subject_id=row.subject_name if row.subject_kind == SubjectKind.MULTIPLEX.value else row.subject_id,
        subject=row.subject_name,
        detail=row.detail,
        remedy=kind.remedy,
        since=_seconds(row.since),
        raised=_seconds(row.raised),
        cleared=None if row.cleared is None else _seconds(row.cleared),
        hides=list(hides),
        link=f"{console_url()}/alarms/{row.id}/",
        station=station().name,
    )


def test_message() -> Message:
    """What is sent to see whether it arrives."""
    now = timezone.now().timestamp()
    return Message(
        alarm=0,
        notice="test",
        severity=Severity.INFO.word,
        kind="test",
        title="Test message",
        subject_kind=SubjectKind.STATION.value,
        subject_id="station",
        subject=station().name,
        detail="If you can read this, alarms reach you this way.",
        since=now,
        raised=now,
        station=station().name,
    )


def console_url() -> str:
    """Where operators sign in, as this machine knows it."""
    console = settings.STATION.console
    return f"http://{'localhost' if console.host in _ANY_HOST else console.host}:{console.port}"


def _seconds(moment: datetime) -> float:
    return moment.timestamp()
