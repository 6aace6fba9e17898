"""Days of boxes are days of their zones, also when clocks change."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from rightcast.domain.guide import Show
from rightcast.formats import stalker
from rightcast.formats import stalker_tables as tables

HOUR_S = 3600


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Rome", "2026-03-29", 23),
        ("Europe/Rome", "2026-10-25", 25),
        ("Europe/Rome", "2026-11-24", 24),
        ("America/New_York", "2026-03-08", 23),
        ("America/New_York", "2026-11-01", 25),
        ("Asia/Kolkata", "2026-03-29", 24),
        ("America/Asuncion", "2024-10-06", 23),
    ],
)
def test_a_day_is_as_long_as_it_is_where_the_box_stands(zone: str, day: str, hours: int) -> None:
    start, stop = tables.day_window(day, ZoneInfo(zone), 0)
    assert stop - start == hours * HOUR_S
    assert datetime.fromtimestamp(start, ZoneInfo(zone)).date().isoformat() == day


def test_a_day_that_is_none_is_today() -> None:
    now = int(datetime(2026, 3, 29, 12, tzinfo=UTC).timestamp())
    for text in ("", "x", "2026-13-01", "0001-01-01", "9999-12-31"):
        start, stop = tables.day_window(text, ZoneInfo("Asia/Kolkata"), now)
        assert text[:1] in {"0", "9"} or start <= now < stop


def test_the_days_to_choose_have_today_in_the_middle() -> None:
    now = int(datetime(2026, 11, 24, 20, tzinfo=UTC).timestamp())
    week = tables.week(ZoneInfo("Asia/Kolkata"), now)
    assert len(week) == 15
    assert [one.f_mysql for one in week if one.today] == ["2026-11-25"]
    assert week[7].f_human == "Wed 25 Nov"


def test_page_nought_is_the_one_with_the_show_that_is_on() -> None:
    shows = [Show(id=hour, guide_id="", start=hour * 60, stop=(hour + 1) * 60, title=f"S{hour}") for hour in range(24)]
    rows = [stalker.programme(one, 1) for one in shows]
    page = tables.day_table(rows, 0, 13 * 60)
    assert (page.total_items, page.cur_page, page.selected_item) == (24, 2, 4)
    assert page.data[page.selected_item - 1].name == "S13"
    assert tables.day_table(rows, 3, 13 * 60).selected_item == 0
    assert tables.day_table(rows, 9, 0).data == []


def test_moments_may_be_words_or_numbers() -> None:
    zone = ZoneInfo("Europe/Rome")
    assert tables.moment("1764000000", zone, 7) == 1_764_000_000
    assert tables.moment("2025-11-24 17:00:00", zone, 7) == 1_764_000_000
    assert [tables.moment(text, zone, 7) for text in ("", "x", "2025-99-99 00:00:00")] == [7, 7, 7]
    assert tables.time_marks(1_764_000_000, 1_764_000_000 + 2 * HOUR_S, zone) == ["17:00", "17:30", "18:00", "18:30"]
