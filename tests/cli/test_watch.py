"""`rightcast watch`."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from rightcast.contract.reports import (
    ChannelReport,
    CheckReport,
    FindingReport,
    HeadendReport,
    PictureReport,
    QualityReport,
)
from rightcast.contract.station import StationSettings
from rightcast.serve.lock import remember_settings, station_lock
from rightcast.state.reports import FileReports
from tests.cli.conftest import shell_on

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Shell


def test_limits_are_set_kept_and_reset(station: Shell) -> None:
    answer = station("watch", "set", "One", "--frozen-after-s", "120", "--no-sound")
    assert answer.code == 0, answer
    assert "Watched: stream, pictures; a picture every 5 s." in answer.out
    watch = station("watch", "set", "One", "--every-s", "10", "--json").json["watch"]
    assert (watch["every_s"], watch["frozen_after_s"], watch["sound"]) == (10, 120, False)
    assert "stream, pictures, sound" in station("watch", "reset", "One").out


def test_a_limit_out_of_bounds_is_refused_naming_the_field(station: Shell) -> None:
    answer = station("watch", "set", "One", "--every-s", "1", "--json")
    assert answer.code == 1
    assert answer.json["error"]["field"] == "every_s"


def test_a_station_that_is_off_air_says_so(station: Shell) -> None:
    answer = station("watch", "One", "--json")
    assert answer.code == 1
    assert answer.json["error"]["code"] == "station-not-running"


def test_a_channel_on_air_is_shown_with_its_checks_and_its_picture(tmp_path: Path) -> None:
    data, now = tmp_path / "data", time.time()
    run = shell_on(data)
    assert run("channel", "add", "One", "udp://239.1.1.1:5000").code == 0
    report = ChannelReport(
        id=1,
        name="One",
        state="on_air",
        since=now - 60,
        source="",
        quality=QualityReport(
            checks=[CheckReport(check="continuity", count=7, last=now - 2)],
            active=["continuity"],
            bitrates=[(256, 4_000_000)],
            clock_offset_ppm=1.5,
        ),
        picture=PictureReport(state="seen", at=now, black_since=now - 30, brightness=0.01, level_dbfs=-23.5),
        findings=[FindingReport(kind="black", since=now - 20, severity="critical", detail="The picture is black.")],
    )
    settings = StationSettings(data=data, ring=tmp_path / "ring")
    remember_settings(settings)
    FileReports(settings.reports).put(
        "headend-0",
        HeadendReport(
            shard=0, pid=1, at=now + 60, started=now, version="0", ring_bytes=0, ring_budget_bytes=1, channels=[report]
        ),
    )
    with station_lock(data):
        shown = run("watch", "One").out
        told = run("watch", "show", "One", "--json").json
    assert "! The picture is black. (critical, for " in shown
    assert re.search(r"1\.4 +continuity +7 .* in error ", shown)
    assert "256: 4.00" in shown
    assert "clock against arrival 1.5 ppm" in shown
    assert "Sound: -23.5 dBFS" in shown
    assert (told["quality"]["active"], told["findings"][0]["kind"]) == (["continuity"], "black")
