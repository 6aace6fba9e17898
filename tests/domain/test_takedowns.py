"""What is taken down is dark, for those that it names, and lifting gives back exactly what was dark."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.domain.bounds import Standpoint
from rightcast.domain.catchup import Permit, Span, permit
from rightcast.domain.entitlement import Allowed, Denied, Question, Reason, decide, examine
from rightcast.domain.errors import InvalidInputError
from rightcast.domain.places import Place
from rightcast.domain.rights import Later
from rightcast.domain.takedown import Takedown, Takedowns
from tests.domain.records import NOON
from tests.domain.test_entitlement import good_question, good_right

HOUR = timedelta(hours=1)
CHANNELS, LINES, PLACES = (8, 9), (7, 70), ("IT", "FR")


def asked(found: Takedowns, channel: int = 8, line: int = 7, home: str = "IT", country: str = "IT") -> Question:
    plain = good_question()
    assert plain.line is not None
    assert plain.channel is not None
    right = replace(good_right(), channel_ids=frozenset(CHANNELS), territories=frozenset(PLACES))
    return replace(
        plain,
        line=replace(plain.line, id=line, territory=home),
        channel=replace(plain.channel, id=channel),
        carried=frozenset(CHANNELS),
        rights=[right],
        takedowns=found.of_channel(channel),
        stand=Standpoint(place=Place(country=country)),
    )


def of(*takedowns: Takedown) -> Takedowns:
    found = Takedowns()
    for one in takedowns:
        found.put(one.id, one)
    return found


CHOICES: tuple[tuple[str, tuple[object, ...]], ...] = (
    ("begins", (NOON, NOON - HOUR, NOON + HOUR)),
    ("expires", (None, NOON, NOON + 2 * HOUR)),
    ("channel_ids", (frozenset({8}), frozenset(), frozenset({9}), frozenset(CHANNELS))),
    ("title_ids", (frozenset(), frozenset({3}))),
    ("line_ids", (frozenset(), frozenset({7}), frozenset({70}), frozenset(LINES))),
    ("territories", (frozenset(), frozenset({"IT"}), frozenset({"FR"}), frozenset(PLACES))),
    ("shown_from", (None, NOON - HOUR, NOON + HOUR)),
    ("shown_until", (None, NOON, NOON + 2 * HOUR)),
)
FORMS = prod(len(values) for _, values in CHOICES)


@cache
def takedown_of(form: int) -> Takedown:
    """One of every form that a takedown may have: a number is drawn much faster than eight fields."""
    fields: dict[str, object] = {}
    for name, values in CHOICES:
        form, which = divmod(form, len(values))
        fields[name] = values[which]
    return Takedown(id=1, **fields)  # type: ignore[arg-type] - each is of its field's type


def numbered(forms: list[int]) -> list[Takedown]:
    return [replace(takedown_of(form), id=key) for key, form in enumerate(forms, 1)]


forms = st.integers(0, FORMS - 1)
several = st.lists(forms, max_size=4).map(numbered)
EVERYBODY = [(c, n, h, p) for c in CHANNELS for n in LINES for h in PLACES for p in (*PLACES, "")]
PLAIN = {one: asked(of(), *one) for one in EVERYBODY}


def seen(found: Takedowns) -> set[tuple[int, int, str, str]]:
    """Who may watch what."""
    return {
        one
        for one, question in PLAIN.items()
        if isinstance(decide(replace(question, takedowns=found.of_channel(one[0]))), Allowed)
    }


@cache
def dark_alone(form: Takedown) -> frozenset[tuple[int, int, str, str]]:
    """Who may not watch what when nothing but this stands; the decision is pure, so that it is asked once of a form."""
    return frozenset(EVERYBODY) - seen(of(form))


def dark_under(standing: list[Takedown]) -> frozenset[tuple[int, int, str, str]]:
    return frozenset[tuple[int, int, str, str]]().union(*(dark_alone(replace(one, id=1)) for one in standing))


@given(several, st.integers(0, 3))
def test_restore_returns_exactly_what_was_dark(standing: list[Takedown], which: int) -> None:
    found = of(*standing)
    dark = set(EVERYBODY) - seen(found)
    assert dark == dark_under(standing)
    if which < len(standing):
        lifted = standing[which]
        found.put(lifted.id, None)
        others = [one for one in standing if one is not lifted]
        still = set(EVERYBODY) - seen(found)
        assert still == dark_under(others)
        assert dark - still == dark_under([lifted]) - dark_under(others)


@given(several, forms)
def test_another_takedown_never_allows_more(standing: list[Takedown], more: int) -> None:
    one_more = replace(takedown_of(more), id=9)
    assert seen(of(*standing, one_more)) <= seen(of(*standing))


@given(several, st.integers(0, 3 * 3600))
def test_whoever_is_allowed_is_asked_again_before_it_turns_dark(standing: list[Takedown], later_s: int) -> None:
    question = asked(of(*standing))
    verdict = decide(question)
    moment = NOON + timedelta(seconds=later_s)
    if isinstance(verdict, Allowed) and (verdict.until is None or moment < verdict.until):
        assert isinstance(decide(replace(question, now=moment)), Allowed)


def test_the_chain_names_the_takedown_and_its_case() -> None:
    verdict, checks = examine(asked(of(Takedown(id=4, begins=NOON, case="7 O 12/26", channel_ids=frozenset({8})))))
    assert verdict == Denied(Reason.TAKEN_DOWN)
    assert "case 7 O 12/26" in next(one.detail for one in checks if not one.holds)


def test_a_programme_is_dark_in_the_past_where_the_rest_is_not() -> None:
    programme = Takedown(
        id=1, begins=NOON, channel_ids=frozenset({8}), shown_from=NOON - 3 * HOUR, shown_until=NOON - 2 * HOUR
    )
    question = asked(of(programme))
    right = replace(question.rights[0], later=Later(catchup_h=24), starts=NOON - 24 * HOUR)
    found = permit(replace(question, rights=[right]), [])
    assert isinstance(found, Permit)
    noon = NOON.timestamp()
    assert found.allows(Span(noon - 4 * 3600, noon - 4 * 3600 + 6), noon)
    assert not found.allows(Span(noon - 2.5 * 3600, noon - 2.5 * 3600 + 6), noon)
    assert found.refusal(Span(noon - 3 * 3600, noon - 2 * 3600), noon) is Reason.TAKEN_DOWN


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"line_ids": frozenset({1}), "shown_from": NOON},
        {"channel_ids": frozenset({1}), "shown_from": NOON, "shown_until": NOON},
        {"channel_ids": frozenset({1}), "expires": NOON},
    ],
)
def test_a_takedown_of_nothing_or_of_no_time_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidInputError):
        Takedown(id=1, begins=NOON, **wrong).check()  # type: ignore[arg-type] - each is of its field's type
