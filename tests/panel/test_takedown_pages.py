"""The console takes down after a preview, shows the stopwatch, and lifts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from rightcast.contract.reports import DarkenedReport, DarkReport
from rightcast.panel.takedowns.models import Takedown
from rightcast.state.reports import FileReports

if TYPE_CHECKING:
    from django.test import Client

    from rightcast.contract.station import StationSettings
    from rightcast.panel.catalogue.models import Channel

pytestmark = pytest.mark.django_db


def test_a_channel_is_taken_down_after_a_preview_and_lifted(
    console: Client, channel: Channel, station: StationSettings
) -> None:
    page = reverse("takedowns")
    wanted = {"channels": channel.name, "cause": "court-order", "case": "7 O 12/26", "days": "30"}
    previewed = console.post(page, {**wanted, "deed": "preview"}).content.decode()
    assert "Would go dark" in previewed
    assert not Takedown.objects.exists()
    console.post(page, {**wanted, "deed": "order"})
    row = Takedown.objects.get()
    told = DarkenedReport(id=row.pk, heard=row.at.timestamp() + 0.1, dark=row.at.timestamp() + 0.25, stopped=3)
    report = DarkReport(who="edge 0", pid=1, at=row.at.timestamp(), takedowns=[told])
    FileReports(station.reports).put("takedowns-edge-0", report)
    shown = console.get(reverse("takedown", args=[row.pk]) + "?rehearse").content.decode()
    assert "Dark everywhere after 0.25 s" in shown
    assert "3 sessions stopped" in console.get(reverse("takedown-live", args=[row.pk])).content.decode()
    console.post(reverse("takedown-lift", args=[row.pk]), {"why": "licence shown"})
    assert Takedown.objects.get().lifted_why == "licence shown"
    assert "Nothing is taken down" in console.get(page).content.decode()


@pytest.mark.parametrize(
    "typed",
    [{}, {"channels": "Nobody"}, {"channels": "One", "days": "-1"}, {"channels": "One", "shown_from": "soon"},
     {"territories": "XX"}, {"channels": "One", "cause": "whim"}, {"lines": "nobody"}],
)  # fmt: skip
def test_a_form_that_makes_no_sense_does_nothing_and_says_why(
    console: Client, channel: Channel, typed: dict[str, str]
) -> None:
    answer = console.post(reverse("takedowns"), {**typed, "deed": "order"})
    assert answer.status_code == 200
    assert not Takedown.objects.exists()
    assert list(answer.context["messages"])


def test_what_is_not_there_is_not_found(console: Client) -> None:
    assert console.get(reverse("takedown", args=[99])).status_code == 404
    assert console.get(reverse("takedown-lift", args=[99])).status_code == 405
