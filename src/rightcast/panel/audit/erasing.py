"""Erases a person from the trail: the key goes, the rows stay, and the chain holds as before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction

from rightcast.domain.errors import InvalidInputError
from rightcast.panel.audit.persons import destroy
from rightcast.panel.operation import operating
from rightcast.panel.takedowns.holding import require_free_line

if TYPE_CHECKING:
    from rightcast.panel.audit.operations import Actor

_MAY = {"line": "lines.delete_line", "staff": "staff.delete_operator"}
_OTHERS_MAY = "station.change_stationrow"
MOST_KIND = 16


def erase_subject(actor: Actor, kind: str, number: int) -> bool:
    """Make unreadable all that the trail says of a person, such as ("line", 7); False when that was done before.

    Rows written later about the person say nothing of them either. What was copied before, a backup for
    instance, holds the key still. Raises InvalidInputError, PermissionDeniedError, and
    ConflictError while a hold keeps what is known of a line.
    """
    if not kind or len(kind) > MOST_KIND or not kind.isascii():
        raise InvalidInputError(f"'{kind}' is no kind of person.", remedy="Name line or staff.", field="kind")
    if kind == "line":
        require_free_line(number)
    _overwrite_what_is_freed()
    with operating(actor, _MAY.get(kind, _OTHERS_MAY)) as deed:
        erased = destroy(kind, number, deed.now)
        if erased:
            deed.record("person.erase", number, f"erased what the trail says of {kind} {number}", kind=kind)
            transaction.on_commit(_empty_journal)
    return erased


def _overwrite_what_is_freed() -> None:
    """Let SQLite write zeros over the old key; other databases have ways of their own."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete = ON")


def _empty_journal() -> None:
    """Bring the change into the database file now; pages of the journal held the old key."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
