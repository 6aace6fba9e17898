"""Thumbnails and words about pictures: for those who may see them, and only while a right lets them out."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.utils import timezone

from rightcast.contract.reports import ChannelReport, HeadendReport, PictureReport
from rightcast.domain.watch import Watch
from rightcast.panel.catalogue import operations as catalogue
from rightcast.panel.catalogue.features import feature_of
from rightcast.panel.console.pictures import picture_words
from rightcast.panel.rights import operations as rights
from rightcast.panel.rights.models import CarriageRight
from rightcast.state.reports import FileReports

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.models import User

    from rightcast.contract.station import StationSettings
    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.catalogue.models import Channel

pytestmark = pytest.mark.django_db
JPEG = b"\xff\xd8 a picture"


@pytest.fixture
def shown(actor: Actor, channel: Channel, station: StationSettings) -> Channel:
    """A channel on air whose thumbnail was just made."""
    rights.record_right(
        actor, reference="R1", licensor="L", instrument="contract", channel_ids=[channel.id], territories=["IT"]
    )
    catalogue.publish_channel(actor, channel.id)
    station.thumbnails.mkdir(parents=True)
    (station.thumbnails / f"{channel.id}.jpg").write_bytes(JPEG)
    now = time.time()
    picture = PictureReport(state="seen", at=now, frozen_since=now - 90, level_dbfs=-23.0, thumbnail_at=now)
    report = ChannelReport(id=channel.id, name="One", state="on_air", since=now - 5, source="", picture=picture)
    FileReports(station.reports).put(
        "headend-0",
        HeadendReport(
            shard=0, pid=1, at=now, started=now, version="0", ring_bytes=0, ring_budget_bytes=1, channels=[report]
        ),
    )
    return channel


def address(channel: Channel) -> str:
    return f"/channel/{channel.id}/thumbnail.jpg"


def test_staff_see_the_thumbnail_and_no_cache_keeps_it(console: Client, shown: Channel) -> None:
    answer = console.get(address(shown))
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, JPEG, "image/jpeg")
    assert "no-store" in answer["Cache-Control"]
    again = console.get(address(shown), headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_nobody_sees_it_without_signing_in(shown: Channel) -> None:
    answer = Client().get(address(shown))
    assert answer.status_code == 302
    assert "login" in answer["Location"]


def test_who_may_not_see_channels_sees_no_thumbnail(shown: Channel, staff: Callable[[str], User]) -> None:
    nobody = staff("Help desk")
    nobody.groups.clear()
    browser = Client()
    browser.force_login(nobody)
    assert browser.get(address(shown)).status_code == 403


def test_a_channel_held_off_the_air_shows_nothing_even_when_a_file_is_left(
    console: Client, shown: Channel, actor: Actor
) -> None:
    catalogue.hold_channel(actor, shown.id)
    assert console.get(address(shown)).status_code == 404


def test_nothing_is_shown_once_the_right_has_ended(console: Client, shown: Channel) -> None:
    now = timezone.now()
    CarriageRight.objects.update(starts=now - timedelta(days=2), ends=now - timedelta(seconds=1))
    assert console.get(address(shown)).status_code == 404


def test_an_old_thumbnail_is_not_shown(console: Client, shown: Channel, station: StationSettings) -> None:
    file = station.thumbnails / f"{shown.id}.jpg"
    os.utime(file, (time.time() - 3600, time.time() - 3600))
    assert console.get(address(shown)).status_code == 404


def test_list_and_page_of_channels_show_it(console: Client, shown: Channel) -> None:
    assert address(shown).encode() in console.get("/catalogue/channel/").content
    page = console.get(f"/catalogue/channel/{shown.id}/change/").content
    assert address(shown).encode() in page
    assert b"standing still for" in page


def test_words_about_pictures_say_what_is_wrong() -> None:
    said = picture_words(PictureReport(state="scrambled", at=90.0, silent_since=40.0, level_dbfs=-90.0), 100.0)
    assert said.startswith("pictures scrambled · silent for ")
    assert "sound -90 dBFS" in said


def test_the_form_sets_what_is_watched(console: Client, channel: Channel) -> None:
    page = f"/channel/{channel.id}/watch/"
    shown = console.get(page)
    assert shown.status_code == 200
    values = {**shown.context["form"].initial, "frozen_after_s": 120, "sound": ""}
    sent = {name: "on" if value is True else value for name, value in values.items()}
    assert console.post(page, {name: value for name, value in sent.items() if value != ""}).status_code == 302
    channel.refresh_from_db()
    assert feature_of(channel, Watch) == Watch(frozen_after_s=120, sound=False)


def test_a_limit_out_of_bounds_stands_on_its_field(console: Client, channel: Channel) -> None:
    page = f"/channel/{channel.id}/watch/"
    values = {**console.get(page).context["form"].initial, "every_s": 1}
    answer = console.post(page, values)
    assert answer.status_code == 422
    assert "every_s" in answer.context["form"].errors
