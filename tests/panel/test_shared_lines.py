"""Lines that seem to be shared: seen in reports, weighed, shown with grounds, acted on by people only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from rightcast.contract.activation import Confirmation
from rightcast.contract.reports import EdgeReport, SessionReport
from rightcast.domain.errors import ConflictError, NotFoundError
from rightcast.panel.audit.models import AuditRow
from rightcast.panel.lines import operations as lines
from rightcast.panel.lines.devices import settle_confirmations
from rightcast.panel.tracing import sharing
from rightcast.panel.tracing.models import Sighting, Suspect
from rightcast.panel.tracing.sightings import QUIET, forget_sightings, note_sightings, weigh_lines
from rightcast.state.activations import FileActivations

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client

    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.lines.models import Line

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def report(line: Line, *addresses: str, at: datetime = NOW) -> EdgeReport:
    """An edge that shows the line to these addresses for an hour."""
    sessions = [
        SessionReport(
            sid=f"e0.{address}.{at:%d}", line_id=line.id, line=line.name, channel_id=1, kind="hls", address=address,
            player="VLC", opened=at.timestamp() - 3600, right_id=1,
        )
        for address in addresses
    ]  # fmt: skip
    return EdgeReport(
        edge=0, pid=1, at=at.timestamp(), started=0, version="", revision=1, heard=0, sessions=sessions, refusals={},
        recent_refusals=[],
    )  # fmt: skip


@pytest.fixture
def anna(actor: Actor) -> Line:
    return lines.create_line(actor, name="anna", secret="secret-of-anna", max_sessions=4).line


@pytest.fixture
def suspect(anna: Line) -> Line:
    note_sightings([report(anna, *(f"81.2.{number}.7" for number in range(5)))])
    assert weigh_lines(NOW) == 1
    return anna


def test_a_line_seen_from_many_networks_is_shown_with_its_grounds(suspect: Line) -> None:
    row = sharing.find_suspect(suspect.id)
    assert (row.points, row.grounds) == (45, [["networks-at-once", 45, "Watched from 5 networks at once."]])
    assert AuditRow.objects.filter(action="sharing.suspect", subject_id=suspect.id).exists()
    suspect.refresh_from_db()
    assert (suspect.status, suspect.max_sessions) == ("active", 4)


def test_two_countries_at_once_are_a_ground(anna: Line) -> None:
    places = {"81.2.1.7": "IT", "81.2.2.7": "PT", "81.2.3.7": "PT"}
    note_sightings([report(anna, *places)], places.__getitem__)
    assert weigh_lines(NOW) == 1
    row = sharing.find_suspect(anna.id)
    assert {sign for sign, _, _ in row.grounds} == {"networks-at-once", "countries-at-once"}


def test_only_networks_are_kept_and_for_a_week(suspect: Line) -> None:
    assert set(Sighting.objects.values_list("network", flat=True)) == {f"81.2.{number}.0/24" for number in range(5)}
    forget_sightings(NOW + timedelta(days=8))
    assert not Sighting.objects.exists()


def test_a_line_at_home_is_not_looked_at(anna: Line) -> None:
    note_sightings([report(anna, "81.2.69.142", "192.168.1.7")])
    assert weigh_lines(NOW) == 0
    with pytest.raises(NotFoundError):
        sharing.find_suspect(anna.id)


def test_a_customer_who_confirms_watches_again(actor: Actor, suspect: Line, tmp_path: Path) -> None:
    sharing.ask_customer(actor, suspect.id, "seen at five places")
    suspect.refresh_from_db()
    assert suspect.status == "unconfirmed"
    store = FileActivations(tmp_path)
    store.put(Confirmation(code="abc234", line_id=suspect.id, until=NOW.timestamp() + 600))
    assert settle_confirmations(store, NOW.timestamp()) == 1
    suspect.refresh_from_db()
    assert suspect.status == "active"
    weigh_lines(NOW)
    assert sharing.find_suspect(suspect.id).state == "confirmed"


def test_a_disabled_line_is_not_opened_by_a_confirmation(actor: Actor, anna: Line, tmp_path: Path) -> None:
    lines.disable_line(actor, anna.id)
    store = FileActivations(tmp_path)
    store.put(Confirmation(code="abc234", line_id=anna.id, until=NOW.timestamp() + 600))
    assert settle_confirmations(store, NOW.timestamp()) == 0
    anna.refresh_from_db()
    assert anna.status == "disabled"


def test_a_cap_is_taken_back_with_the_screens_of_before(actor: Actor, suspect: Line) -> None:
    sharing.cap(actor, suspect.id)
    suspect.refresh_from_db()
    assert suspect.max_sessions == 1
    with pytest.raises(ConflictError):
        sharing.cap(actor, suspect.id)
    weigh_lines(NOW + timedelta(days=9))
    assert sharing.find_suspect(suspect.id).grounds
    sharing.lift(actor, suspect.id)
    suspect.refresh_from_db()
    assert suspect.max_sessions == 4


def test_a_line_left_alone_comes_back_after_a_month_or_when_more_speaks_against_it(actor: Actor, suspect: Line) -> None:
    sharing.dismiss(actor, suspect.id, "students")
    Suspect.objects.update(decided=NOW)
    weigh_lines(NOW)
    assert sharing.find_suspect(suspect.id).state == "dismissed"
    later = NOW + QUIET + timedelta(days=1)
    note_sightings([report(suspect, *(f"81.2.{number}.7" for number in range(5)), at=later)])
    weigh_lines(later)
    assert sharing.find_suspect(suspect.id).state == "open"


def test_the_page_shows_grounds_and_its_buttons_act(console: Client, suspect: Line) -> None:
    page = console.get(reverse("suspects")).content.decode()
    assert "Watched from 5 networks at once." in page
    reply = console.post(reverse("suspect-act", args=[suspect.id]), {"deed": "cap", "why": "x" * 5000})
    assert reply.status_code == 302
    suspect.refresh_from_db()
    assert suspect.max_sessions == 1
    assert len(sharing.find_suspect(suspect.id).why) == 2000
    assert console.post(reverse("suspect-act", args=[999]), {"deed": "ask"}).status_code == 302
    assert console.get(reverse("suspect-act", args=[suspect.id])).status_code == 405
