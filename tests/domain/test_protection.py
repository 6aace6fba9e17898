"""Key periods are the same everywhere; what cannot be is refused with the field's name."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.domain.errors import InvalidInputError
from rightcast.domain.protection import (
    KeyOrigin,
    Protection,
    Scheme,
    VendorKey,
    may_have_key,
    period_start,
    vendor_key,
)

ON = Protection(scheme=Scheme.AES_128)
KID = "0" * 32


@given(st.floats(0, 4e9), st.integers(60, 86_400))
def test_every_moment_lies_in_exactly_one_period(wall: float, period_s: int) -> None:
    starts = period_start(wall, period_s)
    assert starts <= wall < starts + period_s
    assert starts % period_s == 0


def test_a_key_may_be_had_as_long_as_segments_of_its_period_are_offered() -> None:
    assert may_have_key(ON, 3000, now=6100.0, oldest=3100.0)
    assert not may_have_key(ON, 3000, now=6100.0, oldest=3700.0)


@pytest.mark.parametrize(
    ("protection", "field"),
    [
        (Protection(period_s=5), "period_s"),
        (Protection(scheme=Scheme.CENC, origin=KeyOrigin.VENDOR), "origin"),
        (Protection(keys=(VendorKey(kid="x", sealed=""),)), "keys"),
    ],
)
def test_a_wrong_setting_names_its_field(protection: Protection, field: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        protection.check()
    assert caught.value.field == field
    assert caught.value.remedy


def test_the_vendor_key_in_use_is_the_one_that_began_last() -> None:
    first = VendorKey(kid=KID, sealed="a")
    second = VendorKey(kid=KID, sealed="b", starts=datetime(2026, 1, 1, tzinfo=UTC))
    protection = Protection(scheme=Scheme.CBCS, origin=KeyOrigin.VENDOR, keys=(first, second))
    assert vendor_key(protection, datetime(2025, 12, 31, tzinfo=UTC).timestamp()) is first
    assert vendor_key(protection, datetime(2026, 1, 1, tzinfo=UTC).timestamp()) is second
