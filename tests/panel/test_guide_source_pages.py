"""The console's pages of guide sources: the list, the form, an upload, the report, and what goes with a removal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from rightcast.panel.catalogue import operations as catalogue
from rightcast.panel.guide import operations
from rightcast.panel.guide.models import GuideSource
from rightcast.panel.guide.refreshing import upload_path

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.models import User
    from django.test import Client

    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.catalogue.models import Channel

pytestmark = pytest.mark.django_db
LIST = "/guide/guidesource/"
NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)


def form(**fields: Any) -> dict[str, Any]:
    return {"name": "Papers", "address": "https://guide.test/x.xml.gz", "position": 1, "every_h": 12, "at_local": "",
            "zone": "", "offset_min": 0, "enabled": "on", **fields}  # fmt: skip


@pytest.fixture
def source(actor: Actor, channel: Channel) -> GuideSource:
    """A source with one odd show, which a channel has."""
    catalogue.update_channel(actor, channel.id, guide_id="one.test")
    made = operations.add_source(actor, name="Papers", address="https://guide.test/x.xml.gz", every_h=12)
    begin = f"{NOON:%Y%m%d%H%M%S}"
    shows = f'<programme start="{begin}" channel="one.test"><title>News</title><x-own/></programme>'
    operations.import_guide(actor, made, [f"<tv>\n{shows}</tv>".encode()])
    return made


def test_the_list_says_in_words_how_each_source_is(console: Client, source: GuideSource, actor: Actor) -> None:
    operations.add_source(actor, name="By hand")
    text = console.get(LIST).content.decode()
    assert "1 show of 1 channel; 1 day changed" in text
    assert "Waits for its first guide to be uploaded." in text


def test_a_source_is_added_and_fetched_at_once(console: Client) -> None:
    answer = console.post(f"{LIST}add/", form())
    assert answer.status_code == 302, answer.context["errors"]
    added = GuideSource.objects.get()
    assert (added.every_h, added.next_at is not None) == (12, True)


def test_what_is_refused_stands_on_its_field(console: Client) -> None:
    answer = console.post(f"{LIST}add/", form(zone="Mars/Base"))
    assert "is no time zone" in answer.content.decode()
    assert not GuideSource.objects.exists()


def test_a_guide_is_handed_in_with_the_form(console: Client) -> None:
    file = SimpleUploadedFile("guide.xml", b"<tv/>")
    assert console.post(f"{LIST}add/", form(address="", upload=file)).status_code == 302
    added = GuideSource.objects.get()
    assert (added.asked, upload_path(added.pk).read_bytes()) == (True, b"<tv/>")


def test_the_form_says_how_it_is_and_what_it_holds(console: Client, source: GuideSource) -> None:
    text = console.get(f"{LIST}{source.pk}/change/").content.decode()
    assert "It knows 1 channel and 1 show" in text
    assert f"/guide/source/{source.pk}/report/" in text
    assert "1 from it alone" in console.get(f"/guide/source/{source.pk}/now/").content.decode()


def test_a_refresh_is_asked_for_with_a_button(console: Client, source: GuideSource) -> None:
    console.post(f"{LIST}{source.pk}/change/", {"guide_guidesource_refresh_now": "1"})
    source.refresh_from_db()
    assert source.asked


def test_the_report_tells_oddities_with_their_lines(console: Client, source: GuideSource) -> None:
    text = console.get(f"/guide/source/{source.pk}/report/").content.decode()
    assert "elements are not of XMLTV" in text
    assert "line 2: programme/x-own" in text


def test_before_a_removal_the_page_says_what_goes(console: Client, source: GuideSource) -> None:
    text = console.get(f"{LIST}{source.pk}/delete/").content.decode()
    assert "1 show on 1 day of 1 guide channel" in text
    assert "1 of them no other guide" in text
    console.post(f"{LIST}{source.pk}/delete/", {"post": "yes"})
    assert not GuideSource.objects.exists()


def test_who_only_looks_cannot_change(client: Client, staff: Callable[[str], User], source: GuideSource) -> None:
    client.force_login(staff("Help desk"))
    assert client.get(LIST).status_code == 200
    assert client.get(f"/guide/source/{source.pk}/report/").status_code == 200
    assert client.get(f"{LIST}add/").status_code == 403


def test_a_source_that_was_not_refreshed_for_long_warns(console: Client, source: GuideSource) -> None:
    GuideSource.objects.update(last_at=datetime.now(UTC) - timedelta(days=3))
    assert "Has not been refreshed for 3 days" in console.get(LIST).content.decode()


def test_a_guide_of_days_long_gone_warns(console: Client, source: GuideSource, actor: Actor) -> None:
    old = '<programme start="20010101120000 +0000" channel="one.test"><title>T</title></programme>'
    operations.import_guide(actor, source, [f"<tv>{old}</tv>".encode()])
    assert "no show of the days that are kept" in console.get(LIST).content.decode()
