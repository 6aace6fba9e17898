"""A licensor sees figures of its own rights that name nobody, and nothing else; its report stands by itself."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import get_resolver
from pypdf import PdfReader

from rightcast.contract.reports import EdgeReport, SessionReport
from rightcast.contract.session_records import RefusalCount, SessionRecord
from rightcast.domain.errors import ConflictError, InvalidInputError
from rightcast.domain.rights import Instrument
from rightcast.panel.audit.models import AuditRow
from rightcast.panel.licensors import operations
from rightcast.panel.licensors.queries import granted_by, sessions_now
from rightcast.panel.licensors.report import build_report
from rightcast.panel.licensors.written import csv_of, pdf_of
from rightcast.panel.rights import operations as rights
from rightcast.panel.takedowns.models import Takedown
from rightcast.panel.usage.counting import count_usage, peak_of, united
from rightcast.panel.usage.models import DirtyDay, MonthUsage
from rightcast.panel.usage.taking import take
from rightcast.state.report_signatures import fault_of, signature_text
from rightcast.state.reports import FileReports
from rightcast.state.signing import signer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rightcast.contract.station import StationSettings
    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.catalogue.models import Channel
    from rightcast.panel.rights.models import CarriageRight

pytestmark = pytest.mark.django_db
T0 = datetime(2026, 10, 10, 20, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def watched(line: int, right: int, channel: int = 1, *, country: str = "IT", hours: float = 1.0, at: int = 0) -> Any:
    """One session of a line."""
    began = T0.timestamp() + at
    return SessionRecord(
        id=f"e0.{line}.{right}.{channel}.{at}", sid=f"e0.{line}.{right}.{channel}.{at}", edge=0, line_id=line,
        line=f"line{line}", channel_id=channel, kind="ts", began=began, rights=[(right, began)], country=country,
        ended=began + hours * 3600, reason="hung_up",
    )  # fmt: skip


@pytest.fixture
def own(actor: Actor, channel: Channel) -> CarriageRight:
    """A right of Studio Uno."""
    return grant(actor, channel, "U-1", "Studio Uno")


@pytest.fixture
def other(actor: Actor, channel: Channel) -> CarriageRight:
    """A right of somebody else on the same channel."""
    return grant(actor, channel, "SECRET-9", "Zeta Film")


@pytest.fixture
def browser(actor: Actor, own: CarriageRight) -> Client:
    """Somebody of Studio Uno, signed in."""
    made = operations.add_account(actor, username="uno", licensor=" studio  UNO ")
    client = Client()
    answer = client.post("/licensor/sign-in/", {"username": "uno", "password": made.password})
    assert answer.headers["Location"] == "/licensor/"
    return client


def grant(actor: Actor, channel: Channel, reference: str, licensor: str) -> CarriageRight:
    return rights.record_right(
        actor, reference=reference, licensor=licensor, instrument=Instrument.CONTRACT, channel_ids=[channel.pk],
        territories=["IT"], starts=T0 - timedelta(days=300), ends=None,
    )  # fmt: skip


def addresses(found: Any, before: str) -> Iterator[str]:
    """All that a resolver and those below it know."""
    for pattern in found.url_patterns:
        text = before + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from addresses(pattern, text)
        else:
            yield text


def counted(*records: Any) -> None:
    take(list(records))
    count_usage(NOW)


def test_usage_is_counted_by_month_right_channel_and_territory(own: CarriageRight) -> None:
    counted(
        watched(1, own.pk), watched(1, own.pk, at=7200), watched(2, own.pk, country="SM", hours=0.5),
        watched(3, own.pk, channel=2),
    )  # fmt: skip
    rows = {(one.channel_id, one.territory): one for one in MonthUsage.objects.all()}
    total = rows[0, ""]
    assert (total.month, total.sessions, total.seconds, total.peak, total.lines) == (
        date(2026, 10, 1), 4, 3.5 * 3600, 3, 3,
    )  # fmt: skip
    assert {key: (one.sessions, one.lines) for key, one in rows.items()} == {
        (0, ""): (4, 3), (1, ""): (3, 2), (2, ""): (1, 1), (0, "IT"): (3, 2), (0, "SM"): (1, 1),
    }  # fmt: skip


def test_only_days_that_changed_are_counted_again(own: CarriageRight) -> None:
    counted(watched(1, own.pk))
    assert count_usage(NOW) == 0
    take([watched(2, own.pk)])
    assert list(DirtyDay.objects.values_list("day", flat=True)) == [T0.date()]
    assert count_usage(NOW) == 1


def test_a_month_stays_counted_when_its_sessions_are_too_old(own: CarriageRight) -> None:
    counted(watched(1, own.pk))
    take([watched(2, own.pk)])
    count_usage(NOW + timedelta(days=200))
    assert MonthUsage.objects.get(channel_id=0, territory="").lines == 1


def test_a_session_over_midnight_is_split_and_counted_once(own: CarriageRight) -> None:
    counted(watched(1, own.pk, hours=6))
    assert MonthUsage.objects.get(channel_id=0, territory="").seconds == 6 * 3600
    assert MonthUsage.objects.get(channel_id=0, territory="").sessions == 1


def test_a_session_that_two_edges_serve_watches_once() -> None:
    assert united([(5, 9), (0, 6), (20, 30)]) == [(0, 9), (20, 30)]
    assert peak_of([(0, 5), (5, 9), (4, 6)]) == 2


def test_the_pages_show_own_figures(browser: Client, own: CarriageRight) -> None:
    counted(*(watched(line, own.pk) for line in range(1, 8)))
    page = browser.get("/licensor/").content.decode()
    assert "U-1" in page
    assert "October 2026" in page
    detail = browser.get(f"/licensor/right/{own.pk}/?month=2026-10").content.decode()
    assert "<b>7</b> sessions" in detail
    assert "line1" not in detail


def test_few_lines_are_hidden(browser: Client, own: CarriageRight) -> None:
    counted(watched(1, own.pk))
    assert "the figures are hidden" in browser.get(f"/licensor/right/{own.pk}/").content.decode()


def test_nothing_of_another_licensor_is_shown(browser: Client, own: CarriageRight, other: CarriageRight) -> None:
    counted(*(watched(line, other.pk) for line in range(1, 8)), watched(1, own.pk))
    assert browser.get(f"/licensor/right/{other.pk}/").status_code == 404
    assert browser.get("/licensor/right/99999999999999999999/").status_code == 404
    for address in ("/licensor/", f"/licensor/right/{own.pk}/", "/licensor/report/2026-10/csv"):
        page = browser.get(address).content.decode()
        assert "SECRET-9" not in page
        assert "Zeta" not in page


def test_no_page_of_the_console_opens_for_a_licensor(browser: Client) -> None:
    """Every address that takes no number or one, but the licensor's own and the door."""
    numbers = {"channel_id": 1, "line_id": 1, "alarm_id": 1, "source_id": 1, "harvest_id": 1, "object_id": "1"}
    for pattern in addresses(get_resolver(), ""):
        text = pattern
        for name, number in numbers.items():
            text = text.replace(f"<int:{name}>", str(number)).replace(f"<path:{name}>", str(number))
        if "<" in text or text.startswith(("licensor/", "metrics", "login", "jsi18n", "logout")):
            continue
        answer = browser.get(f"/{text}")
        assert answer.status_code in {302, 403, 404, 405}, text
        assert answer.status_code != 302 or "login" in answer.headers["Location"], text
    for text in ("", "lines/line/", "usage/sessionrow/", "rights/carriageright/", "staff/operator/", "search/"):
        answer = browser.get(f"/{text}")
        assert answer.status_code in {302, 404}, text


