"""Nights in which clocks change: every interface names the moment that is meant, and no show is lost or doubled."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from rightcast.domain.guide import Show
from rightcast.domain.lineup import Channel, ChannelKind, Line, LineStatus
from rightcast.edge.catalogue import Listed
from rightcast.edge.interfaces.dvbi_guide import DvbIGuide
from rightcast.edge.interfaces.stalker_guide import BoxGuide
from rightcast.edge.interfaces.xtream_guide import guide_rows
from rightcast.formats import enigma2, xmltv
from rightcast.formats import guide_rows as rows_as_json
from rightcast.formats.timeshift import parse_start
from rightcast.formats.xmltv_reader import XmltvReader
from tests.edge.shelves import FakeArchive, FakeGuide
from tests.edge.station import LONG_AGO

if TYPE_CHECKING:
    from collections.abc import Sequence

HALF_S = 1800
NIGHTS = [
    ("Europe/Rome", "2026-03-28", 23),
    ("Europe/Rome", "2026-10-24", 25),
    ("America/New_York", "2026-03-07", 23),
    ("America/New_York", "2026-10-31", 25),
    ("Asia/Kolkata", "2026-03-28", 24),
    ("Asia/Kolkata", "2026-10-24", 24),
]
LINE = Line(
    id=1, name="anna", secret_digest="", status=LineStatus.ACTIVE, package_ids=(3,), territory="IT", created=LONG_AGO
)
ROW = Listed(
    Channel(id=1, number=1, name="Uno", kind=ChannelKind.TV, sources=(), added=LONG_AGO, guide_id="uno.it"),
    1,
    7,
    "News",
)


def half_hours(zone: str, evening: str) -> tuple[int, list[Show]]:
    """Eight in the evening in a zone, and a show for each half hour from then for a day and a half."""
    begin = int(datetime.fromisoformat(f"{evening} 20:00").replace(tzinfo=ZoneInfo(zone)).timestamp())
    return begin, [
        Show(id=place, guide_id="uno.it", start=start, stop=start + HALF_S, title=f"Half {place}")
        for place, start in enumerate(range(begin, begin + 36 * 3600, HALF_S))
    ]


@pytest.fixture(params=NIGHTS, ids=lambda night: f"{night[0]} {night[1]}")
def night(request: pytest.FixtureRequest) -> tuple[str, int, list[Show], int]:
    zone, evening, hours = request.param
    return zone, *half_hours(zone, evening), hours


def test_xtream_tells_utc_in_words_and_numbers_that_agree(night: tuple[str, int, list[Show], int]) -> None:
    _, begin, shows, _ = night
    fields = {"stream_id": "1", "action": "get_simple_data_table"}
    found = guide_rows(
        LINE, [ROW], fields, guide=FakeGuide(*shows), archive=FakeArchive(of_1=2), now=begin + 30 * 3600
    ).epg_listings
    assert [int(one.start_timestamp) for one in found] == [one.start for one in shows]
    for one in found:
        assert parse_start(one.start) == datetime.fromtimestamp(int(one.start_timestamp), UTC)
        assert parse_start(one.stop) == datetime.fromtimestamp(int(one.stop_timestamp), UTC)
    assert len({one.start for one in found}) == len(shows)


def test_a_box_is_told_its_own_clock(night: tuple[str, int, list[Show], int]) -> None:
    name, begin, shows, hours = night
    zone, guide = ZoneInfo(name), BoxGuide(FakeGuide(*shows), FakeArchive(of_1=2))
    ((_, rows),) = guide.steps(LINE, [ROW], "36", name, begin)
    assert [one.start_timestamp for one in rows] == [one.start for one in shows]
    for one in rows:
        assert one.time == datetime.fromtimestamp(one.start_timestamp, zone).strftime("%Y-%m-%d %H:%M:%S")
        assert one.duration == HALF_S
    morning = datetime.fromtimestamp(begin + 12 * 3600, zone).date().isoformat()
    told = []
    for page in range(1, 7):
        told += guide.day(LINE, ROW, {"date": morning, "p": str(page)}, name, begin).data
    assert len(told) == hours * 2
    assert {one.time[:10] for one in told} == {morning}


def test_xmltv_says_its_offset_and_is_read_back_to_the_same_moments(night: tuple[str, int, list[Show], int]) -> None:
    _, _, shows, _ = night
    text = "".join([xmltv.START, xmltv.channel("uno.it", ("Uno",)), *map(xmltv.show, shows), xmltv.END])
    found = [one for one in XmltvReader(ZoneInfo("Asia/Tokyo")).read([text.encode()]) if isinstance(one, Show)]
    assert [(one.start, one.stop) for one in found] == [(one.start, one.stop) for one in shows]


def test_dvb_i_tells_utc(night: tuple[str, int, list[Show], int]) -> None:
    _, begin, shows, _ = night
    guide = DvbIGuide(FakeGuide(*shows), clock=lambda: float(begin))
    fields = {"sid": "uno.it", "start": str(begin), "end": str(begin + 36 * 3600)}
    root = ET.fromstring("".join(guide.schedule("tv.example", [ROW], fields)))
    starts = [one.text or "" for one in root.iter("{urn:tva:metadata:2024}PublishedStartTime")]
    assert [int(datetime.fromisoformat(one).timestamp()) for one in starts] == [one.start for one in shows]


def test_apps_with_a_zone_of_their_own_are_told_numbers(night: tuple[str, int, list[Show], int]) -> None:
    _, begin, shows, _ = night
    found = rows_as_json.by_channel(begin, [(1, [rows_as_json.row(1, one) for one in shows])])
    rows: Sequence[dict[str, int]] = json.loads(rows_as_json.encode(found))["channels"]["1"]
    assert [(one["start"], one["stop"]) for one in rows] == [(one.start, one.stop) for one in shows]


def test_a_menu_without_a_zone_counts_minutes(night: tuple[str, int, list[Show], int]) -> None:
    _, begin, shows, _ = night
    now = begin + 7 * 3600 + 60
    words = enigma2.coming(FakeGuide(*shows).now_next(1, now), now)
    assert words == "Half 14 (+29 min)\nin 29 min: Half 15"
