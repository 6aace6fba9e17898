"""The console's pages of recordings: lists, one recording with what is missing, removing, allowances."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rightcast.domain.recordings import SENTENCES, Cause
from rightcast.panel.audit.operations import Actor
from rightcast.panel.recordings import rules
from rightcast.panel.recordings.models import AllowanceRow, Recording, RecordingRule
from tests.panel.recording_world import RecordingWorld, told

if TYPE_CHECKING:
    from django.test import Client

    from rightcast.state.feed import FileFeed

pytestmark = pytest.mark.django_db
PAGES = ["recording", "recordingrule", "allowancerow", "recorderpolicy"]


@pytest.fixture
def partial(db: None, actor: Actor, feed: FileFeed) -> Recording:
    world = RecordingWorld(actor, feed)
    row = world.order(1)
    told(world, row, spans=[(row.start, row.start + 600)])
    return row


@pytest.mark.parametrize("page", PAGES)
def test_a_list_shows(console: Client, partial: Recording, page: str) -> None:
    assert console.get(f"/recordings/{page}/").status_code == 200


def test_a_recording_tells_what_is_missing_and_what_its_line_may_keep(console: Client, partial: Recording) -> None:
    page = console.get(f"/recordings/recording/{partial.pk}/change/").content.decode()
    assert SENTENCES[Cause.OFF_AIR] in page
    assert "Missing: " in page
    assert "of 20 h" in page


def test_the_button_removes(console: Client, partial: Recording) -> None:
    console.post(f"/recordings/recording/{partial.pk}/change/", {"recordings_recording_remove": "1"})
    partial.refresh_from_db()
    assert (partial.status, partial.cause) == ("removed", Cause.BY_OPERATOR)


def test_an_allowance_and_a_rule_are_set_by_their_forms(console: Client, partial: Recording) -> None:
    limits = {"hours": "7", "gigabytes": "0", "number": "0", "at_once": "1"}
    console.post("/recordings/allowancerow/add/", {"line": partial.line_id, "package": "", **limits})
    assert AllowanceRow.objects.get().hours == 7
    rule = {"line": partial.line_id, "channel": "", "match": "title", "word": "News", "keep": "3", "priority": "50"}
    console.post("/recordings/recordingrule/add/", {**rule, "before_s": "0", "after_s": "0"})
    assert RecordingRule.objects.get().keep == 3


def test_the_page_of_a_line_leads_to_its_recordings(console: Client, partial: Recording) -> None:
    page = console.get(f"/lines/line/{partial.line_id}/change/").content.decode()
    assert f"/recordings/recording/?line__id__exact={partial.line_id}" in page
    assert console.get(f"/recordings/recording/?line__id__exact={partial.line_id}").status_code == 200


def test_the_recorders_page_tells_what_the_disk_holds(console: Client, partial: Recording) -> None:
    rules.set_policy(Actor.system(), disk_gigabytes=5, grace_h=1, before_s=0, after_s=0)
    page = console.get("/recordings/recorderpolicy/1/change/").content.decode()
    assert "The recorder does not run." in page
    assert "1 partial" in page
