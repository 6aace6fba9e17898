"""Figures come from reports, are true Prometheus text, name nobody, stay within bounds, and are not for everybody."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from rightcast.contract.reports import (
    ChannelReport,
    CheckReport,
    EdgeReport,
    FindingReport,
    HeadendReport,
    QualityReport,
    RefusalReport,
    SessionReport,
)
from rightcast.panel.metrics import PANEL_FIGURES
from rightcast.state.exposition import metrics_token, new_metrics_token
from rightcast.state.figures import FIGURES, MOST_CHANNELS, station_samples
from rightcast.state.reports import FileReports

if TYPE_CHECKING:
    from rightcast.contract.station import StationSettings

pytestmark = pytest.mark.django_db


def channel(number: int, state: str = "on_air", **fields: object) -> ChannelReport:
    made = {"since": time.time() - 60, "source": "http://bob:hidden@host/1.ts", "bitrate_bps": 4_300_000, **fields}
    return ChannelReport(id=number, name=f'Name "{number}"\n', state=state, **made)  # type: ignore[arg-type]


def report(settings: StationSettings, *channels: ChannelReport, age_s: float = 0.0, more_idle: int = 0) -> None:
    now = time.time()
    reports = FileReports(settings.reports)
    reports.put(
        "headend-0",
        HeadendReport(
            shard=0,
            pid=os.getpid(),
            at=now - age_s,
            started=now - 100,
            version="0.2.0",
            ring_bytes=5,
            ring_budget_bytes=10,
            datagrams_lost=3,
            channels=list(channels),
            more_idle=more_idle,
        ),
    )
    session = SessionReport(
        sid="s1",
        line_id=1,
        line="anna-4821",
        channel_id=1,
        kind="ts",
        address="192.0.2.77",
        player="VLC",
        opened=now,
        right_id=1,
    )
    refusal = RefusalReport(at=now, line="anna-4821", channel_id=1, reason="no-right", address="192.0.2.77")
    reports.put(
        "edge-0",
        EdgeReport(
            edge=0,
            pid=os.getpid(),
            at=now,
            started=now - 100,
            version="0.2.0",
            revision=17,
            heard=now - 4,
            sessions=[session],
            refusals={"wrong-secret": 6},
            recent_refusals=[refusal],
            bytes_sent=12_345,
        ),
    )


def scraped(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """All samples by name and labels; names must be those that are declared."""
    found = {}
    for family in text_string_to_metric_families(text):
        assert family.documentation
        for sample in family.samples:
            assert sample.name.removeprefix("rightcast_") in {*FIGURES, *PANEL_FIGURES}
            key = (sample.name.removeprefix("rightcast_"), tuple(sorted(sample.labels.items())))
            assert key not in found, "no series twice"
            found[key] = sample.value
    return found


@pytest.fixture
def here() -> Client:
    """Somebody on this machine."""
    return Client(HTTP_HOST="localhost")


def test_the_figures_say_what_was_reported(here: Client, station: StationSettings) -> None:
    quality = QualityReport(checks=[CheckReport(check="pcr_interval", count=9, last=1.0)])
    finding = FindingReport(kind="black", since=1.0, severity="warning", detail="Black.")
    first = channel(1, continuity_errors=7, last_segment=time.time() - 2, quality=quality, findings=[finding])
    report(station, first, channel(2, "silent"), channel(3, "idle"), more_idle=40)
    answer = here.get("/metrics")
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    found = scraped(answer.content.decode())
    one = (("channel", "1"),)
    assert found["channel_bitrate_bits_per_second", one] == 4_300_000
    assert found["channel_continuity_errors_total", one] == 7
    assert 1.5 < found["channel_segment_age_seconds", one] < 30
    assert found["channel_viewers", one] == 1
    assert found["channel_errors_total", (("channel", "1"), ("check", "pcr_interval"))] == 9
    assert found["channel_findings", (("channel", "1"), ("kind", "black"), ("severity", "warning"))] == 1
    assert found["channels", (("state", "idle"),)] == 41
    assert found["channels", (("state", "silent"),)] == 1
    assert found["channels_unlisted", ()] == 40
    assert found["edge_refusals_total", (("edge", "1"), ("reason", "wrong-secret"))] == 6
    assert found["edge_bytes_sent_total", (("edge", "1"),)] == 12_345
    assert found["headend_up", (("headend", "1"),)] == 1
    assert found["process_resident_memory_bytes", (("process", "edge 1"),)] > 1e6
    assert found["alarms", (("severity", "critical"), ("state", "waiting"))] == 0


def test_nobody_is_named(here: Client, station: StationSettings) -> None:
    report(station, channel(1))
    text = here.get("/metrics").content.decode()
    for personal in ("anna", "192.0.2.77", "VLC", "hidden", "bob", "s1"):
        assert personal not in text


def test_a_process_that_fell_silent_is_down(here: Client, station: StationSettings) -> None:
    report(station, channel(1), age_s=60)
    found = scraped(here.get("/metrics").content.decode())
    assert found["headend_up", (("headend", "1"),)] == 0
    assert ("channel_viewers", (("channel", "1"),)) not in found


def test_without_any_report_the_page_still_says_so(here: Client) -> None:
    assert scraped(here.get("/metrics").content.decode())["edge_up", (("edge", "1"),)] == 0


def test_channels_beyond_the_bound_are_counted(station: StationSettings) -> None:
    waiting = [channel(number, "idle") for number in range(1, 1001)]
    report(station, *waiting, *(channel(number) for number in range(2000, 2020)))
    metrics = {one.name: one for one in station_samples(station, time.time()).all()}
    assert len(metrics["rightcast_channel_info"].samples) == MOST_CHANNELS
    assert metrics["rightcast_channels_unlisted"].samples[0].value == 20
    assert len(metrics["rightcast_channel_bitrate_bits_per_second"].samples) == 20, "those that run come first"


@pytest.mark.parametrize(
    "headers",
    [
        {"REMOTE_ADDR": "192.0.2.9"},
        {"HTTP_X_FORWARDED_FOR": "192.0.2.9"},
        {"HTTP_FORWARDED": "for=192.0.2.9"},
        {"HTTP_ORIGIN": "http://evil.example"},
    ],
)
def test_others_are_told_nothing_without_the_token(station: StationSettings, headers: dict[str, str]) -> None:
    browser = Client(HTTP_HOST="localhost", **headers)
    assert browser.get("/metrics").status_code == 404
    assert browser.get("/metrics", HTTP_AUTHORIZATION="Bearer ").status_code == 401
    token = new_metrics_token(station.keys)
    assert browser.get("/metrics").status_code == 404
    assert browser.get("/metrics", HTTP_AUTHORIZATION="Bearer wrong").status_code == 401
    assert browser.get("/metrics", HTTP_AUTHORIZATION=f"Bearer {token}").status_code == 200
    assert new_metrics_token(station.keys) != token
    assert browser.get("/metrics", HTTP_AUTHORIZATION=f"Bearer {token}").status_code == 401
    assert (station.keys / "metrics.token").stat().st_mode & 0o077 == 0
    assert metrics_token(station.keys)


def test_only_reading_is_known(here: Client) -> None:
    assert here.post("/metrics").status_code == 405
