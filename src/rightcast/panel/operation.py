"""The frame of every operation: permission, change, audit row and outbox rows in one transaction.

with operating(actor, "lines.change_line") as deed:
    line.save()
    deed.record("line.disable", line.id, "disabled line anna")
    deed.changed(Kind.LINE, line.id)
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from rightcast.contract.catalogue import Kind
from rightcast.panel.audit.appending import Said
from rightcast.panel.audit.operations import Actor, write_rows
from rightcast.panel.publish.outbox import enqueue_all
from rightcast.panel.publish.publisher import drain_after_commit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rightcast.panel.audit.persons import Person


@dataclass(slots=True)
class Deed:
    """What one operation has done so far; written when its block ends well."""

    actor: Actor
    now: datetime
    rows: list[Said] = field(default_factory=list)
    keys: list[tuple[Kind, int]] = field(default_factory=list)

    def record(self, action: str, subject_id: int | None, sentence: str, **detail: object) -> None:
        """Say what was done; secrets never go in."""
        self.rows.append(Said(action, subject_id, sentence, detail))

    def record_of(
        self, person: Person | None, action: str, subject_id: int | None, sentence: str, **detail: object
    ) -> None:
        """Say what was done in words that name a person, such as ("line", 7): erasing the person erases them.

        What is said of a line or of an operator as the subject is kept so anyway.
        """
        self.rows.append(Said(action, subject_id, sentence, detail, person))

    def changed(self, kind: Kind, *keys: int) -> None:
        """Name records to publish."""
        self.keys.extend((kind, key) for key in keys)

    def changed_all(self, kind: Kind, keys: Iterable[int]) -> None:
        """Name many records to publish."""
        self.keys.extend((kind, key) for key in keys)


@contextmanager
def operating(actor: Actor, permission: str) -> Iterator[Deed]:
    """Run one operation of `actor`, who must hold `permission`. Raises PermissionDeniedError."""
    actor.require(permission)
    with transaction.atomic():
        deed = Deed(actor, timezone.now())
        yield deed
        write_rows(actor, deed.rows, deed.now)
        if deed.keys:
            enqueue_all(deed.keys)
            drain_after_commit()
