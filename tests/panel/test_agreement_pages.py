"""The board of agreements, the short forms, the page of one agreement, and what its end would change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from rightcast.domain.rights import Later
from rightcast.panel.audit.operations import Actor
from rightcast.panel.catalogue import operations as catalogue
from rightcast.panel.lines import operations as lines
from rightcast.panel.rights import operations
from rightcast.panel.rights.bouquets import channels_of
from rightcast.panel.rights.ending import if_ended
from rightcast.panel.rights.models import CarriageRight, Evidence
from rightcast.panel.station.operations import update_station

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.models import User

    from rightcast.panel.catalogue.models import Channel

pytestmark = pytest.mark.django_db
CC = {"text-licence": "CC BY", "text-shown": "https://example.org/film", "text-credit": "Anna Verdi"}


@pytest.fixture(autouse=True)
def _named(db: None, actor: Actor) -> None:
    update_station(actor, name="Radio Uno", territory="IT")


def right_over(actor: Actor, reference: str, channel: Channel, *where: str, catchup_h: int = 0) -> CarriageRight:
    return operations.record_right(
        actor,
        reference=reference,
        licensor="Studio",
        instrument="contract",
        channel_ids=[channel.id],
        territories=where or ["*"],
        later=Later(catchup_h=catchup_h),
    )


def test_an_empty_board_says_what_to_do(console: Client) -> None:
    assert "nothing is carried" in console.get("/agreements/").content.decode()
    assert "Creative Commons" in console.get("/agreements/new/").content.decode()


def test_the_short_form_records_a_right_with_its_evidence(console: Client, channel: Channel) -> None:
    form = {"licensor": "Anna Verdi", "channels": [channel.id], "territories": "*", **CC}
    answer = console.post("/agreements/new/creative-commons/", form)
    right = CarriageRight.objects.get()
    assert answer.headers["Location"] == f"/agreements/{right.id}/"
    assert (right.status, right.territories) == ("active", ["*"])
    assert [(one.need, one.kind) for one in right.evidence.all()] == [
        ("licence", "statement"),
        ("shown", "link"),
        ("credit", "statement"),
    ]
    page = console.get(f"/agreements/{right.id}/").content.decode()
    assert "https://example.org/film" in page
    assert "nobody else looked" in page


@pytest.mark.parametrize(
    "wrong",
    [{"text-shown": ""}, {"text-licence": "CC MINE"}, {"channels": ["999"]}, {"channels": []}, {"territories": "XX"}],
)
def test_a_wrong_short_form_is_shown_again_and_nothing_is_written(
    console: Client, channel: Channel, wrong: dict[str, object]
) -> None:
    form = {"licensor": "A", "channels": [channel.id], "territories": "*", **CC, **wrong}
    answer = console.post("/agreements/new/creative-commons/", form)
    assert answer.status_code == 200
    assert 'role="alert"' in answer.content.decode()
    assert not CarriageRight.objects.exists()


def test_two_operators_bring_an_agreement_into_force_at_the_console(
    staff: Callable[[str], User], channel: Channel
) -> None:
    anna, bruno = Client(), Client()
    anna.force_login(staff("Owner"))
    bruno.force_login(staff("Rights officer"))
    letter = SimpleUploadedFile("letter.pdf", b"%PDF-1.4 yes")
    form = {"licensor": "Tele", "channels": [channel.id], "territories": "IT"}
    anna.post("/agreements/new/free-to-air/", {**form, "file-permission": letter, "text-contact": "Dr. Neri"})
    right = CarriageRight.objects.get()
    assert right.status == "evidence"
    assert "another operator" in anna.get(f"/agreements/{right.id}/").content.decode()
    anna.post(f"/agreements/{right.id}/act/", {"deed": "approve"})
    right.refresh_from_db()
    assert right.status == "evidence"
    bruno.post(f"/agreements/{right.id}/act/", {"deed": "approve"})
    bruno.post(f"/agreements/{right.id}/act/", {"deed": "activate"})
    right.refresh_from_db()
    assert right.status == "active"
    assert "Dr. Neri" in bruno.get(f"/agreements/{right.id}/").content.decode()
    piece = Evidence.objects.get(kind="document")
    answer = bruno.get(f"/agreements/document/{piece.id}")
    assert answer.content == b"%PDF-1.4 yes"
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_the_help_desk_sees_agreements_and_changes_none(staff: Callable[[str], User], channel: Channel) -> None:
    right = right_over(Actor.system(), "R1", channel)
    browser = Client()
    browser.force_login(staff("Help desk"))
    assert browser.get(f"/agreements/{right.id}/").status_code == 200
    assert browser.post(f"/agreements/{right.id}/act/", {"deed": "suspend"}).status_code == 403
    assert browser.get("/agreements/new/").status_code == 403


def test_strange_requests_change_nothing(console: Client, actor: Actor, channel: Channel) -> None:
    right = right_over(actor, "<b>R1</b>", channel)
    for deed in ({"deed": "nonsense"}, {}, {"deed": "detach", "evidence": "x"}, {"deed": "attach"}):
        assert console.post(f"/agreements/{right.id}/act/", deed).status_code == 302
    assert console.get("/agreements/999/").status_code == 404
    assert console.get("/agreements/new/contract-x/").status_code == 404
    assert console.get(f"/agreements/{right.id}/act/").status_code == 405
    assert "<b>R1</b>" not in console.get("/agreements/").content.decode()
    right.refresh_from_db()
    assert right.status == "active"


def test_the_dry_run_names_what_goes_dark_and_what_is_lost(actor: Actor, channel: Channel) -> None:
    now = datetime.now(UTC) + timedelta(seconds=1)
    lineup = catalogue.create_lineup(actor, name="All", entries=[(channel.id, None, None)])
    package = catalogue.create_package(actor, name="Base", lineup_ids=[lineup.id])
    lines.create_line(actor, name="anna", package_ids=[package.id])
    only = right_over(actor, "R1", channel, "IT", "CH", catchup_h=48)
    found = if_ended(only, now)
    assert (found.dark, found.lines, found.catchup) == ((str(channel),), 1, ((str(channel), 48, 0),))
    right_over(actor, "R2", channel, "IT", catchup_h=24)
    found = if_ended(only, now)
    assert (found.dark, found.lines, found.narrower) == ((), 0, ((str(channel), ("CH",)),))
    assert found.catchup == ((str(channel), 48, 24),)
    assert channels_of("package", ["Base"]) == channels_of("lineup", [str(lineup.id)]) == [channel.id]
    operations.end_right(actor, only.id)
    only.refresh_from_db()
    assert if_ended(only, now).nothing


def test_the_long_form_holds_bounds_and_terms(console: Client, channel: Channel) -> None:
    form = {
        "reference": "C9",
        "licensor": "Studio",
        "instrument": "contract",
        "channels": [channel.id],
        "territories": "IT",
        "recordings": "none",
        "catchup_h": "0",
        "recording_days": "0",
        "presence": "it sm",
        "portable": "on",
        "distribution": ["ott"],
        "max_height": "1080",
        "floor": "transport",
        "per_line": "2",
        "notice_days": "30",
        "signed": "2026-07-01",
        "eidr": "10.5240/7791-8534-2C23-9030-8610-5",
    }
    wrong = console.post("/rights/carriageright/add/", {**form, "eidr": "10.5240/7791-8534-2C23-9030-8610-6"})
    assert "mistyped" in wrong.content.decode()
    console.post("/rights/carriageright/add/", form)
    right = CarriageRight.objects.get()
    assert right.bounds["presence"] == ["IT", "SM"]
    assert (right.bounds["max_height"], right.bounds["floor"], right.bounds["per_line"]) == (1080, "transport", 2)
    assert right.terms["signed"] == "2026-07-01"
    page = console.get(f"/rights/carriageright/{right.id}/change/").content.decode()
    assert 'value="IT, SM"' in page
