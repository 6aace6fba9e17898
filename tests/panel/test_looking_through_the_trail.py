"""The trail's pages: health, filters, names that are sealed, one row with its proof; and packs from the console."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from rightcast.panel.audit.browsing import Filter, page
from rightcast.panel.audit.checking import remember
from rightcast.panel.audit.erasing import erase_subject
from rightcast.panel.audit.models import AuditRow
from rightcast.panel.audit.operations import Actor
from rightcast.panel.audit.queries import health
from rightcast.panel.audit.rooting import sign_root
from rightcast.panel.audit.showing import health_sentence
from rightcast.panel.evidence.operations import open_case
from rightcast.panel.lines import operations as lines
from rightcast.state.verifying import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.models import User
    from django.test import Client

    from rightcast.panel.catalogue.models import Channel

pytestmark = pytest.mark.django_db


def said(asked: Filter) -> list[str]:
    return [row.sentence for row in page(asked).rows]


def test_names_that_are_sealed_in_the_table_are_found_until_they_are_erased(actor: Actor) -> None:
    anna = lines.create_line(actor, name="anna").line
    lines.create_line(actor, name="bert")
    assert said(Filter(words="ANNA")) == ["added line anna"]
    erase_subject(actor, "line", anna.id)
    assert said(Filter(words="anna")) == []


def test_rows_are_narrowed_by_who_what_and_when(staff: Callable[[str], User], channel: Channel) -> None:
    user = staff("Help desk")
    lines.create_line(Actor.staff(user), name="anna")
    now = timezone.now()
    assert said(Filter(who=str(user.id))) == ["added line anna"]
    assert said(Filter(subject="channel", subject_id=channel.id)) == said(Filter(who="system"))
    assert said(Filter(since=now + timedelta(hours=1))) == []
    assert said(Filter(until=now - timedelta(hours=1))) == []


def test_pages_follow_each_other_without_a_gap(actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rightcast.panel.audit.browsing.PER_PAGE", 2)
    for name in ("anna", "bert", "cleo"):
        lines.create_line(actor, name=name)
    for words in ("", "added"):
        first = page(Filter(words=words))
        rest = page(Filter(words=words, before=first.older))
        assert [row.id for row in (*first.rows, *rest.rows)] == [3, 2, 1]


def test_the_health_says_what_is_known(actor: Actor) -> None:
    now = timezone.now()
    assert health_sentence(health(), now).tone == "calm"
    lines.create_line(actor, name="anna")
    assert "not read through" in health_sentence(health(), now).sentence
    remember(Verdict(rows=1), now)
    assert health_sentence(health(), now).tone == "good"
    AuditRow.objects.update(kept_sentence="other")
    sign_root(now)
    assert health_sentence(health(), now).tone == "bad"


def test_a_row_is_shown_with_its_way_to_a_root(actor: Actor, console: Client) -> None:
    for name in ("anna", "bert", "cleo"):
        lines.create_line(actor, name=name)
    assert b"No root stands for it yet" in console.get("/trail/2/").content
    sign_root(timezone.now())
    answer = console.get("/trail/2/").content.decode()
    assert "Nobody changed row 2 since root 1 was signed" in answer
    assert AuditRow.objects.get(id=2).hash in answer
    AuditRow.objects.filter(id=2).update(kept_sentence="other")
    assert "Row 2 is not what root 1 was signed over" in console.get("/trail/2/").content.decode()


def test_who_may_not_see_the_trail_does_not(client: Client, channel: Channel, staff: Callable[[str], User]) -> None:
    client.force_login(staff("Help desk"))
    assert client.get("/trail/").status_code == 200
    assert client.post("/trail/act/", {"deed": "export"}).status_code == 403
    assert client.get("/evidence/").status_code == 403
    assert client.post("/evidence/pack/", {"channel": channel.name}).status_code == 403


def test_a_pack_is_taken_away_by_case_or_by_channel(actor: Actor, console: Client, channel: Channel) -> None:
    open_case(actor, number="AZ 7/26", channel_ids=[channel.id])
    assert b"AZ 7/26" in console.get("/evidence/").content
    for asked in ({"case": "AZ 7/26"}, {"channel": channel.name, "from": "2026-01-01"}):
        answer = console.post("/evidence/pack/", asked)
        assert answer["Content-Type"] == "application/zip"
        assert "verify.py" in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"channel": "no such"}, "no such"),
        ({"channel": "One", "from": "yesterday"}, "yesterday"),
        ({"channel": "One", "from": "2026-02-01", "until": "2026-01-01"}, "ends before it begins"),
        ({"case": "no such"}, "no such"),
    ],
)
def test_what_cannot_be_packed_is_told(console: Client, channel: Channel, asked: dict[str, str], words: str) -> None:
    assert words in console.post("/evidence/pack/", asked, follow=True).content.decode()


def test_a_case_is_opened_and_changed_by_its_form(console: Client, channel: Channel) -> None:
    form = {
        "number": "7/26",
        "title": "League",
        "channels": [channel.id],
        "since_0": "2026-01-01",
        "since_1": "00:00:00",
    }
    assert console.post("/evidence/case/add/", form).status_code == 302
    again = console.post("/evidence/case/add/", form)
    assert "There is a case 7/26 already" in again.content.decode()
    assert console.post("/evidence/case/1/change/", {**form, "title": "Other"}).status_code == 302
    assert AuditRow.objects.filter(action="case.change").count() == 1
