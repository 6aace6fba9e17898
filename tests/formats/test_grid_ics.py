"""Calendars become shows: recurrences, exceptions, zones and whole days; and a grid becomes a calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rightcast.domain.errors import InvalidInputError
from rightcast.domain.grid import GridRow, planned
from rightcast.formats.grid_ics import read_calendar, write_calendar

ROME = ZoneInfo("Europe/Rome")
FIRST, LAST = date(2026, 3, 23), date(2026, 4, 5)


def _calendar(*events: str) -> bytes:
    rows = "".join(
        f"BEGIN:VEVENT\nUID:{number}\nDTSTAMP:20260101T000000Z\n{one}\nEND:VEVENT\n"
        for number, one in enumerate(events)
    )
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//y//EN\n{rows}END:VCALENDAR\n".replace("\n", "\r\n").encode()


def _starts(data: bytes) -> list[str]:
    shows = read_calendar(data, FIRST, LAST, ROME).shows
    return [f"{datetime.fromtimestamp(one.start, UTC).astimezone(ROME):%m-%d %H:%M} {one.title}" for one in shows]


def test_a_weekly_event_stays_on_its_clock_when_clocks_change() -> None:
    data = _calendar(
        "DTSTART;TZID=Europe/Rome:20260101T100000\nDTEND;TZID=Europe/Rome:20260101T110000\n"
        "RRULE:FREQ=WEEKLY;BYDAY=SU\nSUMMARY:Mass"
    )
    assert _starts(data) == ["03-29 10:00 Mass", "04-05 10:00 Mass"]


def test_exceptions_and_moved_events_are_respected() -> None:
    series = (
        "DTSTART;TZID=Europe/Rome:20260322T100000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=5\n"
        "EXDATE;TZID=Europe/Rome:20260324T100000\nSUMMARY:Talk"
    )
    assert _starts(_calendar(series)) == ["03-23 10:00 Talk", "03-25 10:00 Talk", "03-26 10:00 Talk"]


def test_times_without_a_zone_are_on_the_station_s_clock() -> None:
    assert _starts(_calendar("DTSTART:20260401T200000\nDTEND:20260401T210000\nSUMMARY:Film")) == ["04-01 20:00 Film"]


def test_whole_days_lie_apart() -> None:
    found = read_calendar(_calendar("DTSTART;VALUE=DATE:20260329\nSUMMARY:Test card"), FIRST, LAST, ROME)
    assert not found.shows
    assert found.whole_days[0].stop - found.whole_days[0].start == 23 * 3600


def test_events_that_overlap_are_told() -> None:
    found = read_calendar(
        _calendar(
            "DTSTART:20260401T200000\nDTEND:20260401T210000\nSUMMARY:Film",
            "DTSTART:20260401T203000\nDTEND:20260401T213000\nSUMMARY:News",
            "DTSTART:20260401T201000\nDTEND:20260401T202000\nSUMMARY:Spot",
            "DTSTART:20260401T220000\nDTEND:20260401T220000\nSUMMARY:Nothing",
        ),
        FIRST,
        LAST,
        ROME,
    )
    assert [one.title for one in found.shows] == ["Film", "News"]
    assert len(found.remarks) == 3


def test_what_is_no_calendar_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="no calendar"):
        read_calendar(b"hello", FIRST, LAST, ROME)


def test_a_grid_goes_out_as_a_calendar_with_the_same_shows() -> None:
    rows = [
        GridRow(days=(5, 6), start=time(10), end=time(11), title="Mass", categories=("Religion",), no_catchup=True),
        GridRow(days=(0,), start=time(23), end=time(1), title="Jazz", subtitle="Live", never_on=(date(2026, 3, 30),)),
        GridRow(on=date(2026, 4, 1), start=time(20), end=time(21), title="Gala"),
    ]
    written = write_calendar(rows, ROME, "Tele Uno", FIRST)
    assert read_calendar(written, FIRST, LAST, ROME).shows == planned(rows, FIRST, LAST, ROME).shows


@settings(max_examples=40)
@given(st.binary(max_size=200), st.text(max_size=60))
def test_no_bytes_make_it_fail(data: bytes, words: str) -> None:
    for one in (data, _calendar(f"DTSTART:{words}\nSUMMARY:x"), _calendar(f"DTSTART:20260401T200000\nRRULE:{words}")):
        try:
            read_calendar(one, FIRST, LAST, ROME)
        except InvalidInputError:
            continue


def test_an_event_every_second_is_left_out() -> None:
    flood = _calendar("DTSTART:20260401T200000\nRRULE:FREQ=SECONDLY\nSUMMARY:Flood")
    found = read_calendar(flood, FIRST, LAST, ROME)
    assert not found.shows
    assert "Flood" in found.remarks[0]