def test_nobody_else_comes_in_by_this_door(db: None, actor: Actor, own: CarriageRight) -> None:
    User.objects.create_superuser("owner", password="pw")
    client = Client()
    assert client.post("/licensor/sign-in/", {"username": "owner", "password": "pw"}).status_code == 200
    assert client.get("/licensor/").headers["Location"] == "/licensor/sign-in/"
    client.force_login(User.objects.get(username="owner"))
    assert client.get(f"/licensor/right/{own.pk}/").headers["Location"] == "/licensor/sign-in/"


def test_a_removed_account_is_signed_out(browser: Client, actor: Actor) -> None:
    operations.remove_account(actor, operations.find_account("uno"))
    assert browser.get("/licensor/").headers["Location"] == "/licensor/sign-in/"
    assert AuditRow.objects.filter(action="licensor.remove").exists()


def test_an_account_needs_an_agreement_and_a_free_name(actor: Actor, own: CarriageRight) -> None:
    with pytest.raises(InvalidInputError, match="No agreement names"):
        operations.add_account(actor, username="nobody", licensor="Nobody")
    operations.add_account(actor, username="uno", licensor="Studio Uno")
    with pytest.raises(ConflictError, match="taken"):
        operations.add_account(actor, username="UNO", licensor="Studio Uno")


