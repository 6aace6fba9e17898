"""The nightly sweep: cuts addresses short, forgets what is past its time, and writes into the trail what went."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction

from rightcast.domain.addresses import cut_short
from rightcast.domain.schedule import zone_named
from rightcast.panel.audit.operations import Actor
from rightcast.panel.lines.models import Credential
from rightcast.panel.operation import operating
from rightcast.panel.privacy.holding import held_sessions
from rightcast.panel.privacy.queries import retention
from rightcast.panel.station.queries import station
from rightcast.panel.usage.models import RefusalRow, SessionRow

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from django.db.models import Q, QuerySet

NIGHT_H = 3
_STEP = 2000
"""Rows of one transaction: others write in between."""


class Nightly:
    """Sweeps once a night, at NIGHT_H of the station's clock or as soon after as somebody looks."""

    def __init__(self) -> None:
        self._swept: date | None = None

    def look(self, now: datetime) -> bool:
        """Sweep if this night's sweep is still to come; whether it was done now."""
        here = now.astimezone(zone_named(station().timezone)) - timedelta(hours=NIGHT_H)
        if self._swept == here.date():
            return False
        sweep(now)
        self._swept = here.date()
        return True


def sweep(now: datetime) -> dict[str, int]:
    """Do it all; returns how many of each kind, and says so in the trail unless there was nothing to do.

    Sessions that a legal hold is about stay as they are.
    """
    keep = retention()
    running_since = now - timedelta(days=1)
    held = held_sessions(now)
    done = {
        "addresses cut short": _cut_addresses(now - timedelta(days=keep.address_days), held),
        "sessions forgotten": _forget(
            SessionRow.objects.filter(began__lt=now - timedelta(days=keep.session_days))
            .exclude(ended__isnull=True, began__gte=running_since)
            .exclude(held)
        ),
        "counts of refusals forgotten": _forget(
            RefusalRow.objects.filter(began__lt=now - timedelta(days=keep.refusal_days))
        ),
        "last visits of devices forgotten": _forget_visits(now - timedelta(days=keep.device_days)),
    }
    done = {what: count for what, count in done.items() if count}
    if done:
        with operating(Actor.system(), "") as deed:
            told = ", ".join(f"{count} {what}" for what, count in done.items())
            deed.record("privacy.sweep", None, f"swept what is past its time: {told}", **_fields(done))
    return done


def _cut_addresses(before: datetime, held: Q) -> int:
    sessions = SessionRow.objects.filter(began__lt=before).exclude(address="").exclude(address__contains="/")
    sessions = sessions.exclude(held)
    devices = Credential.objects.filter(last_seen__lt=before).exclude(last_address="")
    devices = devices.exclude(last_address__contains="/")
    return _in_steps(lambda: _cut(sessions, "address")) + _in_steps(lambda: _cut(devices, "last_address"))


def _cut(rows: QuerySet[Any], column: str) -> int:
    found = list(rows.only("pk", column)[:_STEP])
    for row in found:
        setattr(row, column, cut_short(getattr(row, column)))
    rows.model.objects.bulk_update(found, [column], batch_size=200)
    return len(found)


def _forget(rows: QuerySet[SessionRow] | QuerySet[RefusalRow]) -> int:
    def step() -> int:
        ids = list(rows.order_by("began").values_list("pk", flat=True)[:_STEP])
        for at in range(0, len(ids), 500):
            rows.model.objects.filter(pk__in=ids[at : at + 500]).delete()
        return len(ids)

    return _in_steps(step)


def _forget_visits(before: datetime) -> int:
    seen = Credential.objects.filter(last_seen__lt=before).exclude(last_player="", last_address="")
    return seen.update(last_player="", last_address="")


def _in_steps(step: Callable[[], int]) -> int:
    total = 0
    while True:
        with transaction.atomic():
            count = step()
        total += count
        if count < _STEP:
            return total


def _fields(done: dict[str, int]) -> dict[str, object]:
    return {what.replace(" ", "_"): count for what, count in done.items()}
