"""Pages show, save through operations, and put what was refused on the form's field."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.utils import timezone

from rightcast.panel.audit.models import AuditRow
from rightcast.panel.catalogue import operations as catalogue
from rightcast.panel.catalogue.models import Channel, LineupEntry
from rightcast.panel.lines import operations as lines
from rightcast.panel.lines.models import Line
from rightcast.panel.rights import operations as rights
from rightcast.panel.rights.models import CarriageRight
from rightcast.panel.station import operations as station_operations

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.models import User

    from rightcast.panel.audit.operations import Actor

pytestmark = pytest.mark.django_db
CHANGELISTS = [
    "/catalogue/channel/",
    "/catalogue/category/",
    "/catalogue/lineup/",
    "/catalogue/package/",
    "/rights/carriageright/",
    "/lines/line/",
    "/trail/",
    "/evidence/",
    "/staff/operator/",
]


@pytest.fixture
def filled(actor: Actor, channel: Channel) -> None:
    station_operations.update_station(actor, name="S", territory="IT")
    package = catalogue.create_package(actor, name="Base", channel_ids=[channel.id])
    lines.create_line(actor, name="anna", package_ids=[package.id])
    rights.record_right(
        actor,
        reference="R1",
        licensor="L",
        instrument="contract",
        channel_ids=[channel.id],
        territories=["IT"],
        ends=timezone.now() + timedelta(days=3),
    )


def channel_form(**fields: Any) -> dict[str, Any]:
    form = {
        "name": "Two",
        "number": "",
        "kind": "tv",
        "category": "",
        "start": "always",
        "wanted": "on",
        "logo_url": "",
        "guide_id": "",
        "sources-TOTAL_FORMS": "1",
        "sources-INITIAL_FORMS": "0",
        "sources-0-url": "udp://239.1.1.2:5000",
        "sources-0-service_id": "",
        "sources-0-order": "",
    }
    return {**form, **fields}


def right_form(channel: Channel, **fields: Any) -> dict[str, Any]:
    form = {
        "reference": "R9",
        "licensor": "L",
        "instrument": "contract",
        "channels": [channel.id],
        "territories": "it, sm",
        "starts_0": "",
        "starts_1": "",
        "ends_0": "",
        "ends_1": "",
        "notes": "",
    }
    return {**form, **fields}


def line_form(**fields: Any) -> dict[str, Any]:
    form = {"name": "bert", "secret": "", "max_sessions": "2", "territory": "IT", "expires_0": "", "expires_1": ""}
    return {**form, "note": "", **fields}


@pytest.mark.parametrize("address", ["/", "/station/live/", *CHANGELISTS])
def test_a_page_shows_when_empty(console: Client, address: str) -> None:
    assert console.get(address).status_code == 200


@pytest.mark.parametrize("address", ["/", "/station/live/", *CHANGELISTS])
def test_a_page_shows_when_filled(console: Client, filled: None, address: str) -> None:
    assert console.get(address).status_code == 200


@pytest.mark.parametrize("address", CHANGELISTS[:6])
def test_forms_show_for_new_and_old_records(console: Client, filled: None, address: str) -> None:
    assert console.get(f"{address}add/").status_code == 200
    assert console.get(f"{address}1/change/").status_code == 200
    assert console.get(f"{address}1/delete/").status_code == 200


def test_the_console_asks_for_a_sign_in(client: Client) -> None:
    answer = client.get("/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/")
    assert client.get("/login/").status_code == 200


def test_signing_in_works_on_any_port_of_this_machine(console: Client) -> None:
    browser = Client(enforce_csrf_checks=True, HTTP_HOST="127.0.0.1:48123")
    token = browser.get("/login/").cookies["rightcast_csrf"].value
    form = {"username": "owner", "password": "pw", "csrfmiddlewaretoken": token}
    answer = browser.post("/login/", form, headers={"Origin": "http://127.0.0.1:48123"})
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_a_strange_host_is_refused(client: Client) -> None:
    assert client.get("/login/", headers={"Host": "evil.example"}).status_code == 400


def test_a_channel_is_saved_through_its_operation(console: Client) -> None:
    answer = console.post("/catalogue/channel/add/", channel_form())
    assert answer.status_code == 302
    channel = Channel.objects.get(name="Two")
    row = AuditRow.objects.get(action="channel.create")
    assert (row.subject_id, row.actor_kind, row.actor_name) == (channel.id, "staff", "owner")
    assert [source.url for source in channel.sources.all()] == ["udp://239.1.1.2:5000"]


def test_a_source_that_is_refused_stands_on_its_row(console: Client) -> None:
    answer = console.post("/catalogue/channel/add/", channel_form(**{"sources-0-url": "gopher://x"}))
    assert answer.status_code == 200
    assert "are not accepted" in answer.content.decode()
    assert not Channel.objects.exists()


def test_a_number_in_use_stands_on_its_field(console: Client, channel: Channel) -> None:
    answer = console.post("/catalogue/channel/add/", channel_form(number="1"))
    assert answer.context["adminform"].form.errors["number"]
    assert Channel.objects.count() == 1


def test_a_channel_without_a_source_is_told_so(console: Client) -> None:
    answer = console.post("/catalogue/channel/add/", channel_form(**{"sources-TOTAL_FORMS": "0"}))
    assert "needs a source" in answer.content.decode()


def test_sources_change_their_order(console: Client, actor: Actor, channel: Channel) -> None:
    catalogue.update_channel(
        actor, channel.id, sources=[catalogue.SourceInput("udp://239.1.1.1:1"), catalogue.SourceInput("udp://a:2")]
    )
    first, second = channel.sources.order_by("position")
    form = channel_form(
        **{
            "name": "One",
            "number": "1",
            "category": str(channel.category_id),
            "sources-TOTAL_FORMS": "2",
            "sources-INITIAL_FORMS": "2",
            "sources-0-id": str(first.id),
            "sources-0-channel": str(channel.id),
            "sources-0-url": first.url,
            "sources-0-order": "5",
            "sources-1-id": str(second.id),
            "sources-1-channel": str(channel.id),
            "sources-1-url": second.url,
            "sources-1-order": "1",
        }
    )
    assert console.post(f"/catalogue/channel/{channel.id}/change/", form).status_code == 302
    assert [source.url for source in channel.sources.order_by("position")] == [second.url, first.url]


def test_a_right_is_recorded_and_its_errors_stand_on_fields(console: Client, channel: Channel) -> None:
    assert console.post("/rights/carriageright/add/", right_form(channel)).status_code == 302
    assert CarriageRight.objects.get(reference="R9").territories == ["IT", "SM"]
    past = {"ends_0": "2001-01-01", "ends_1": "00:00", "reference": "R10"}
    answer = console.post("/rights/carriageright/add/", right_form(channel, **past))
    assert answer.context["adminform"].form.errors["ends"]
    answer = console.post("/rights/carriageright/add/", right_form(channel, territories="Atlantis", reference="R11"))
    assert answer.context["adminform"].form.errors["territories"]


def test_a_right_is_changed_and_ended_by_its_button(console: Client, filled: None, channel: Channel) -> None:
    right = CarriageRight.objects.get()
    started = {"starts_0": "2026-01-01", "starts_1": "00:00:00"}
    form = right_form(channel, reference="R1", licensor="M", **started)
    assert console.post(f"/rights/carriageright/{right.id}/change/", form).status_code == 302
    right.refresh_from_db()
    assert right.licensor == "M"
    console.post(f"/rights/carriageright/{right.id}/change/", {"rights_carriageright_end_now": "1"})
    assert AuditRow.objects.filter(action="right.end").exists()


def test_a_new_line_shows_its_secret_once(console: Client) -> None:
    answer = console.post("/lines/line/add/", line_form(), follow=True)
    page = answer.content.decode()
    line = Line.objects.get(name="bert")
    assert "no-store" in answer["Cache-Control"]
    assert "get.php?username=bert&amp;password=" in page
    assert line.secret_digest not in page
    again = console.get(answer.redirect_chain[-1][0]).content.decode()
    assert "Shown already" in again
    assert "password=" not in again


def test_a_line_of_a_reserved_name_is_told_so(console: Client) -> None:
    answer = console.post("/lines/line/add/", line_form(name="live"))
    assert answer.context["adminform"].form.errors["name"]


def test_buttons_of_many_lines_call_the_operation_for_each(console: Client, actor: Actor) -> None:
    made = [lines.create_line(actor).line.id for _ in range(3)]
    console.post("/lines/line/", {"action": "disable", "_selected_action": made})
    assert AuditRow.objects.filter(action="line.disable", user__username="owner").count() == 3


def test_removing_many_calls_the_operation_for_each(console: Client, actor: Actor) -> None:
    made = [lines.create_line(actor).line.id for _ in range(3)]
    console.post("/lines/line/", {"action": "delete_selected", "_selected_action": made, "post": "yes"})
    assert AuditRow.objects.filter(action="line.remove").count() == 3
    assert not Line.objects.exists()


def test_publishing_without_a_right_is_told_on_the_page(console: Client, actor: Actor, channel: Channel) -> None:
    catalogue.hold_channel(actor, channel.id)
    pressed = {"catalogue_channel_publish": "1"}
    answer = console.post(f"/catalogue/channel/{channel.id}/change/", pressed, follow=True)
    assert "No carriage right in force" in answer.content.decode()
    answer = console.post("/catalogue/channel/", {"action": "publish", "_selected_action": [channel.id]}, follow=True)
    assert "No carriage right in force" in answer.content.decode()


def test_numbers_of_a_lineup_can_be_swapped(console: Client, actor: Actor, channel: Channel) -> None:
    other = catalogue.create_channel(actor, name="Two", sources=[catalogue.SourceInput("udp://239.1.1.2:5000")])
    lineup = catalogue.create_lineup(actor, name="All", entries=[(channel.id, 1, None), (other.id, 2, None)])
    form: dict[str, Any] = {"name": "All", "entries-TOTAL_FORMS": "2", "entries-INITIAL_FORMS": "2"}
    for index, (entry, number) in enumerate(zip(lineup.entries.order_by("number"), (2, 1), strict=True)):
        form |= {
            f"entries-{index}-id": entry.id,
            f"entries-{index}-lineup": lineup.id,
            f"entries-{index}-number": number,
            f"entries-{index}-channel": entry.channel_id,
            f"entries-{index}-category": entry.category_id,
        }
    assert console.post(f"/catalogue/lineup/{lineup.id}/change/", form).status_code == 302
    numbers = LineupEntry.objects.filter(lineup=lineup).values_list("channel_id", "number")
    assert dict(numbers) == {channel.id: 2, other.id: 1}


def test_whoever_may_not_change_sources_sees_no_credentials(
    client: Client, actor: Actor, channel: Channel, staff: Callable[[str], User]
) -> None:
    catalogue.update_channel(
        actor, channel.id, sources=[catalogue.SourceInput("http://bob:tell-nobody@host/live/bob/tell-nobody/1.ts")]
    )
    client.force_login(staff("Help desk"))
    for address in ("/catalogue/channel/", f"/catalogue/channel/{channel.id}/change/", "/", "/station/live/"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert "tell-nobody" not in answer.content.decode()


def test_the_help_desk_cannot_change_channels(client: Client, channel: Channel, staff: Callable[[str], User]) -> None:
    client.force_login(staff("Help desk"))
    pressed = {"catalogue_channel_hold": "1"}
    assert client.post(f"/catalogue/channel/{channel.id}/change/", pressed).status_code == 403
    assert client.post("/catalogue/channel/add/", channel_form()).status_code == 403


def test_the_history_of_a_record_is_its_part_of_the_trail(console: Client, channel: Channel) -> None:
    answer = console.get(f"/catalogue/channel/{channel.id}/history/", follow=True)
    assert answer.status_code == 200
    assert "added channel 1 One" in answer.content.decode()


def test_the_search_box_finds_by_name_and_number(console: Client, filled: None) -> None:
    assert "/catalogue/channel/" in console.get("/search/?s=one&extended=1").content.decode()
    assert "/lines/line/" in console.get("/search/?s=ann&extended=1").content.decode()


def test_an_operator_changes_the_own_password(console: Client) -> None:
    form = {"old_password": "pw", "new_password1": "a quiet lighthouse", "new_password2": "a quiet lighthouse"}
    assert console.post("/password_change/", form).status_code == 302
    assert AuditRow.objects.filter(action="staff.password").exists()
    assert console.get("/").status_code == 200
    assert console.login(username="owner", password="a quiet lighthouse")
