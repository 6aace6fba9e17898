"""Agreements leave for other programs: a calendar behind a secret that can be revoked, and ODRL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from rightcast.domain.rights import Bounds, Copies, Distribution, Floor, Later
from rightcast.domain.terms import Reporting, Terms
from rightcast.panel.audit.models import AuditRow
from rightcast.panel.rights import operations
from rightcast.panel.rights.windows import calendar_text, odrl_of
from rightcast.panel.station.operations import update_station

if TYPE_CHECKING:
    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.catalogue.models import Channel
    from rightcast.panel.rights.models import CarriageRight

pytestmark = pytest.mark.django_db
STARTS, ENDS = datetime(2026, 7, 1, tzinfo=UTC), datetime(2027, 6, 30, tzinfo=UTC)
NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def right(actor: Actor, channel: Channel) -> CarriageRight:
    update_station(actor, name="Radio Uno", territory="IT")
    return operations.record_right(
        actor,
        reference="12/2026; cup, \n final",
        licensor="Lega",
        instrument="contract",
        channel_ids=[channel.id],
        territories=["IT", "SM"],
        starts=STARTS,
        ends=ENDS,
        later=Later(catchup_h=168, recordings=Copies.PRIVATE, recording_days=30),
        bounds=Bounds(presence=("IT",), distribution=(Distribution.OTT,), max_height=720, floor=Floor.DRM, total=9),
        terms=Terms(notice_days=90, reporting=Reporting.MONTHLY, eidr="10.5240/7791-8534-2C23-9030-8610-5"),
    )


def test_the_calendar_tells_of_beginning_end_and_notice(right: CarriageRight) -> None:
    lines = calendar_text(NOW).split("\r\n")
    assert [one for one in lines if one.startswith("DTSTART")] == [
        "DTSTART:20260701T000000Z",
        "DTSTART:20270401T000000Z",
        "DTSTART:20270630T000000Z",
    ]
    assert "SUMMARY:12/2026\\; cup\\, final ends" in lines
    assert all(len(one.encode()) <= 75 for one in lines)
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]


def test_its_address_needs_no_signing_in_and_can_be_revoked(console: Client, right: CarriageRight) -> None:
    page = console.post("/agreements/calendars/", {"name": "Office"}).content.decode()
    secret = page.partition("/agreements/calendar/")[2].partition(".ics")[0]
    stranger = Client()
    answer = stranger.get(f"/agreements/calendar/{secret}.ics")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/calendar")
    assert stranger.get(f"/agreements/calendar/{secret[:-1]}.ics").status_code == 404
    assert secret not in console.get("/agreements/calendars/").content.decode()
    assert secret not in " ".join(f"{row.sentence} {row.detail}" for row in AuditRow.objects.all())
    console.post("/agreements/calendars/", {"calendar": "1"})
    assert stranger.get(f"/agreements/calendar/{secret}.ics").status_code == 404
    assert stranger.get("/agreements/calendars/").status_code == 302


@pytest.mark.parametrize("given", [{"name": ""}, {"name": "x" * 81}, {"calendar": "99"}])
def test_a_wrong_order_of_a_calendar_is_told(console: Client, given: dict[str, str]) -> None:
    assert console.post("/agreements/calendars/", given).status_code == 302


def test_odrl_says_what_is_granted_and_under_which_constraints(
    console: Client, right: CarriageRight, channel: Channel
) -> None:
    value = console.get(f"/agreements/{right.id}/odrl").json()
    assert value == odrl_of(right)
    assert value["@context"][0] == "http://www.w3.org/ns/odrl.jsonld"
    assert value["@type"] == "Agreement"
    assert [one["action"] for one in value["permission"]] == ["stream", "rc:catchUp", "reproduce"]
    constraints = {one["leftOperand"]: one for one in value["permission"][0]["constraint"]}
    assert constraints["rc:residence"]["rightOperand"] == ["IT", "SM"]
    assert constraints["spatial"]["rightOperand"] == ["IT"]
    assert constraints["resolution"] == {"leftOperand": "resolution", "operator": "lteq", "rightOperand": 720}
    assert constraints["rc:protection"]["rightOperand"] == "drm"
    assert value["obligation"][0]["action"] == "inform"
    assert [one["uid"] for one in value["target"]] == [
        f"urn:rightcast:channel:{channel.id}",
        "https://doi.org/10.5240/7791-8534-2C23-9030-8610-5",
    ]
