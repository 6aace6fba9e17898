"""Who may send notices by program: a key for each, shown once, revoked with one step."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from rightcast.domain.errors import ConflictError, InvalidInputError, NotFoundError
from rightcast.panel.notices import course
from rightcast.panel.notices.models import DESK_ID, DeskRow, Flagger
from rightcast.panel.operation import operating

if TYPE_CHECKING:
    from rightcast.panel.audit.operations import Actor

MOST_HOURLY = 100_000
MARK = "rcf_"
"""How a key begins, so that one that leaks is recognised."""


def add_flagger(
    actor: Actor, *, name: str, email: str = "", trusted: bool = False, hourly: int = 600
) -> tuple[Flagger, str]:
    """Register a flagger; the key is told now and never again. Raises InvalidInputError, ConflictError."""
    name = " ".join(name.split())
    if not 1 <= len(name) <= 200:
        raise InvalidInputError("A flagger needs a name.", remedy="Give 1 to 200 letters.", field="name")
    if email:
        try:
            validate_email(email)
        except ValidationError as error:
            raise InvalidInputError(
                f"'{email}' is no mail address.", remedy="Write name@example.org.", field="email"
            ) from error
    if not 1 <= hourly <= MOST_HOURLY:
        raise InvalidInputError(
            f"{hourly} notices an hour is no quota.", remedy=f"Give 1 to {MOST_HOURLY:,}.", field="hourly"
        )
    key = MARK + secrets.token_urlsafe(32)
    with operating(actor, "notices.add_flagger") as deed:
        if Flagger.objects.filter(name__iexact=name).exists():
            raise ConflictError(f"There is a flagger '{name}'.", remedy="Choose another name.", field="name")
        row = Flagger.objects.create(
            name=name, email=email, trusted=trusted, hourly=hourly, digest=_digest(key), created=deed.now
        )
        deed.record("flagger.add", row.pk, f"registered flagger {name}", trusted=trusted, hourly=hourly)
        transaction.on_commit(course.show_desk)
    return row, key


def change_flagger(actor: Actor, flagger_id: int, *, trusted: bool) -> Flagger:
    """Mark a flagger as trusted, or no more; what it sent before stays as it was."""
    with operating(actor, "notices.change_flagger") as deed:
        row = _flagger(flagger_id)
        row.trusted = trusted
        row.save(update_fields=["trusted"])
        deed.record("flagger.change", row.pk, f"flagger {row}: {'trusted' if trusted else 'not trusted'}")
        transaction.on_commit(course.show_desk)
    return row


def revoke_flagger(actor: Actor, flagger_id: int) -> Flagger:
    """Void a flagger's key; its notices stay."""
    with operating(actor, "notices.change_flagger") as deed:
        row = _flagger(flagger_id)
        row.revoked = row.revoked or deed.now
        row.save(update_fields=["revoked"])
        deed.record("flagger.revoke", row.pk, f"revoked the key of flagger {row}")
        transaction.on_commit(course.show_desk)
    return row


def set_desk(actor: Actor, row: DeskRow) -> DeskRow:
    """Say what is offered and promised. Raises InvalidInputError."""
    row.id = DESK_ID
    _check(row)
    with operating(actor, "notices.change_deskrow") as deed:
        row.save()
        deed.record(
            "notices.desk", row.pk, "changed what is offered to whoever gives notice", dsa=row.dsa, dmca=row.dmca
        )
        transaction.on_commit(course.show_desk)
    return row


def find_flagger(named: str) -> Flagger:
    """The flagger of this name or id. Raises NotFoundError."""
    text = named.strip()
    row = Flagger.objects.filter(name__iexact=text).first()
    if row is None and text.isdecimal() and len(text) < 18:
        row = Flagger.objects.filter(id=int(text)).first()
    if row is None:
        raise NotFoundError(f"There is no flagger '{text[:60]}'.", remedy="List them with `rightcast notice flaggers`.")
    return row


def _check(row: DeskRow) -> None:
    try:
        course.holidays_of(row)
    except ValueError as error:
        raise InvalidInputError(
            f"A holiday cannot be read: {error}.", remedy="Write one day a line: 2026-12-25.", field="holidays"
        ) from error
    for name in ("decide_days", "decide_trusted_days", "answer_days", "resolve_days"):
        if not 1 <= getattr(row, name) <= 90:
            raise InvalidInputError("That is no promise.", remedy="Give 1 to 90 business days.", field=name)


def _flagger(flagger_id: int) -> Flagger:
    row = Flagger.objects.filter(id=flagger_id).first()
    if row is None:
        raise NotFoundError("There is no such flagger.")
    return row


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
