"""Shows are found by beginnings of words, whatever their case, accents and punctuation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.domain.guide_words import MOST_WORDS, folded, found_in, wanted_words


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("Perché no?", "perche no"),
        ("Tagesschau \u2013 20 Uhr", "tagesschau 20 uhr"),
        ("STRAßE", "strasse"),
        ("Łódź", "lodz"),
        ("Smørrebrød", "smorrebrod"),
        ("Новости", "новости"),
        ("हिन्दी समाचार", "हिनदी समाचार"),
        ("  ", ""),
        ("20:15 / The_Film", "20 15 the film"),
    ],
)
def test_a_text_becomes_its_bare_words(written: str, found: str) -> None:
    assert folded(written) == found


def test_every_word_that_is_wanted_must_begin_one_of_the_title() -> None:
    title = folded("The Evening News")
    assert found_in(wanted_words("eve new"), title)
    assert found_in(wanted_words("NEWS, the"), title)
    assert not found_in(wanted_words("ews"), title)
    assert not found_in(wanted_words("evening sport"), title)


def test_an_endless_question_is_cut() -> None:
    assert len(wanted_words(" ".join(f"w{one}" for one in range(99)))) == MOST_WORDS


@given(st.text())
def test_folding_twice_is_folding_once_and_a_title_is_found_by_itself(text: str) -> None:
    once = folded(text)
    assert folded(once) == once
    assert found_in(wanted_words(text), once)
