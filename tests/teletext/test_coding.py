"""Teletext's protection of bytes corrects one wrong bit and notices two."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rightcast.formats.teletext.coding import (
    hamming_8_4,
    hamming_24_18,
    unhamming_8_4,
    unhamming_24_18,
    with_parity,
    without_parity,
)


@given(st.integers(0, 15), st.integers(0, 7))
def test_one_wrong_bit_of_eight_is_corrected(value: int, place: int) -> None:
    assert unhamming_8_4(hamming_8_4(value)) == unhamming_8_4(hamming_8_4(value) ^ 1 << place) == value


@given(st.integers(0, 15), st.sets(st.integers(0, 7), min_size=2, max_size=2))
def test_two_wrong_bits_of_eight_are_noticed(value: int, places: set[int]) -> None:
    assert unhamming_8_4(hamming_8_4(value) ^ sum(1 << place for place in places)) == -1


def test_codes_are_those_of_the_standard() -> None:
    assert [hamming_8_4(value) for value in (0, 1, 8, 15)] == [0x15, 0x02, 0xD0, 0xEA]


@given(st.integers(0, 2**18 - 1), st.integers(0, 23))
def test_one_wrong_bit_of_twenty_four_is_corrected(value: int, place: int) -> None:
    code = hamming_24_18(value)
    broken = (int.from_bytes(code, "little") ^ 1 << place).to_bytes(3, "little")
    assert unhamming_24_18(code) == unhamming_24_18(broken) == value


@given(st.integers(0, 2**18 - 1), st.sets(st.integers(0, 23), min_size=2, max_size=2))
def test_two_wrong_bits_of_twenty_four_are_noticed(value: int, places: set[int]) -> None:
    code = int.from_bytes(hamming_24_18(value), "little") ^ sum(1 << place for place in places)
    assert unhamming_24_18(code.to_bytes(3, "little")) is None


@given(st.integers(0, 127), st.integers(0, 7))
def test_a_byte_of_wrong_parity_is_a_space(value: int, place: int) -> None:
    assert without_parity(with_parity(value)) == value
    assert without_parity(with_parity(value) ^ 1 << place) == 0x20
