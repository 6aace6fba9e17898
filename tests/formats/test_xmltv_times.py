"""Moments as guides write them: every notation of the DTD, and the nights on which clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rightcast.formats.xmltv_times import Moment, read_moment

ROME, NEW_YORK, KOLKATA = ZoneInfo("Europe/Rome"), ZoneInfo("America/New_York"), ZoneInfo("Asia/Kolkata")
LOCAL = st.datetimes(datetime(1990, 1, 1), datetime(2037, 1, 1)).map(lambda one: one.replace(microsecond=0))  # noqa: DTZ001 - bounds of a clock's face


def unix(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp())  # type: ignore[misc,arg-type] # year, month, day and so on


@pytest.mark.parametrize(
    ("text", "at", "oddity"),
    [
        ("20260102030405 +0000", unix(2026, 1, 2, 3, 4, 5), ""),
        ("20260102030405 +0130", unix(2026, 1, 2, 1, 34, 5), ""),
        ("20260102030405 -0500", unix(2026, 1, 2, 8, 4, 5), ""),
        ("20260102030405+0100", unix(2026, 1, 2, 2, 4, 5), ""),
        ("20260102030405 +01:00", unix(2026, 1, 2, 2, 4, 5), ""),
        ("202601020304 +0000", unix(2026, 1, 2, 3, 4), ""),
        ("2026010203 +0000", unix(2026, 1, 2, 3), "short-time"),
        ("20260102 +0000", unix(2026, 1, 2), "short-time"),
        ("202602 +0000", unix(2026, 2, 1), "short-time"),
        ("2026", unix(2026, 1, 1), "short-time"),
        ("20260102030405", unix(2026, 1, 2, 3, 4, 5), "no-zone"),
        ("20260602030405 BST", unix(2026, 6, 2, 2, 4, 5), "zone-name"),
        ("20260602030405 CEST", unix(2026, 6, 2, 1, 4, 5), "zone-name"),
        ("20260602030405 EDT", unix(2026, 6, 2, 7, 4, 5), "zone-name"),
        ("20260602030405 UTC", unix(2026, 6, 2, 3, 4, 5), "zone-name"),
        ("20260602030405Z", unix(2026, 6, 2, 3, 4, 5), "zone-name"),
        ("20260602030405 Asia/Kolkata", unix(2026, 6, 1, 21, 34, 5), "zone-name"),
        ("20260602030405 GMT+1", unix(2026, 6, 2, 2, 4, 5), ""),
        ("2026-06-02T03:04:05Z", unix(2026, 6, 2, 3, 4, 5), "odd-time"),
        ("2026-06-02 03:04", unix(2026, 6, 2, 3, 4), "odd-time"),
        ("20260602240000 +0000", unix(2026, 6, 3), "odd-time"),
        ("20260602030405.000 +0000", unix(2026, 6, 2, 3, 4, 5), ""),
    ],
)
def test_a_notation_is_read(text: str, at: int, oddity: str) -> None:
    assert read_moment(text, None) == Moment(at, at, oddity)


@pytest.mark.parametrize(
    "text",
    ["", "tomorrow", "20261302000000 +0000", "20260230000000", "20260102250000", "20260102006000 +0000", "202",
     "20260102030405 +9900", "20260102030405 Moon/Base", "20260102030405 XYZ", "²0260102030405 +0000"],
)  # fmt: skip
def test_what_is_no_moment_is_none(text: str) -> None:
    assert read_moment(text, None) is None


@pytest.mark.parametrize(
    ("zone", "text", "first", "second"),
    [
        (ROME, "20261025023000", unix(2026, 10, 25, 0, 30), unix(2026, 10, 25, 1, 30)),
        (NEW_YORK, "20261101013000", unix(2026, 11, 1, 5, 30), unix(2026, 11, 1, 6, 30)),
    ],
)
def test_the_hour_that_comes_twice_is_both(zone: ZoneInfo, text: str, first: int, second: int) -> None:
    assert read_moment(text, zone) == Moment(first, second, "twice-time")


@pytest.mark.parametrize(
    ("zone", "text", "at"),
    [
        (ROME, "20260329023000", unix(2026, 3, 29, 1, 30)),
        (NEW_YORK, "20260308023000", unix(2026, 3, 8, 7, 30)),
    ],
)
def test_the_hour_that_is_left_out_is_read_as_the_next(zone: ZoneInfo, text: str, at: int) -> None:
    assert read_moment(text, zone) == Moment(at, at, "gap-time")


def test_a_zone_of_half_hours_without_summer_time() -> None:
    assert read_moment("20261025023000", KOLKATA) == Moment(unix(2026, 10, 24, 21), unix(2026, 10, 24, 21), "no-zone")


def test_a_name_that_several_zones_have_is_that_of_the_source() -> None:
    dublin = ZoneInfo("Europe/Dublin")
    assert read_moment("20260602120000 IST", dublin) == Moment(unix(2026, 6, 2, 11), unix(2026, 6, 2, 11), "zone-name")
    assert read_moment("20260602120000 IST", KOLKATA) == Moment(
        unix(2026, 6, 2, 6, 30), unix(2026, 6, 2, 6, 30), "zone-name"
    )


@given(LOCAL, st.integers(-14 * 60, 14 * 60))
def test_any_moment_with_an_offset_comes_back(local: datetime, minutes: int) -> None:
    sign, size = "-" if minutes < 0 else "+", abs(minutes)
    at = int((local.replace(tzinfo=UTC) - timedelta(minutes=minutes)).timestamp())
    found = read_moment(f"{local:%Y%m%d%H%M%S} {sign}{size // 60:02}{size % 60:02}", ROME)
    assert found == Moment(at, at, "")


@given(LOCAL, st.sampled_from([ROME, NEW_YORK, KOLKATA]))
@example(datetime(2026, 10, 25, 2, 30), ROME)  # noqa: DTZ001 - a clock's face
@example(datetime(2026, 3, 29, 2, 30), ROME)  # noqa: DTZ001 - likewise
def test_any_time_of_a_local_clock_shows_on_that_clock_again(local: datetime, zone: ZoneInfo) -> None:
    found = read_moment(f"{local:%Y%m%d%H%M%S}", zone)
    assert found is not None
    shown = {datetime.fromtimestamp(at, zone).replace(tzinfo=None) for at in found[:2]}
    expected = local + timedelta(hours=1) if found.oddity == "gap-time" else local
    assert shown == {expected}


@given(st.text(max_size=30))
def test_no_text_breaks_the_reader(text: str) -> None:
    read_moment(text, ROME)
