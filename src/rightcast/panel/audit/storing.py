"""The three statements that add to the chain, written out: through the ORM they took two thirds of a deed's time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from rightcast.panel.audit.queries import HEAD_ID

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from rightcast.domain.chain import Row

_INSERT = """INSERT INTO audit_auditrow (seq, at, actor_kind, user_id, actor_name, action, subject, subject_id,
person_kind, person_id, sentence, detail, prev_hash, hash)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"""
_HEAD = "SELECT seq, hash FROM audit_chainhead WHERE id = %s"
_MOVE = "UPDATE audit_chainhead SET seq = %s, hash = %s WHERE id = %s"


def locked_end() -> tuple[int, str] | None:
    """Number and hash of the last row, locked until the transaction ends; None where there is no end yet.

    SQLite's write lock is held since the transaction began; elsewhere the row is locked.
    """
    lock = " FOR UPDATE" if connection.features.has_select_for_update else ""
    with connection.cursor() as cursor:
        cursor.execute(_HEAD + lock, [HEAD_ID])
        found = cursor.fetchone()
    return None if found is None else (found[0], found[1])


def store(rows: Sequence[Row], at: datetime) -> None:
    """Insert rows that follow the end of the chain, all of the moment `at`, and move the end behind them."""
    moment = connection.ops.adapt_datetimefield_value(at)
    values = [
        (
            row.seq,
            moment,
            row.actor_kind,
            row.actor_id,
            row.actor_name,
            row.action,
            row.subject,
            row.subject_id,
            row.person_kind,
            row.person_id,
            row.sentence,
            row.detail,
            row.prev_hash,
            row.hash,
        )
        for row in rows
    ]
    with connection.cursor() as cursor:
        if len(values) == 1:
            cursor.execute(_INSERT, values[0])
        else:
            cursor.executemany(_INSERT, values)
        cursor.execute(_MOVE, [rows[-1].seq, rows[-1].hash, HEAD_ID])
