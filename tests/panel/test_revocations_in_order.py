"""Revocations are numbered in the order in which they are committed, also where writers do not wait for each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rightcast.panel.tracing.operations import revoke

if TYPE_CHECKING:
    from rightcast.panel.audit.operations import Actor

pytestmark = pytest.mark.django_db


def test_a_revocation_gets_its_number_after_it_holds_the_trail(actor: Actor) -> None:
    revoke(actor, sid="e0.first")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        revoke(actor, sid="e0.x")
    texts = [one["sql"] for one in queries.captured_queries]
    held = next(place for place, text in enumerate(texts) if text.startswith("SELECT") and "chainhead" in text)
    numbered = next(place for place, text in enumerate(texts) if text.startswith('INSERT INTO "tracing_revocation"'))
    assert held < numbered
