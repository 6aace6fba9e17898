"""Blackouts: whom they concern, what is dark, and that none of them ever lets anybody in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.domain.blackouts import (
    Audience,
    Blackout,
    Facts,
    Match,
    Term,
    Trait,
    clear_since,
    dark_spans,
    facts_of,
    in_force,
)
from rightcast.domain.entitlement import Allowed, Denied, Reason, Viewer, decide
from rightcast.domain.errors import InvalidInputError
from rightcast.domain.rights import DeviceClass
from tests.domain.bounded import question_of, seeds
from tests.domain.records import NOON

if TYPE_CHECKING:
    from rightcast.domain.entitlement import Question

ITALY = Term(Trait.PRESENCE, ("IT", "SM"))
MOBILE = Term(Trait.DEVICE_CLASS, ("mobile",))
UNKNOWABLE = Term(Trait.OTHER, ("moon",))
TERMS = [ITALY, MOBILE, UNKNOWABLE, Term(Trait.RESIDENCE, ("DE",)), Term(Trait.NETWORK, ("10.0.0.0/8",))]
HOUR = timedelta(hours=1)


def audience_of(dice: Random, depth: int = 2) -> Audience:
    """Terms or parts, none of either included."""
    match = dice.choice(list(Match))
    if depth and dice.random() < 0.4:
        return Audience(match=match, parts=tuple(audience_of(dice, depth - 1) for _ in range(dice.randint(0, 2))))
    return Audience(match=match, terms=tuple(dice.choice(TERMS) for _ in range(dice.randint(0, 2))))


def blackout_of(dice: Random) -> Blackout:
    starts = NOON + dice.randint(-6, 6) * HOUR
    return Blackout(
        id=1,
        name="B",
        channel_ids=(1,),
        starts=starts,
        ends=dice.choice([None, starts + dice.randint(1, 6) * HOUR]),
        audience=audience_of(dice),
        max_height=dice.choice([0, 0, 576]),
    )


def asked(seed: int) -> Question:
    """A question with a viewer, of a viewer whose device may be unknown to blackouts."""
    dice = Random(seed)
    found = question_of(seed)
    assert found.stand is not None
    stand = replace(found.stand, height=dice.choice([None, 480, 1080]))
    return replace(found, stand=stand, viewer=Viewer(dice.choice(["10.1.2.3", "192.0.2.1", ""]), "tester"))


@given(seeds, st.integers(0, 3))
def test_adding_a_blackout_never_allows_more_nor_longer(seed: int, many: int) -> None:
    question, dice = asked(seed), Random(~seed)
    before = decide(question)
    after = decide(replace(question, blackouts=[blackout_of(dice) for _ in range(many)]))
    if isinstance(before, Denied):
        assert isinstance(after, Denied)
    elif isinstance(after, Allowed):
        assert before.until is None or (after.until is not None and after.until <= before.until)
    else:
        assert after.reason is Reason.KEPT_OUT


@given(seeds, st.integers(1, 3))
def test_a_session_is_asked_again_when_a_blackout_begins_that_concerns_it(seed: int, many: int) -> None:
    dice = Random(~seed)
    found = [blackout_of(dice) for _ in range(many)]
    question = replace(asked(seed), blackouts=found)
    verdict = decide(question)
    if isinstance(verdict, Allowed):
        who = facts_of(question)
        starts = [one.starts for one in found if one.starts > question.now and one.concerns(who)]
        assert not starts or (verdict.until is not None and verdict.until <= min(starts))


@pytest.mark.parametrize(
    ("audience", "expected"),
    [
        (Audience(), True),
        (Audience(terms=(ITALY,)), True),
        (Audience(match=Match.NONE, terms=(ITALY,)), False),
        (Audience(terms=(ITALY, MOBILE)), False),
        (Audience(match=Match.ANY, terms=(ITALY, MOBILE)), True),
        (Audience(match=Match.NONE, terms=(MOBILE,)), True),
        (Audience(terms=(ITALY, UNKNOWABLE)), None),
        (Audience(match=Match.NONE, terms=(UNKNOWABLE,)), None),
        (Audience(match=Match.ANY, terms=(MOBILE,), parts=(Audience(terms=(ITALY,)),)), True),
        (Audience(terms=(Term(Trait.NETWORK, ("10.0.0.0/8", "2001:db8::/32")),)), True),
    ],
)
def test_an_audience_holds_all_any_or_none_of_its_terms(audience: Audience, expected: bool | None) -> None:
    who = Facts(residence="DE", presence="IT", address="::ffff:10.1.2.3", device_class=DeviceClass.TELEVISION)
    assert audience.holds(who) is expected


def test_who_cannot_be_told_is_kept_out_whatever_is_asked() -> None:
    for match in Match:
        doubtful = Blackout(
            id=1, name="B", channel_ids=(1,), starts=NOON, audience=Audience(match=match, terms=(ITALY, MOBILE))
        )
        assert doubtful.concerns(Facts())


def test_small_pictures_stay_where_the_provider_lets_them() -> None:
    found = Blackout(id=1, name="B", channel_ids=(1,), starts=NOON, max_height=576)
    assert [found.concerns(Facts(height=one)) for one in (576, 720, None)] == [False, True, True]


def test_what_was_on_air_meanwhile_stays_dark() -> None:
    over = Blackout(id=1, name="B", channel_ids=(1,), starts=NOON, ends=NOON + timedelta(hours=1))
    later = NOON + timedelta(hours=2)
    assert in_force([over], Facts(), later) is None
    assert dark_spans([over], Facts(), NOON) == [(NOON.timestamp(), NOON.timestamp() + 3600)]
    assert clear_since([over], Facts(), later) == NOON.timestamp() + 3600


@pytest.mark.parametrize(
    "term",
    [
        Term(Trait.PRESENCE, ("Italy",)),
        Term(Trait.PRESENCE, ()),
        Term(Trait.DEVICE_CLASS, ("phone",)),
        Term(Trait.NETWORK, ("10.0.0.0/99",)),
    ],
)
def test_a_term_that_cannot_be_is_refused(term: Term) -> None:
    with pytest.raises(InvalidInputError):
        Audience(parts=(Audience(terms=(term,)),)).check()


def test_too_deep_an_audience_is_refused() -> None:
    audience = Audience(terms=(ITALY,))
    for _ in range(9):
        audience = Audience(parts=(audience,))
    with pytest.raises(InvalidInputError):
        audience.check()
