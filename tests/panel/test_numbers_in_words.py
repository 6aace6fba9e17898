"""Numbers and moments are told in an operator's words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from rightcast.panel.console.numbers import codecs, rate, size, span, until

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        (rate(0), "0 bit/s"),
        (rate(4_300_000), "4.3 Mbit/s"),
        (size(310_000_000), "310 MB"),
        (size(2_000_000_000), "2.0 GB"),
        (span(59), "59 s"),
        (span(7300), "2 h"),
        (until(NOW + timedelta(days=3), NOW), "in 3 d"),
        (until(NOW - timedelta(minutes=5), NOW), "5 min ago"),
        (until(None, NOW), "never"),
        (codecs("avc1.42c01f,mp4a.40.2,mp4a.40.5"), "H.264 AAC"),
        (codecs("xyz1.2"), "xyz1.2"),
        (codecs(""), ""),
    ],
)
def test_a_number_is_told_in_words(told: str, wanted: str) -> None:
    assert told.replace("\N{NO-BREAK SPACE}", " ") == wanted
