"""Dates and spans as people type them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.cli.moments import optional_moment, parse_moment, shown, span_words
from rightcast.domain.errors import InvalidInputError

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-12-31", datetime(2026, 12, 31, tzinfo=UTC)),
        ("2026-12-31T20:00", datetime(2026, 12, 31, 20, tzinfo=UTC)),
        ("2026-12-31 20:00:30", datetime(2026, 12, 31, 20, 0, 30, tzinfo=UTC)),
        ("2026-12-31T20:00+02:00", datetime(2026, 12, 31, 18, tzinfo=UTC)),
        ("2026-12-31T20:00Z", datetime(2026, 12, 31, 20, tzinfo=UTC)),
        ("now", NOW),
        ("30d", NOW + timedelta(days=30)),
        ("12h", NOW + timedelta(hours=12)),
        ("10min", NOW + timedelta(minutes=10)),
        ("2w", NOW + timedelta(weeks=2)),
        ("45s", NOW + timedelta(seconds=45)),
    ],
)
def test_dates_and_spans_are_read_in_utc(text: str, moment: datetime) -> None:
    assert parse_moment(text, field="until", now=lambda: NOW) == moment


@given(st.text(max_size=20))
def test_what_is_no_date_is_told_with_its_field(text: str) -> None:
    try:
        found = parse_moment(text, field="until", now=lambda: NOW)
    except InvalidInputError as error:
        told = error.field
        assert told == "until"
    else:
        assert found.tzinfo is not None


@pytest.mark.parametrize("text", ["999999d", "999999w"])
def test_a_span_beyond_the_calendar_is_told(text: str) -> None:
    with pytest.raises(InvalidInputError):
        parse_moment(text, field="until", now=lambda: datetime(9000, 1, 1, tzinfo=UTC))


def test_an_option_left_out_is_none() -> None:
    assert optional_moment(None, field="until") is None


def test_moments_are_shown_in_utc_to_the_minute() -> None:
    assert shown(NOW) == "2026-06-01 12:00"
    assert shown(None, "never") == "never"


@pytest.mark.parametrize(
    ("seconds", "words"), [(-1, "0 s"), (5, "5 s"), (300, "5 min"), (10_800, "3 h"), (200_000, "2 d")]
)
def test_spans_are_told_in_their_largest_fitting_unit(seconds: float, words: str) -> None:
    assert span_words(seconds) == words
