"""Archive starts as apps write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.formats.timeshift import LONGEST_MINUTES, parse_minutes, parse_start

EVENING = datetime(2026, 11, 24, 20, 30, tzinfo=UTC)
ROME = ZoneInfo("Europe/Rome")


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-24:20-30", "2026-11-24_20-30", "2026-11-24 20-30", "2026-11-24:20:30", "2026-11-24 20:30:00",
        "2026-11-24T20:30:00Z", "2026-11-24T21:30:00+01:00", "2026-11-24T15:30:00-0500", "2026-11-24:20-30-00",
        "2026-11-24T20:30:00.000Z", "1795552200", "1795552200000", " 2026-11-24:20-30 ", "2026-11-24+20:30",
    ],
)  # fmt: skip
def test_every_notation_seen_means_the_same_moment(text: str) -> None:
    assert parse_start(text) == EVENING


def test_a_moment_without_a_zone_is_in_the_zone_the_app_was_told() -> None:
    assert parse_start("2026-11-24:21-30", ROME) == EVENING
    assert parse_start("1795552200", ROME) == EVENING
    assert parse_start("2026-11-24T20:30:00Z", ROME) == EVENING


def test_a_repeated_hour_is_the_earlier_and_a_skipped_one_is_a_moment_all_the_same() -> None:
    assert parse_start("2026-10-25:02-30", ROME) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert parse_start("2026-03-29:02-30", ROME) is not None


@pytest.mark.parametrize("text", ["", "now", "2026-13-01:00-00", "2026-11-24", "24-11-2026:20-30", "12345", "9" * 12])
def test_what_is_no_moment_is_none(text: str) -> None:
    assert parse_start(text) is None


@given(st.text(max_size=40))
def test_no_text_raises(text: str) -> None:
    assert parse_start(text) is None or parse_start(text).tzinfo is UTC  # type: ignore[union-attr] # just asked


@given(st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1)))  # noqa: DTZ001 - naive on purpose
def test_what_is_written_in_utc_is_read_back_to_the_minute(moment: datetime) -> None:
    aware = moment.replace(tzinfo=UTC, second=0, microsecond=0)
    assert parse_start(f"{aware:%Y-%m-%d:%H-%M}") == aware
    assert parse_start(str(int(aware.timestamp() * 1000))) == aware or aware.timestamp() < 1e9


@given(st.integers(0, 23), st.integers(0, 59), st.integers(0, 364))
def test_a_local_moment_comes_back_in_its_zone(hour: int, minute: int, day: int) -> None:
    local = datetime(2026, 1, 1, hour, minute, tzinfo=ROME) + timedelta(days=day)
    found = parse_start(f"{local:%Y-%m-%d:%H-%M}", ROME)
    assert found is not None
    assert found.astimezone(ROME).replace(tzinfo=None) in {
        local.replace(tzinfo=None),
        local.replace(tzinfo=None) + timedelta(hours=1),
    }


@pytest.mark.parametrize(
    ("text", "minutes"), [("60", 60), ("43", 43), ("999999", LONGEST_MINUTES), ("0", None), ("-5", None), ("x", None)]
)
def test_minutes_are_read_and_clamped(text: str, minutes: int | None) -> None:
    assert parse_minutes(text) == minutes
