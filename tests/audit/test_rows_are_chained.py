"""Every operation's rows take their place in one chain, which the database guards."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from rightcast.domain.chain import Walk, follow
from rightcast.panel.audit import guards
from rightcast.panel.audit.models import AuditRow, ChainHead, Checkpoint
from rightcast.panel.audit.pruning import base, prune_rows
from rightcast.panel.lines import operations as lines

if TYPE_CHECKING:
    from rightcast.contract.station import StationSettings
    from rightcast.domain.chain import Fault
    from rightcast.panel.audit.operations import Actor

pytestmark = pytest.mark.django_db


def faults() -> list[Fault]:
    begin = base()
    assert begin is not None
    walk = Walk(begin.seq, begin.hash, begin.tree)
    found = follow((row.chained() for row in AuditRow.objects.order_by("id")), walk)
    head = ChainHead.objects.get()
    assert (head.seq, head.hash) == (walk.seq, walk.hash)
    return found


def test_rows_are_numbered_without_gaps_and_chained(actor: Actor) -> None:
    begin = AuditRow.objects.count()
    for name in ("anna", "bert", "cleo"):
        lines.create_line(actor, name=name)
    assert faults() == []
    assert list(AuditRow.objects.order_by("id").values_list("id", flat=True)) == list(range(1, begin + 4))


def test_an_operation_that_fails_leaves_no_gap(actor: Actor) -> None:
    lines.create_line(actor, name="anna")
    with transaction.atomic():
        lines.create_line(actor, name="bert")
        transaction.set_rollback(True)
    lines.create_line(actor, name="cleo")
    assert faults() == []


def test_pruned_rows_are_replaced_by_a_signed_checkpoint(actor: Actor) -> None:
    for name in ("anna", "bert", "cleo"):
        lines.create_line(actor, name=name)
    last = AuditRow.objects.order_by("-id")[0]
    assert prune_rows(last.at) == last.id - 1
    checkpoint = Checkpoint.objects.get(seq=last.id - 1)
    assert checkpoint.signature
    assert faults() == []
    lines.create_line(actor, name="dora")
    assert prune_rows(timezone.now() + timedelta(days=1)) == 2
    lines.create_line(actor, name="emil")
    assert faults() == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_auditrow SET sentence = 'x'",
        "DELETE FROM audit_auditrow",
        "INSERT OR REPLACE INTO audit_auditrow SELECT * FROM audit_auditrow",
    ],
)
def test_the_database_refuses_to_change_rows(actor: Actor, statement: str) -> None:
    lines.create_line(actor, name="anna")
    guards.put_up()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert faults() == []


def test_guarded_rows_are_pruned_by_their_checkpoint(actor: Actor, station: StationSettings) -> None:
    lines.create_line(actor, name="anna")
    guards.put_up()
    assert prune_rows(timezone.now() + timedelta(days=1)) == 1
    assert not AuditRow.objects.exists()