def test_sessions_now_are_numbers(station: StationSettings, own: CarriageRight, channel: Channel) -> None:
    now = datetime.now(UTC).timestamp()
    sessions = [
        SessionReport(
            sid=f"s{line}", line_id=line, line="anna", channel_id=channel.pk, kind="ts", address="192.0.2.1",
            player="VLC", opened=now, right_id=own.pk,
        )
        for line in range(6)
    ]  # fmt: skip
    report = EdgeReport(
        edge=0, pid=1, at=now, started=now, version="1", revision=1, heard=now, sessions=sessions, refusals={},
        recent_refusals=[],
    )  # fmt: skip
    FileReports(station.reports).put("edge-0", report)
    assert sessions_now([own.pk])[own.pk].channels == {"One": 6}


def test_breaches_are_told_in_words(browser: Client, own: CarriageRight, channel: Channel) -> None:
    began = datetime.now(UTC).timestamp() - 3600
    for reason, count in (("outside-territory", 9), ("wrong-secret", 50), ("right-full", 2)):
        take(
            [RefusalCount(id=reason, channel_id=channel.pk, reason=reason, began=began, until=began + 60, count=count)]
        )
    page = browser.get(f"/licensor/right/{own.pk}/").content.decode()
    assert "outside-territory" in page
    assert "fewer than 5" in page
    assert "wrong-secret" not in page


def test_takedowns_are_told_of_own_channels_only(browser: Client, own: CarriageRight, channel: Channel) -> None:
    for ids, names in (([channel.pk, 900], "One, Rival"), ([900], "Rival")):
        Takedown.objects.create(
            cause="authority-order", case="SECRET-CASE", channel_ids=ids, names=names, by="owner", at=NOW, begins=NOW
        )
    page = browser.get(f"/licensor/right/{own.pk}/").content.decode()
    assert page.count("order of an authority") == 1
    assert "Rival" not in page
    assert "SECRET-CASE" not in page


def test_the_report_is_the_same_bytes_again_and_hides_the_few(
    station: StationSettings, own: CarriageRight, browser: Client
) -> None:
    counted(*(watched(line, own.pk) for line in range(1, 8)), watched(8, own.pk, country="SM"))
    signs = signer(station.keys)
    report = build_report("Studio Uno", date(2026, 10, 1), NOW.date())
    text = csv_of(report).decode()
    assert "U-1,total,,8,8.0,8,8" in text
    assert "U-1,territory,SM,hidden,hidden,hidden,hidden" in text
    assert "U-1,territory,IT,hidden,hidden,hidden,hidden" in text
    assert browser.get("/licensor/report/2026-10/csv").content == csv_of(report)
    assert browser.get("/licensor/report/2026-10/pdf").content == pdf_of(report, signs) == pdf_of(report, signs)
    paper = PdfReader(io.BytesIO(pdf_of(report, signs))).pages[0].extract_text()
    assert "Usage in October 2026" in paper
    assert "hidden" in paper


def test_a_signature_tells_a_report_that_was_changed(station: StationSettings) -> None:
    signs, data = signer(station.keys), b"month,lines\r\n2026-10,8\r\n"
    signature = signature_text("usage.csv", data, signs).encode()
    assert fault_of(data, signature, signs.public) == ""
    assert "not the one" in fault_of(data + b" ", signature, signs.public)
    assert "another key" in fault_of(data, signature, bytes(32))
    said = msgspec.json.decode(signature)
    for field, value in (("file", "other.csv"), ("signature", "00" * 64)):
        assert "was changed" in fault_of(data, msgspec.json.encode(said | {field: value}), signs.public)
    with pytest.raises(InvalidInputError):
        fault_of(data, b"{}", signs.public)


@pytest.mark.parametrize(
    "address", ["2026-13/csv", "2026-10/exe", "x/csv", "2999-01/csv", "2026-10/csv.key", "2026-10/.sig"]
)
def test_a_report_that_cannot_be_is_not_found(browser: Client, address: str) -> None:
    assert browser.get(f"/licensor/report/{address}").status_code == 404


def test_a_licensor_is_found_however_it_is_written(own: CarriageRight) -> None:
    assert [one.pk for one in granted_by("  STUDIO uno")] == [own.pk]
    assert granted_by("") == []
