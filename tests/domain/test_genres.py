"""Categories in words are understood as content bytes of DVB, and told in words again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.domain.genres import NAMES, genre_name, genre_of


@pytest.mark.parametrize(
    ("categories", "genre"),
    [
        (["Football"], 0x43),
        (["Calcio"], 0x43),
        (["Fußball"], 0x43),
        (["Fútbol"], 0x43),
        (["Sport d'hiver", "Sports d'hiver"], 0x49),
        (["Film / Krimi"], 0x11),
        (["Movie", "Comedy"], 0x14),
        (["News", "Comedy"], 0x20),
        (["série policière"], 0x11),
        (["Cucina"], 0xA5),
        (["Dibujos animados"], 0x55),
        (["quite unheard of"], 0),
        ([], 0),
    ],
)
def test_words_are_understood(categories: list[str], genre: int) -> None:
    assert genre_of(categories) == genre


def test_every_name_means_itself() -> None:
    assert {genre: genre_of([name]) for genre, name in NAMES.items()} == {genre: genre for genre in NAMES}


def test_an_unknown_kind_is_called_by_its_group() -> None:
    assert genre_name(0x4F) == "Sports"
    assert not genre_name(0xF1)


@given(st.lists(st.text(max_size=30), max_size=3))
def test_any_words_give_a_known_byte(categories: list[str]) -> None:
    assert genre_of(categories) in {0, *NAMES}
