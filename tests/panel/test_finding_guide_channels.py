"""Certain is only what cannot be meant otherwise; everything else is proposed with a score."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.panel.matching.finding import Found, Ours, Theirs, find

RAI = Theirs(1, 1, "Rai1.it", ("Rai 1",))


def _certain(found: Found) -> list[tuple[int, int]]:
    return [(one.channel, one.row) for one in found.certain]


def test_the_same_id_is_certain() -> None:
    found = find([Ours(7, "Something else", "Rai1.it")], [RAI])
    assert _certain(found) == [(7, 1)]
    assert found.certain[0].score == 100


def test_a_name_that_stands_once_is_certain() -> None:
    assert _certain(find([Ours(7, "IT: Rai Uno FHD")], [RAI, Theirs(2, 1, "Rai2.it", ("Rai 2",))], "IT")) == [(7, 1)]


def test_a_name_that_stands_twice_is_proposed() -> None:
    found = find([Ours(7, "Sport 1")], [Theirs(1, 1, "a", ("Sport 1",)), Theirs(2, 1, "b", ("Sport 1",))])
    assert not found.certain
    assert [one.row for one in found.proposed] == [1, 2]


def test_each_source_may_have_its_own() -> None:
    assert _certain(find([Ours(7, "Rai 1")], [RAI, Theirs(9, 2, "rai-uno", ("RAI UNO HD",))], "it")) == [(7, 1), (7, 9)]


def test_of_two_the_one_of_the_same_resolution_is_certain() -> None:
    theirs = [Theirs(1, 1, "a", ("Rai 1",)), Theirs(2, 1, "b", ("Rai 1 HD",))]
    assert _certain(find([Ours(7, "Rai 1 HD"), Ours(8, "Rai 1")], theirs)) == [(7, 2), (8, 1)]


def test_another_country_is_never_certain() -> None:
    found = find([Ours(7, "IT: Discovery"), Ours(8, "Discovery")], [Theirs(1, 1, "Discovery.us", ("Discovery",))], "it")
    assert not found.certain
    assert {one.channel: one.score for one in found.proposed} == {7: 74, 8: 86.5}


def test_a_channel_an_hour_later_is_proposed_with_its_offset() -> None:
    found = find([Ours(7, "ITV 1 +1")], [Theirs(1, 1, "itv1", ("ITV 1",))])
    assert not found.certain
    assert [(one.row, one.offset_min) for one in found.proposed] == [(1, 60)]


def test_a_channel_that_is_told_an_hour_later_needs_no_offset() -> None:
    theirs = [Theirs(1, 1, "itv1", ("ITV 1",)), Theirs(2, 1, "itv1p", ("ITV 1 +1",))]
    assert [(one.row, one.offset_min) for one in find([Ours(7, "ITV 1 +1")], theirs).certain] == [(2, 0)]


def test_a_likeness_is_only_proposed() -> None:
    found = find([Ours(7, "Discovry Chanel")], [Theirs(1, 1, "d", ("Discovery Channel",))])
    assert not found.certain
    assert found.proposed[0].in_words == "likely"


def test_names_that_differ_in_a_number_are_never_proposed() -> None:
    found = find([Ours(7, "Sky Sports 3")], [Theirs(1, 1, "s", ("Sky Sports 2",))])
    assert found == Found((), ())


def test_a_name_that_tells_nothing_is_not_certain() -> None:
    assert not find([Ours(7, "5")], [Theirs(1, 1, "5", ("5",))]).certain


_WORDS = ("rai", "sky", "sport", "news", "uno", "due", "1", "2", "it:", "hd", "+1", "plus", "tv", "cinema")
_names = st.lists(
    st.sampled_from(_WORDS),
    min_size=1,
    max_size=4,
)
_theirs = st.lists(st.tuples(st.integers(1, 2), _names.map(" ".join)), max_size=8)


@given(_theirs, st.lists(_names.map(" ".join), max_size=5))
def test_no_channel_gets_two_of_one_source_by_itself(theirs: list[tuple[int, str]], ours: list[str]) -> None:
    rows = [Theirs(number, source, f"{number}", (name,)) for number, (source, name) in enumerate(theirs)]
    found = find([Ours(number, name) for number, name in enumerate(ours)], rows)
    pairs = [(one.channel, one.source) for one in found.certain]
    assert len(pairs) == len(set(pairs))
    assert all(72 <= one.score <= 99 for one in found.proposed)


@pytest.mark.parametrize("seed", [1])
def test_thousands_are_compared_in_seconds(seed: int) -> None:
    chance = random.Random(seed)
    words = ("sky", "sport", "cinema", "rai", "news", "action", "fox", "kids", "music", "nova", "arena", "live")
    names = [" ".join(chance.sample(words, chance.choice([2, 3]))) + f" {chance.randint(1, 40)}" for _ in range(4000)]
    theirs = [Theirs(number, 1, f"c{number}.it", (name,)) for number, name in enumerate(names)]
    found = find([Ours(number, f"IT: {name[1:]} HD") for number, name in enumerate(names[:1000])], theirs, "it")
    assert len({one.channel for one in found.proposed}) > 900
