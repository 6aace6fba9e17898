"""The page of requests that no interface understood, and the way to it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from django.conf import settings

from rightcast.contract.reports import EdgeReport, UnknownReport
from rightcast.panel.console import live
from rightcast.state.reports import FileReports

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


def report(*unknown: UnknownReport) -> None:
    now = time.time()
    edge = EdgeReport(
        edge=0, pid=1, at=now, started=now, version="1", revision=1, heard=now, sessions=[], refusals={},
        recent_refusals=[], unknown=list(unknown),
    )  # fmt: skip
    FileReports(settings.STATION.reports).put("edge-0", edge)
    live._kept.clear()


def test_the_page_shows_what_was_asked_and_by_whom(console: Client) -> None:
    report(UnknownReport(shape="GET /new_api.php?action=get_all", player="<b>NewApp", count=3, last=time.time()))
    text = console.get("/unknown/").content.decode()
    assert "GET /new_api.php?action=get_all" in text
    assert "&lt;b&gt;NewApp" in text
    assert "/unknown/" in console.get("/station/live/").content.decode()


def test_nothing_is_said_while_everything_is_understood(console: Client) -> None:
    report()
    assert "Everything that was asked was understood" in console.get("/unknown/").content.decode()
    assert "/unknown/" not in console.get("/station/live/").content.decode()


def test_who_may_not_see_lines_does_not_see_the_page(client: Client) -> None:
    assert client.get("/unknown/").status_code == 302
