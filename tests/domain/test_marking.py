"""Codes of sessions: the same at every edge and at every time, and of no use to who has no key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.domain.errors import InvalidInputError
from rightcast.domain.ladder import Ladder, Rung
from rightcast.domain.marking import CODE_BITS, TWIN, Variant, code_of, is_twin, place_of, variant_of

KEY = b"k" * 32


def test_codes_of_sessions_differ_and_stay() -> None:
    codes = [code_of(KEY, f"e0.{number}") for number in range(200)]
    assert len(set(codes)) == 200
    assert codes[7] == code_of(KEY, "e0.7")
    assert codes[7] != code_of(b"other", "e0.7")
    assert 0.4 < sum(map(sum, codes)) / (200 * CODE_BITS) < 0.6


@given(st.integers(0, 2**33 - 1), st.sampled_from([1.0, 2.0, 4.0, 6.0]))
def test_the_next_segment_carries_the_next_bit(time: int, segment_s: float) -> None:
    following = place_of(time + round(90_000 * segment_s), segment_s)
    assert following == (place_of(time, segment_s) + 1) % CODE_BITS
    code = code_of(KEY, "e0.x")
    assert variant_of(code, time, segment_s) is (Variant.B if code[place_of(time, segment_s)] else Variant.A)


def test_a_marked_rung_is_made_twice_and_keeps_its_number() -> None:
    ladder = Ladder(rungs=(Rung.parse("720p marked=yes"), Rung.parse("360p")))
    ladder.check()
    assert [(number, variant) for number, _, variant in ladder.made] == [
        (1, Variant.A),
        (1 + TWIN, Variant.B),
        (2, None),
    ]
    assert [is_twin(number) for number, _, _ in ladder.made] == [False, True, False]
    assert str(ladder.rungs[0]).endswith("marked=yes")
    assert Rung.parse(str(ladder.rungs[0])) == ladder.rungs[0]


@pytest.mark.parametrize("text", ["720p marked=maybe", "wide codec=copy marked=yes", "96k height=0 marked=yes"])
def test_only_pictures_that_are_encoded_here_can_be_marked(text: str) -> None:
    with pytest.raises(InvalidInputError):
        Ladder(rungs=(Rung.parse(text),)).check()
