"""When a guide source is asked again."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.domain.guide_refresh import LONGEST_RETRY, Rhythm, next_refresh

NOW = datetime(2026, 3, 28, 12, tzinfo=UTC)
ROME = ZoneInfo("Europe/Rome")
ZONES = st.sampled_from(["Europe/Rome", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]).map(ZoneInfo)


def test_a_source_without_a_rhythm_is_asked_only_by_people() -> None:
    assert next_refresh(Rhythm(), NOW, ROME) is None
    assert next_refresh(Rhythm(), NOW, ROME, failures=3) is None


def test_every_few_hours_counts_from_the_last_time() -> None:
    assert next_refresh(Rhythm(6), NOW, ROME) == NOW + timedelta(hours=6)


@pytest.mark.parametrize(
    ("now", "at", "utc"),
    [
        (NOW, time(4, 30), datetime(2026, 3, 29, 2, 30, tzinfo=UTC)),  # summer time began at 01:00 UTC
        (NOW, time(14), datetime(2026, 3, 28, 13, tzinfo=UTC)),
        (datetime(2026, 10, 24, 12, tzinfo=UTC), time(4, 30), datetime(2026, 10, 25, 3, 30, tzinfo=UTC)),
    ],
)
def test_a_time_of_day_is_of_the_stations_clock(now: datetime, at: time, utc: datetime) -> None:
    assert next_refresh(Rhythm(0, at), now, ROME) == utc


def test_after_failures_it_waits_longer_each_time_but_never_beyond_its_rhythm() -> None:
    waits = [next_refresh(Rhythm(24), NOW, ROME, failures=count) for count in (1, 2, 3, 20)]
    assert [one - NOW for one in waits if one] == [
        timedelta(minutes=5), timedelta(minutes=10), timedelta(minutes=20), LONGEST_RETRY,
    ]  # fmt: skip
    assert next_refresh(Rhythm(1), NOW, ROME, failures=20) == NOW + timedelta(hours=1)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)), st.times(), ZONES)  # noqa: DTZ001 - bounds
def test_a_time_of_day_comes_within_the_next_day_and_a_bit(now: datetime, at: time, zone: ZoneInfo) -> None:
    found = next_refresh(Rhythm(0, at), now, zone)
    assert found is not None
    assert timedelta(0) < found - now <= timedelta(hours=25)
