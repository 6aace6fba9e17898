"""EIDR numbers are checked by their own last sign."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.domain import eidr
from rightcast.domain.errors import InvalidInputError

PUBLISHED = ("10.5240/7791-8534-2C23-9030-8610-5", "10.5240/EA73-79D7-1B2B-B378-3A73-M")


@pytest.mark.parametrize("number", PUBLISHED)
def test_a_published_number_holds(number: str) -> None:
    assert eidr.check(number) == number


def test_it_may_be_pasted_as_an_address_and_in_small_letters() -> None:
    assert eidr.check(f" https://doi.org/{PUBLISHED[0].lower()} ") == PUBLISHED[0]


@given(st.text("0123456789ABCDEF", min_size=20, max_size=20), st.integers(0, 19), st.integers(1, 15))
def test_one_wrong_digit_is_always_found(digits: str, place: int, shift: int) -> None:
    wrong = "0123456789ABCDEF"[(int(digits[place], 16) + shift) % 16]
    assert eidr.check_sign(digits) != eidr.check_sign(digits[:place] + wrong + digits[place + 1 :])


@pytest.mark.parametrize(
    "text", ["", "10.5240/", PUBLISHED[0][:-1] + "6", PUBLISHED[0].replace("-", ""), "10.5240/\u00e9"]
)
def test_what_is_no_number_is_refused_with_a_remedy(text: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        eidr.check(text)
    assert refused.value.remedy


def test_only_the_sign_of_the_standard_fits() -> None:
    for number in PUBLISHED:
        body = number.removeprefix("10.5240/")[:-2]
        assert eidr.check_sign(body) == number[-1]
