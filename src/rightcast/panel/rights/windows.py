"""Agreements for other programs: a calendar of their windows, behind a revocable address, and ODRL."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from rightcast.domain.errors import ConflictError, InvalidInputError, NotFoundError
from rightcast.formats.icalendar import Moment, write_calendar
from rightcast.formats.odrl import odrl
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.operation import operating
from rightcast.panel.rights.bounding import terms_of
from rightcast.panel.rights.models import CalendarRow, CarriageRight
from rightcast.panel.rights.queries import PENDING, to_record
from rightcast.panel.rights.writing import covered
from rightcast.panel.station.queries import station

if TYPE_CHECKING:
    from rightcast.panel.audit.operations import Actor

LONGEST_PAST = timedelta(days=365)
MOST_CALENDARS = 50


@dataclass(frozen=True, slots=True)
class NewCalendar:
    """A calendar together with its secret, which is shown this once."""

    row: CalendarRow
    secret: str


def add_calendar(actor: Actor, name: str) -> NewCalendar:
    """Open one more address for the calendar of windows. Raises InvalidInputError, ConflictError."""
    with operating(actor, "rights.change_carriageright") as deed:
        cleaned = " ".join(name.split())
        if not 0 < len(cleaned) <= 80:
            raise InvalidInputError("Its name has 1 to 80 letters.", remedy="Say who reads it.", field="name")
        if CalendarRow.objects.count() >= MOST_CALENDARS:
            raise ConflictError("There are many calendars already.", remedy="Revoke one that nobody reads.")
        secret = secrets.token_urlsafe(24)
        row = CalendarRow.objects.create(name=cleaned, digest=_digest(secret), created=deed.now)
        deed.record("calendar.add", row.pk, f"opened a calendar of windows for {cleaned}")
    return NewCalendar(row, secret)


def revoke_calendar(actor: Actor, calendar_id: int) -> None:
    """Close its address at once. Raises NotFoundError."""
    with operating(actor, "rights.change_carriageright") as deed:
        row = CalendarRow.objects.filter(id=calendar_id).first()
        if row is None:
            raise NotFoundError(f"There is no calendar of id {calendar_id}.", remedy="It may have been revoked.")
        deed.record("calendar.revoke", row.pk, f"revoked the calendar of windows for {row.name}")
        row.delete()


def calendar_behind(secret: str) -> CalendarRow | None:
    """The calendar whose secret this is; a look-up by digest, so time tells nothing of the secret."""
    return CalendarRow.objects.filter(digest=_digest(secret)).first()


def calendar_text(now: datetime | None = None) -> str:
    """Beginnings, ends, and last days of notice of every agreement that is or was in force, a year back."""
    moment = now or timezone.now()
    rows = CarriageRight.objects.exclude(status__in=[*PENDING, "withdrawn"])
    rows = rows.filter(Q(ends=None) | Q(ends__gt=moment - LONGEST_PAST)).order_by("id")
    found = [one for right in rows for one in _moments(right)]
    return write_calendar(f"Rights of {station().name}", sorted(found, key=lambda one: one.at), moment)


def odrl_of(right: CarriageRight) -> dict[str, object]:
    """The agreement as an ODRL document."""
    record = to_record(right, covered(right))
    credit = right.evidence.filter(need="credit").values_list("text", flat=True).last() or ""
    names = dict(Channel.objects.filter(id__in=record.channel_ids).values_list("id", "name"))
    return odrl(record, terms_of(right), station=station().name, channels=names, credit=credit)


def _moments(right: CarriageRight) -> list[Moment]:
    terms, uid = terms_of(right), f"right-{right.pk}"
    words = "\n".join(
        filter(
            None,
            (
                f"Licensor: {right.licensor}",
                f"Start-over: {'yes' if right.start_over else 'no'}; catch-up: {right.catchup_h} h;"
                f" recordings: {right.recordings.replace('_', ' ')}",
                f"Call: {terms.contact}" if terms.contact else "",
            ),
        )
    )
    found = [Moment(f"{uid}-begins@rightcast", right.starts, f"{right.reference} begins", words)]
    if right.ends is not None:
        found.append(Moment(f"{uid}-ends@rightcast", right.ends, f"{right.reference} ends", words))
        if terms.notice_days:
            last = right.ends - timedelta(days=terms.notice_days)
            found.append(Moment(f"{uid}-notice@rightcast", last, f"Last day of notice for {right.reference}", words))
    return found


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
