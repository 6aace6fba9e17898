"""Blackouts: whom they concern, what is dark, and that none of them ever lets anybody in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.domain.blackouts import Audience, Blackout, Facts, Match, Term, Trait, clear_since, dark_spans, in_force
from rightcast.domain.bounds import Standpoint
from rightcast.domain.entitlement import Allowed, Denied, Reason, decide
from rightcast.domain.errors import InvalidInputError
from rightcast.domain.places import Place
from rightcast.domain.rights import DeviceClass
from tests.domain.records import NOON, moments, questions

if TYPE_CHECKING:
    from rightcast.domain.entitlement import Question

ITALY = Term(Trait.PRESENCE, ("IT", "SM"))
MOBILE = Term(Trait.DEVICE_CLASS, ("mobile",))
UNKNOWABLE = Term(Trait.OTHER, ("moon",))
terms = st.sampled_from(
    [ITALY, MOBILE, UNKNOWABLE, Term(Trait.RESIDENCE, ("DE",)), Term(Trait.NETWORK, ("10.0.0.0/8",))]
)
audiences = st.recursive(
    st.builds(Audience, match=st.sampled_from(Match), terms=st.lists(terms, max_size=2).map(tuple)),
    lambda inner: st.builds(Audience, match=st.sampled_from(Match), parts=st.lists(inner, max_size=2).map(tuple)),
    max_leaves=4,
)
spans = st.tuples(moments, st.none() | st.integers(1, 6))


@st.composite
def blackouts(draw: st.DrawFn) -> Blackout:
    starts, hours = draw(spans)
    ends = None if hours is None else starts + timedelta(hours=hours)
    tall = draw(st.sampled_from([0, 576]))
    return Blackout(
        id=1, name="B", channel_ids=(1,), starts=starts, ends=ends, audience=draw(audiences), max_height=tall
    )


stands = st.builds(
    Standpoint,
    place=st.builds(Place, country=st.sampled_from(["", "IT", "DE"])),
    device=st.sampled_from(DeviceClass),
    height=st.sampled_from([None, 480, 1080]),
)


@given(question=questions(), stand=stands, found=st.lists(blackouts(), max_size=3))
def test_adding_a_blackout_never_allows_more_nor_longer(
    question: Question, stand: Standpoint, found: list[Blackout]
) -> None:
    before = decide(replace(question, stand=stand))
    after = decide(replace(question, stand=stand, blackouts=found))
    if isinstance(before, Denied):
        assert isinstance(after, Denied)
    elif isinstance(after, Allowed):
        assert before.until is None or (after.until is not None and after.until <= before.until)
    else:
        assert after.reason is Reason.KEPT_OUT


@given(question=questions(), stand=stands, found=st.lists(blackouts(), min_size=1, max_size=3))
def test_a_session_is_asked_again_when_a_blackout_begins_that_concerns_it(
    question: Question, stand: Standpoint, found: list[Blackout]
) -> None:
    verdict = decide(replace(question, stand=stand, blackouts=found))
    if isinstance(verdict, Allowed):
        who = Facts(
            residence=question.line.territory if question.line else "",
            presence=stand.place.country,
            address=question.viewer.address if question.viewer else "",
            device_class=stand.device,
            height=stand.height,
        )
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
    assert dark_spans([over], Facts()) == [(NOON.timestamp(), NOON.timestamp() + 3600)]
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
