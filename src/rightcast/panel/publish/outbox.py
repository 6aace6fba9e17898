"""Writing the outbox: which keys changed, in the same transaction as the change itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from rightcast.panel.publish.models import OutboxRow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rightcast.contract.catalogue import Kind


_ONE = "INSERT INTO publish_outboxrow (kind, key) VALUES (%s, %s)"


def enqueue(kind: Kind, *keys: int) -> None:
    """Note that the records of these keys changed, appeared or went."""
    enqueue_all((kind, key) for key in keys)


def enqueue_all(keys: Iterable[tuple[Kind, int]]) -> None:
    """Note many keys at once; the order is kept."""
    noted = list(dict.fromkeys(keys))
    if len(noted) == 1:  # as an import notes thousands, each in a transaction with its day
        with connection.cursor() as cursor:
            cursor.execute(_ONE, (noted[0][0].value, noted[0][1]))
        return
    rows = [OutboxRow(kind=kind.value, key=key) for kind, key in noted]
    OutboxRow.objects.bulk_create(rows, batch_size=2000)
