"""Putting a channel on air by hand from the console, and the forms of what keeps it there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rightcast.domain.failover import Failover
from rightcast.domain.life import Life, Running
from rightcast.domain.schedule import Schedule
from rightcast.domain.slate import Slate, SlateSound
from rightcast.panel.audit.models import AuditRow
from rightcast.panel.catalogue.features import feature_of
from rightcast.panel.features.registry import FORMS

if TYPE_CHECKING:
    from django.test import Client

    from rightcast.panel.catalogue.models import Channel

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("deed", "running"), [("stop", Running.STOPPED), ("drain", Running.DRAINING), ("start", Running.ON)]
)
def test_a_button_stops_drains_and_starts(console: Client, channel: Channel, deed: str, running: Running) -> None:
    answer = console.post(f"/channel/{channel.id}/air/", {"deed": deed})
    assert answer.status_code == 302
    channel.refresh_from_db()
    assert feature_of(channel, Life).running is running
    assert AuditRow.objects.filter(action="channel.life").exists()


def test_a_button_puts_the_slate_on_air_and_the_page_shows_it(console: Client, channel: Channel) -> None:
    console.post(f"/channel/{channel.id}/air/", {"show": "slate"})
    channel.refresh_from_db()
    assert feature_of(channel, Failover).pick == "slate"
    page = console.get(f"/channel/{channel.id}/air/").content.decode()
    assert 'value="slate" class="rc-main" aria-pressed="true"' in page


def test_a_source_that_is_not_there_is_refused_in_words(console: Client, channel: Channel) -> None:
    page = console.post(f"/channel/{channel.id}/air/", {"show": "7"}, follow=True).content.decode()
    assert "has no source 7" in page


@pytest.mark.parametrize(
    "record", [Failover(hold_down_s=60), Life(warm_s=5), Slate(text="Soon", sound=SlateSound.TONE)]
)
def test_a_form_means_what_it_shows(console: Client, channel: Channel, record: Failover | Life | Slate) -> None:
    name = type(record).__name__.lower()
    values = {key: value for key, value in FORMS[name].values(record).items() if value is not False}
    answer = console.post(f"/channel/{channel.id}/{name}/", values)
    assert answer.status_code == 302
    channel.refresh_from_db()
    assert feature_of(channel, type(record)) == record
    assert FORMS[name].summary(record)


def test_a_schedule_is_written_in_lines(console: Client, channel: Channel) -> None:
    lines = "sun 10:00-11:30 1 (Service)\n2026-12-24 20:00-22:00 slate"
    assert console.post(f"/channel/{channel.id}/schedule/", {"slots": lines}).status_code == 302
    channel.refresh_from_db()
    schedule = feature_of(channel, Schedule)
    assert [str(slot) for slot in schedule.slots] == [
        "sun 10:00-11:30 source 1 (Service)",
        "2026-12-24 20:00-22:00 slate",
    ]
    assert "Service" in console.get(f"/channel/{channel.id}/schedule/").content.decode()
    wrong = console.post(f"/channel/{channel.id}/schedule/", {"slots": "sometime"})
    assert wrong.status_code == 422
