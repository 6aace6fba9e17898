"""Pages that show what is kept: bars of days over a change of clocks, gaps with their causes, room, and erasing."""

from __future__ import annotations

import time
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from rightcast.contract.reports import ArchiveReport, ArchivistReport
from rightcast.panel.archive.days import days_of
from rightcast.panel.audit.models import AuditRow
from rightcast.panel.console import live
from rightcast.state.archive.erasures import ordered
from rightcast.state.archive.records import Gap, KeptFile
from rightcast.state.archive.reel import ReelWriter, channel_reel
from rightcast.state.reports import FileReports

if TYPE_CHECKING:
    from django.test import Client

    from rightcast.contract.station import StationSettings
    from rightcast.panel.catalogue.models import Channel

ROME = ZoneInfo("Europe/Rome")


def files(start: float, hours: int) -> list[KeptFile]:
    return [
        KeptFile(file=turn, first=turn, start=start + turn * 600, stop=start + turn * 600 + 600, bytes=1, place=0)
        for turn in range(hours * 6)
    ]


def test_a_day_in_which_clocks_change_has_its_own_length() -> None:
    noon = datetime(2026, 10, 24, 12, tzinfo=ROME).timestamp()
    today, yesterday = days_of(files(noon, 36), [], ROME)
    assert (today.date.day, yesterday.date.day) == (25, 24)
    assert (today.hours, yesterday.hours) == (24.0, 12.0)
    assert [(bar.left, bar.width) for bar in yesterday.bars] == [(50.0, 50.0)]
    assert [(bar.left, bar.width) for bar in today.bars] == [(0.0, 96.0)]


def test_gaps_lie_over_what_is_kept_and_say_why() -> None:
    midnight = datetime(2026, 8, 1, tzinfo=ROME).timestamp()
    gap = Gap(start=midnight + 3600, stop=midnight + 5400, cause="headend")
    [day] = days_of(files(midnight, 6), [gap], ROME)
    assert day.hours == 5.5
    assert [(bar.left, bar.width, bar.kind) for bar in day.bars] == [(0.0, 25.0, "kept"), (4.167, 2.083, "headend")]
    assert day.bars[1].words == "01:00:00 to 01:30:00: The headend was away."


@pytest.fixture
def kept(station: StationSettings, channel: Channel) -> Channel:
    """A channel of which a little is kept, and an archivist that says so."""
    now = time.time()
    with closing(ReelWriter(channel_reel(station.archive_root, channel.pk))) as reel:
        reel.append(b"G" * 188, start=now - 7200, duration=2.0, new_epoch=True)
        reel.note_gap(Gap(start=now - 7198, stop=now - 600, cause="disk"))
        reel.append(b"G" * 188, start=now - 600, duration=2.0, new_epoch=True)
    told = ArchiveReport(
        channel_id=channel.pk, channel="One", wished_h=48, granted_h=24, kept_h=24, bytes=376, oldest=now - 7200,
        newest=now - 598,
    )  # fmt: skip
    report = ArchivistReport(
        pid=1, at=now, started=now, used_bytes=376, allowed_bytes=1000, free_bytes=5000, total_bytes=9000,
        evicted=now - 60, channels=[told],
    )  # fmt: skip
    FileReports(station.reports).put("archivist", report)
    live._kept.clear()
    return channel


def test_the_archive_page_shows_room_and_why_so_much_is_kept(console: Client, kept: Channel) -> None:
    text = console.get("/archive/").content.decode()
    assert "the disk is full" in text
    assert "48 h wished, 24 h granted" in text
    assert f"/channel/{kept.pk}/kept/" in text


def test_the_page_of_a_channel_shows_days_and_gaps(console: Client, kept: Channel) -> None:
    text = console.get(f"/channel/{kept.pk}/kept/").content.decode()
    assert "The last 24 hours are kept (48 h wished, 24 h granted); nothing came for 10 min." in text
    assert "The disk was full or could not be written." in text
    assert "rc-kept-hole" in text


def test_pages_say_so_when_nothing_is_kept(console: Client, channel: Channel) -> None:
    assert "The archivist is not running." in console.get("/archive/").content.decode()
    assert "Nothing of this channel is kept." in console.get(f"/channel/{channel.pk}/kept/").content.decode()
    assert "/kept/" in console.get(f"/catalogue/channel/{channel.pk}/change/").content.decode()


def test_a_stretch_is_erased_by_a_note_and_a_row_in_the_trail(
    console: Client, kept: Channel, station: StationSettings
) -> None:
    page = f"/channel/{kept.pk}/kept/"
    console.post(page, {"start": "2026-08-01T20:00", "stop": "2026-08-01T21:00"})
    [(_, erasure)] = ordered(station.archive_root)
    assert erasure.stop - erasure.start == 3600
    assert AuditRow.objects.get(action="archive.erase").subject_id == kept.pk
    console.post(page, {"start": "2026-08-01T22:00", "stop": "2026-08-01T21:00"})
    assert len(ordered(station.archive_root)) == 1
