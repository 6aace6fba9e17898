"""A trail that was written before there was a chain is chained as it stands, and its genesis says so."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from importlib import import_module
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from rightcast.panel.audit.models import AuditRow, ChainHead, Checkpoint, PersonKey
from tests.audit.test_rows_are_chained import faults

if TYPE_CHECKING:
    from rightcast.contract.station import StationSettings

TABLES = {"AuditRow": AuditRow, "ChainHead": ChainHead, "Checkpoint": Checkpoint, "PersonKey": PersonKey}
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.django_db
def test_older_rows_are_numbered_sealed_and_chained_under_a_marked_genesis(station: StationSettings) -> None:
    ChainHead.objects.all().delete()
    Checkpoint.objects.all().delete()
    AuditRow.objects.all().delete()
    for number, (action, sentence) in enumerate([("line.create", "added line anna"), ("right.end", "ended R1")]):
        AuditRow.objects.create(
            id=10 + 7 * number,
            at=MOMENT,
            actor_kind="cli",
            kept_actor="shell",
            action=action,
            subject=action.partition(".")[0],
            subject_id=3,
            kept_sentence=sentence,
            kept_detail='{"b": 1, "a": "é"}',
        )
    chain = import_module("rightcast.panel.audit.migrations.0002_chain").chain
    chain(SimpleNamespace(get_model=lambda _app, name: TABLES[name]), None)
    rows = list(AuditRow.objects.order_by("id"))
    assert [(row.id, row.sentence, row.detail) for row in rows] == [
        (1, "added line anna", {"a": "é", "b": 1}),
        (2, "ended R1", {"a": "é", "b": 1}),
    ]
    assert rows[0].kept_sentence.startswith("sealed:")
    assert json.loads(Checkpoint.objects.get().record)["taken_in"] == 2
    assert faults() == []
