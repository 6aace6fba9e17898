"""Pages of alarms show what is open, take acknowledgements and notes, and let only those act who may."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.utils import timezone

from rightcast.contract.reports import WatchReport
from rightcast.domain.findings import Severity
from rightcast.panel.alarms.courier import Courier
from rightcast.panel.alarms.models import AlarmNote, AlarmRow, AlarmRule, NotifierRow, QuietRow
from rightcast.panel.alarms.notify.sealing import unseal
from rightcast.panel.audit.models import AuditRow
from rightcast.state.reports import FileReports

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.models import User

    from rightcast.contract.station import StationSettings
    from rightcast.panel.catalogue.models import Channel

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def watched(station: StationSettings) -> None:
    """The jobs process has just looked."""
    now = time.time()
    FileReports(station.reports).put("watch", WatchReport(pid=1, at=now + 60, started=now))


def alarm(subject: str = "One", severity: Severity = Severity.CRITICAL, **fields: object) -> AlarmRow:
    now = timezone.now()
    made = {"kind": "channel-silent", "since": now - timedelta(minutes=5), "raised": now, "detail": "Why.", **fields}
    return AlarmRow.objects.create(
        subject_kind="channel", subject_id=subject, subject_name=subject, severity=severity, **made
    )


def test_while_nobody_watches_all_is_not_well(console: Client, station: StationSettings) -> None:
    FileReports(station.reports).put("watch", WatchReport(pid=1, at=1.0, started=1.0))
    assert "Nobody watches" in console.get("/alarms/").content.decode()


@pytest.mark.parametrize("address", ["/alarms/", "/alarms/live/", "/alarms/history/", "/alarms/bell/"])
def test_a_page_shows_when_empty_and_when_filled(console: Client, address: str) -> None:
    assert console.get(address).status_code == 200
    cause = alarm("Uplink", kind="uplink-down", flaps=3)
    for number in range(60):
        alarm(f"C{number}", cause=cause)
    alarm("Old", cleared=timezone.now())
    assert console.get(address).status_code == 200
    assert console.get(f"/alarms/{cause.id}/").status_code == 200


def test_what_is_open_names_what_it_explains(console: Client) -> None:
    cause = alarm("Uplink", kind="uplink-down")
    for number in range(9):
        alarm(f"C{number}", cause=cause)
    page = console.get("/alarms/").content.decode()
    assert "1 critical · 9 more explained by these" in page
    assert "Explains C0, C1, C2, C3, C4, C5 and 3 more" in page
    assert ">C0</b>" not in page


def test_the_bell_counts_what_wants_somebody(console: Client) -> None:
    alarm("One")
    alarm("Two", Severity.WARNING)
    alarm("Three", Severity.INFO)
    alarm("Four", seen_at=timezone.now(), seen_severity=3)
    assert "1 critical, 1 warning" in console.get("/alarms/bell/").content.decode()
    assert 'data-bell="/alarms/bell/"' in console.get("/catalogue/channel/").content.decode()


def test_an_alarm_is_acknowledged_with_a_note(console: Client) -> None:
    row = alarm()
    form = {"deed": "acknowledge", "note": "Bert is on it", "for": "8h"}
    assert console.post(f"/alarms/{row.id}/act/", form).status_code == 302
    row.refresh_from_db()
    assert (row.seen_by, row.seen_note) == ("owner", "Bert is on it")
    assert row.seen_until is not None
    assert AlarmNote.objects.get().text == "Bert is on it"
    assert AuditRow.objects.filter(action="alarm.acknowledge", subject_id=row.id).exists()
    assert "Bert is on it" in console.get(f"/alarms/{row.id}/").content.decode()
    console.post(f"/alarms/{row.id}/act/", {"deed": "reopen"})
    row.refresh_from_db()
    assert row.seen_at is None


def test_a_cleared_alarm_takes_notes_and_no_acknowledgement(console: Client) -> None:
    row = alarm(cleared=timezone.now())
    answer = console.post(f"/alarms/{row.id}/act/", {"deed": "acknowledge"}, follow=True)
    assert "has cleared" in answer.content.decode()
    console.post(f"/alarms/{row.id}/act/", {"deed": "note", "note": "It was the cleaner."})
    assert AlarmNote.objects.count() == 1


def test_the_history_is_filtered(console: Client) -> None:
    alarm("Canale 7", cleared=timezone.now())
    alarm("Canale 8", Severity.WARNING)
    page = console.get("/alarms/history/?q=canale&state=cleared").content.decode()
    assert "Canale 7" in page
    assert "Canale 8" not in page
    assert "Canale 8" in console.get("/alarms/history/?severity=warning").content.decode()


def test_the_history_goes_on_page_by_page(console: Client) -> None:
    for number in range(120):
        alarm(f"N{number}", cleared=timezone.now())
    page = console.get("/alarms/history/")
    older = page.context["older"]
    assert len(page.context["lines"]) == 50
    assert len(console.get(f"/alarms/history/{older}").context["lines"]) == 50


@pytest.mark.parametrize("strange", ["?before=x", "?severity=%00", "?state=zzz&q=%F0%9F", "?before=" + "9" * 400])
def test_strange_filters_are_no_failure(console: Client, strange: str) -> None:
    assert console.get(f"/alarms/history/{strange}").status_code == 200


def test_who_may_only_look_is_offered_no_deed(staff: Callable[[str], User]) -> None:
    browser = Client()
    browser.force_login(staff("Help desk"))
    row = alarm()
    assert "Acknowledge</button>" not in browser.get(f"/alarms/{row.id}/").content.decode()
    assert browser.post(f"/alarms/{row.id}/act/", {"deed": "acknowledge"}).status_code == 403
    assert browser.get("/alarms/notifierrow/add/").status_code == 403


def test_an_engineer_acknowledges(staff: Callable[[str], User]) -> None:
    browser = Client()
    browser.force_login(staff("Engineer"))
    row = alarm()
    browser.post(f"/alarms/{row.id}/act/", {"deed": "acknowledge"})
    row.refresh_from_db()
    assert row.seen_by == "Engineer-user"


def test_the_station_page_and_the_channel_name_its_alarms(console: Client, channel: Channel) -> None:
    row = alarm(str(channel.id), detail="The source is silent.")
    AlarmRow.objects.update(subject_name=channel.name)
    for address in ("/", f"/catalogue/channel/{channel.id}/change/"):
        page = console.get(address).content.decode()
        assert "Channel is silent" in page
        assert f"/alarms/{row.id}/" in page


NOTIFIER = {
    "name": "hook",
    "least": "2",
    "enabled": "on",
    "url": "https://hooks.example/x",
    "secret": "hush",
}


def test_a_notifier_is_added_and_its_secret_not_shown(console: Client) -> None:
    assert console.get("/alarms/notifierrow/add/?kind=webhook").status_code == 200
    answer = console.post("/alarms/notifierrow/add/?kind=webhook", NOTIFIER)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    row = NotifierRow.objects.get()
    assert (row.settings, unseal(row.sealed)) == ({"url": "https://hooks.example/x"}, "hush")
    page = console.get(f"/alarms/notifierrow/{row.id}/change/").content.decode()
    assert "hooks.example/x" in page
    assert "hush" not in page
    assert row.sealed not in page
    console.post(f"/alarms/notifierrow/{row.id}/change/", {**NOTIFIER, "name": "other", "secret": ""})
    row.refresh_from_db()
    assert (row.name, unseal(row.sealed)) == ("other", "hush")


def test_settings_that_are_refused_stand_on_their_field(console: Client) -> None:
    answer = console.post("/alarms/notifierrow/add/?kind=webhook", {**NOTIFIER, "url": "gopher://x"})
    assert answer.context["adminform"].form.errors["url"]
    assert not NotifierRow.objects.exists()


def test_the_test_button_waits_for_nobody_and_the_log_says_what_was_answered(console: Client) -> None:
    console.post("/alarms/notifierrow/add/?kind=webhook", {**NOTIFIER, "url": "http://127.0.0.1:9/"})
    row = NotifierRow.objects.get()
    address = f"/alarms/notifierrow/{row.id}/"
    answer = console.post(f"{address}change/", {"alarms_notifierrow_send_test": "1"}, follow=True)
    assert "on its way" in answer.content.decode()
    assert f'data-live="{address}log/"' in answer.content.decode()
    assert "waiting" in console.get(f"{address}log/").content.decode()
    assert Courier().due() == [row.id]
    Courier().deliver(row.id)
    told = console.get(f"{address}log/").content.decode()
    assert "failed" in told
    assert "not open to notifiers" in told
    assert Courier().due() == []


def test_a_notifier_that_is_switched_off_is_not_tried(console: Client) -> None:
    console.post("/alarms/notifierrow/add/?kind=webhook", {**NOTIFIER, "enabled": ""})
    row = NotifierRow.objects.get()
    answer = console.post(f"/alarms/notifierrow/{row.id}/change/", {"alarms_notifierrow_send_test": "1"}, follow=True)
    assert "is switched off" in answer.content.decode()


def test_the_log_of_no_notifier_is_not_found(console: Client) -> None:
    assert console.get("/alarms/notifierrow/99/log/").status_code == 404


@pytest.mark.parametrize("kind", ["email", "webhook", "alertmanager", "syslog"])
def test_every_kind_has_its_form(console: Client, kind: str) -> None:
    assert console.get(f"/alarms/notifierrow/add/?kind={kind}").status_code == 200


def test_rules_and_quiet_times_are_written_through_operations(console: Client, channel: Channel) -> None:
    rule = {"kind": "channel-silent", "channels": [channel.id], "enabled": "on", "severity": "2", "raise_after_s": "60"}
    assert console.post("/alarms/alarmrule/add/", rule).status_code == 302
    assert AlarmRule.objects.get().raise_after_s == 60
    quiet = {"name": "night", "begins": "01:00", "ends": "05:00", "days": ["0", "6"], "kinds": ["channel-silent"]}
    answer = console.post("/alarms/quietrow/add/", quiet)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert QuietRow.objects.get().days == [0, 6]
    answer = console.post("/alarms/quietrow/add/", {"name": "forever"})
    assert "for ever" in answer.content.decode()
    for address in ("notifierrow", "alarmrule", "quietrow", "deliveryrow"):
        assert console.get(f"/alarms/{address}/").status_code == 200
    assert console.get("/alarms/quietrow/1/change/").status_code == 200
