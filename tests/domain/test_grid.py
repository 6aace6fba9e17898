"""A week typed in by hand becomes shows: repeats, exceptions, seasons, and nights on which clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.domain.errors import InvalidInputError
from rightcast.domain.grid import GridRow, Repeat, check_rows, planned

ROME = ZoneInfo("Europe/Rome")
ZONES = [ROME, ZoneInfo("America/New_York"), ZoneInfo("Asia/Kolkata")]
NIGHTS = [date(2026, 3, 29), date(2026, 10, 25), date(2026, 3, 8), date(2026, 11, 1), date(2026, 6, 10)]
SPRING, AUTUMN = NIGHTS[:2]
DAILY = tuple(range(7))
SUNDAY = date(2026, 6, 7)


def _told(rows: list[GridRow], day: date, zone: ZoneInfo = ROME) -> list[str]:
    shows = planned(rows, day, day, zone).shows
    clock = [
        [datetime.fromtimestamp(moment, UTC).astimezone(zone) for moment in (one.start, one.stop)] for one in shows
    ]
    return [f"{start:%H:%M}-{stop:%H:%M} {one.title}" for one, (start, stop) in zip(shows, clock, strict=True)]


def _remarks(rows: list[GridRow], day: date) -> list[str]:
    return [one.sentence for one in planned(rows, day, day, ROME).remarks]


def test_rows_come_on_their_days() -> None:
    rows = [GridRow(days=(6,), start=time(10), end=time(11), title="Mass")]
    assert _told(rows, SUNDAY) == ["10:00-11:00 Mass"]
    assert not _told(rows, SUNDAY + timedelta(days=1))


def test_a_show_without_an_end_lasts_until_the_next() -> None:
    rows = [
        GridRow(days=DAILY, start=time(10), title="Talk"),
        GridRow(days=DAILY, start=time(10, 45), end=time(11), title="News"),
    ]
    assert _told(rows, SUNDAY)[0] == "10:00-10:45 Talk"


def test_a_repeat_takes_words_and_length_of_its_original() -> None:
    mass = GridRow(days=(6,), start=time(10), end=time(11, 15), title="Mass", description="From the cathedral")
    rows = [mass, GridRow(days=(2,), start=time(23, 30), repeats=Repeat(6, time(10)))]
    (again,) = planned(rows, date(2026, 6, 10), date(2026, 6, 10), ROME).shows
    assert (again.title, again.description, again.repeated) == ("Mass", "From the cathedral", True)
    assert again.stop - again.start == 75 * 60


def test_a_repeat_of_nothing_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="Nothing begins on sun 10:00"):
        check_rows([GridRow(days=(2,), start=time(9), repeats=Repeat(6, time(10)))])


def test_a_date_comes_before_the_week() -> None:
    rows = [
        GridRow(days=DAILY, start=time(20), end=time(22), title="Film"),
        GridRow(on=SUNDAY, start=time(20, 30), end=time(21), title="Council"),
    ]
    assert _told(rows, SUNDAY) == ["20:00-20:30 Film", "20:30-21:00 Council"]
    assert _told(rows, SUNDAY + timedelta(days=1)) == ["20:00-22:00 Film"]


def test_a_row_does_not_come_on_its_exceptions_nor_out_of_season() -> None:
    row = GridRow(
        days=DAILY, start=time(8), end=time(9), title="School", never_on=(SUNDAY,), valid_to=SUNDAY + timedelta(days=1)
    )
    assert [bool(_told([row], SUNDAY + timedelta(days=step))) for step in (-1, 0, 1, 2)] == [True, False, True, False]


def test_a_season_overrules_the_week_without_a_word() -> None:
    rows = [
        GridRow(days=DAILY, start=time(8), end=time(9), title="School"),
        GridRow(days=DAILY, start=time(8), end=time(9), title="Holidays", valid_from=SUNDAY, valid_to=SUNDAY),
    ]
    assert _told(rows, SUNDAY) == ["08:00-09:00 Holidays"]
    assert not _remarks(rows, SUNDAY)


def test_two_rows_for_the_same_moment_are_told() -> None:
    rows = [
        GridRow(days=DAILY, start=time(8), end=time(9), title="One"),
        GridRow(days=DAILY, start=time(8), end=time(9), title="Two"),
    ]
    assert _told(rows, SUNDAY) == ["08:00-09:00 One"]
    assert "“Two” gives way to “One”" in _remarks(rows, SUNDAY)[0]


def test_a_show_in_the_hour_that_is_skipped_begins_after_it() -> None:
    rows = [GridRow(days=DAILY, start=time(2, 30), end=time(3, 30), title="Night")]
    assert _told(rows, SPRING) == ["03:00-03:30 Night"]
    assert _remarks(rows, SPRING) == [
        "There is no 02:30 on this night: “Night” begins at 03:00.",
        "“Night” lasts 30 minutes instead of 60: clocks go forward.",
    ]


def test_a_show_that_lies_wholly_in_the_hour_that_is_skipped_does_not_come() -> None:
    rows = [GridRow(days=DAILY, start=time(2, 10), end=time(2, 50), title="Night")]
    assert not _told(rows, SPRING)
    assert "does not come" in _remarks(rows, SPRING)[-1]


def test_a_time_that_comes_twice_is_its_first() -> None:
    rows = [GridRow(days=DAILY, start=time(2, 30), end=time(3, 30), title="Night")]
    (show,) = planned(rows, AUTUMN, AUTUMN, ROME).shows
    assert show.start == datetime(2026, 10, 25, 0, 30, tzinfo=UTC).timestamp()
    assert show.stop - show.start == 2 * 3600
    assert _remarks(rows, AUTUMN) == [
        "02:30 comes twice on this night: “Night” begins at the first.",
        "“Night” lasts 120 minutes instead of 60: clocks go back.",
    ]


_times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
_rows = st.lists(
    st.builds(
        GridRow,
        start=_times,
        end=st.none() | _times,
        days=st.just(DAILY) | st.just((6,)) | st.just((5, 6)),
        title=st.sampled_from("ABC"),
    ),
    max_size=12,
)


@given(_rows, st.sampled_from(ZONES), st.sampled_from(NIGHTS))
def test_shows_are_in_order_and_begin_when_the_clock_says(rows: list[GridRow], zone: ZoneInfo, night: date) -> None:
    shows = planned(rows, night - timedelta(days=1), night + timedelta(days=1), zone).shows
    assert all(one.start < one.stop for one in shows)
    assert all(one.stop <= other.start for one, other in pairwise(shows))
    starts = {row.start for row in rows}
    ends = {row.end for row in rows}
    for one in shows:
        begins = datetime.fromtimestamp(one.start, UTC).astimezone(zone)
        before = datetime.fromtimestamp(one.start - 1, UTC).astimezone(zone)
        after_gap = begins.utcoffset() != before.utcoffset()
        assert begins.time() in starts or after_gap or begins.time() in ends


@given(st.sampled_from(ZONES), st.sampled_from(NIGHTS), st.lists(_times, min_size=2, max_size=10, unique=True))
def test_a_day_without_gaps_stays_one(zone: ZoneInfo, night: date, starts: list[time]) -> None:
    order = sorted(starts)
    rows = [
        GridRow(days=DAILY, start=one, end=following, title=f"{one}")
        for one, following in zip(order, [*order[1:], order[0]], strict=True)
    ]
    shows = planned(rows, night - timedelta(days=2), night + timedelta(days=2), zone).shows
    assert all(one.stop == other.start for one, other in pairwise(shows))
