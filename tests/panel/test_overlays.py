"""Overlays in the panel: laid on a running session with a reason, for a time, a few at once, by who may."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from django.conf import settings

from rightcast.contract.reports import EdgeReport, SessionReport
from rightcast.domain.errors import InvalidInputError, NotFoundError
from rightcast.domain.overlay import MOST_OVERLAYS
from rightcast.panel.audit.models import AuditRow
from rightcast.panel.overlays import operations
from rightcast.panel.overlays.models import Overlay
from rightcast.panel.overlays.queries import overlay_ids, overlay_records
from rightcast.state.reports import FileReports

if TYPE_CHECKING:
    from django.test import Client

    from rightcast.panel.audit.operations import Actor

pytestmark = pytest.mark.django_db
PAGE = "/overlays/"


@pytest.fixture(autouse=True)
def watching() -> None:
    """Five sessions run."""

    now = time.time()
    sessions = [
        SessionReport(sid=f"e0.{number}", line_id=1, line="anna", channel_id=8, kind="ts", address="10.0.0.1",
                      player="VLC", opened=now, right_id=5, bytes_sent=1)
        for number in range(5)
    ]  # fmt: skip
    FileReports(settings.STATION.reports).put(
        "edge-0",
        EdgeReport(
            edge=0,
            pid=1,
            at=now,
            started=now,
            version="",
            revision=1,
            heard=now,
            sessions=sessions,
            refusals={},
            recent_refusals=[],
        ),
    )


def test_it_is_laid_with_a_reason_and_for_a_time_and_taken_off(actor: Actor) -> None:
    row = operations.lay_overlay(actor, sid=" e0.1 ", why="seen", minutes=5)
    assert (row.channel_id, row.slot, row.by) == (8, 1, actor.name)
    assert overlay_records(overlay_ids())[row.id].sid == "e0.1"
    operations.end_overlay(actor, row.id)
    assert overlay_ids() == []
    assert list(AuditRow.objects.order_by("id").values_list("action", flat=True))[-2:] == ["overlay.lay", "overlay.end"]
    with pytest.raises(NotFoundError):
        operations.end_overlay(actor, row.id)


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"sid": "e0.9", "why": "seen"}, NotFoundError),
        ({"sid": "", "why": "seen"}, InvalidInputError),
        ({"sid": "e0.1", "why": "  "}, InvalidInputError),
        ({"sid": "e0.1", "why": "seen", "minutes": 0}, InvalidInputError),
        ({"sid": "e0.1", "why": "seen", "minutes": 121}, InvalidInputError),
    ],
)
def test_what_cannot_be_is_refused(actor: Actor, given: dict[str, object], wrong: type[Exception]) -> None:
    with pytest.raises(wrong):
        operations.lay_overlay(actor, **given)  # type: ignore[arg-type]
    assert not Overlay.objects.exists()


def test_no_more_than_a_few_run_at_once_and_one_for_a_session(actor: Actor) -> None:
    for number in range(MOST_OVERLAYS):
        operations.lay_overlay(actor, sid=f"e0.{number}", why="seen")
    with pytest.raises(InvalidInputError):
        operations.lay_overlay(actor, sid="e0.4", why="seen")
    with pytest.raises(InvalidInputError):
        operations.lay_overlay(actor, sid="e0.0", why="again")


def test_the_page_lays_one_shows_how_it_does_and_takes_it_off(console: Client) -> None:
    wrong = console.post(PAGE, {"do": "lay", "sid": "e0.9", "why": "seen", "minutes": "15"}).content.decode()
    assert "No such session" in wrong
    assert "e0.9" in wrong
    assert console.post(PAGE, {"do": "lay", "sid": "e0.2", "why": "seen", "minutes": "15"}).status_code == 302
    shown = console.get(PAGE).content.decode()
    assert "Waits for the headend" in shown
    row = Overlay.objects.get()
    assert console.post(PAGE, {"do": "end", "id": row.id}).status_code == 302
    assert console.post(PAGE, {"do": "nonsense"}).status_code == 200
    assert console.post(PAGE, {"do": "end", "id": "x"}).status_code == 200
