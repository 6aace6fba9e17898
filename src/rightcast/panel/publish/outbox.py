"""Writing the outbox: which keys changed, in the same transaction as the change itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.panel.publish.models import OutboxRow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rightcast.contract.catalogue import Kind


def enqueue(kind: Kind, *keys: int) -> None:
    """Note that the records of these keys changed, appeared or went."""
    enqueue_all((kind, key) for key in keys)


def enqueue_all(keys: Iterable[tuple[Kind, int]]) -> None:
    """Note many keys at once; the order is kept."""
    rows = [OutboxRow(kind=kind.value, key=key) for kind, key in dict.fromkeys(keys)]
    OutboxRow.objects.bulk_create(rows, batch_size=2000)
