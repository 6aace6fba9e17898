"""The laws of the decision: nothing outside a bound, no restriction that allows more, no session beyond its right.

`HYPOTHESIS_PROFILE=laws pytest --timeout 0` asks each of them 100,000 times, a minute or two for each.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from math import inf
from typing import TYPE_CHECKING

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from rightcast.domain.bounds import Broken, Standpoint, broken
from rightcast.domain.bounds_in_words import demands
from rightcast.domain.entitlement import Allowed, Denied, Question, Reason, decide, examine
from rightcast.domain.places import EEA, Means, Place, Portability
from rightcast.domain.rights import Bounds, CarriageRight, DeviceClass, Distribution, Floor
from tests.domain.bounded import question_of, restricted, seeds
from tests.domain.records import NOON
from tests.domain.test_entitlement import good_question, good_right

if TYPE_CHECKING:
    from rightcast.domain.lineup import Line

questions = seeds.map(question_of)
PROTECTION = {Floor.NONE: 0, Floor.TRANSPORT: 1, Floor.DRM: 2}


def pictures_of(stand: Standpoint) -> list[int]:
    """The heights that can be chosen, as far as they are known: by the smallest of them where there is a choice."""
    return [one for one in [stand.least if stand.least is not None else stand.height] if one is not None]


def is_inside(right: CarriageRight, line: Line, stand: Standpoint, question: Question) -> bool:
    """Whether a viewer is inside every bound of a right, said in other words than the decision's own."""
    bounds, case = right.bounds, line.portability
    abroad = (
        bounds.portable
        and case is not None
        and question.now < case.until
        and {case.country, line.territory, stand.place.country} <= EEA
        and case.country == line.territory
        and line.territory in bounds.presence
    )
    return all(
        (
            not bounds.presence or stand.place.country in bounds.presence or (abroad and bool(stand.place.country)),
            not bounds.distribution or stand.place.distribution in bounds.distribution,
            not bounds.device_classes or stand.device in set(bounds.device_classes) - {DeviceClass.UNKNOWN},
            not bounds.max_height or any(one <= bounds.max_height for one in pictures_of(stand)),
            PROTECTION[stand.floor] >= PROTECTION[bounds.floor],
            right.id not in stand.full,
            not right.newest_line_id or line.id <= right.newest_line_id,
        )
    )


@given(questions)
def test_no_decision_allows_outside_any_bound_of_its_right(question: Question) -> None:
    verdict = decide(question)
    event(type(verdict).__name__)
    if isinstance(verdict, Denied):
        return
    line, stand = question.line, question.stand
    assert line is not None
    assert stand is not None
    right = next(one for one in question.rights if one.id == verdict.right_id)
    assert right.in_force(question.now)
    assert right.covers_territory(line.territory)
    assert is_inside(right, line, stand, question)
    assert verdict.max_height == right.bounds.max_height
    assert not right.bounds.max_height or any(one <= verdict.max_height for one in pictures_of(stand))


@given(questions)
def test_who_is_refused_for_a_bound_is_outside_one_of_every_right_that_reaches_it(question: Question) -> None:
    verdict = decide(question)
    if isinstance(verdict, Allowed) or verdict.reason not in set(Broken):
        return
    assert question.line is not None
    assert question.stand is not None
    assert question.channel is not None
    for right in question.rights:
        reaches = right.in_force(question.now) and right.covers_territory(question.line.territory)
        if reaches and right.covers_channel(question.channel.id):
            assert not is_inside(right, question.line, question.stand, question)


@given(questions, st.integers(0, 2), seeds)
def test_adding_a_restriction_never_allows_more(question: Question, index: int, seed: int) -> None:
    index %= len(question.rights)
    tighter = restricted(question.rights[index], seed)
    rights = (*question.rights[:index], tighter, *question.rights[index + 1 :])
    before, after = decide(question), decide(replace(question, rights=rights))
    if isinstance(after, Allowed):
        assert isinstance(before, Allowed)
        assert (after.max_height or inf) <= (before.max_height or inf)


@given(questions, st.integers(0, 12 * 3600))
def test_until_the_end_that_a_verdict_names_time_alone_ends_nothing(question: Question, later_s: int) -> None:
    """So a session that is asked again when that end comes does not outlive its right by more than a tick."""
    verdict = decide(question)
    moment = question.now + timedelta(seconds=later_s)
    if isinstance(verdict, Denied) or (verdict.until is not None and moment >= verdict.until):
        return
    right = next(one for one in question.rights if one.id == verdict.right_id)
    then = decide(replace(question, now=moment, rights=(right,)))
    assert isinstance(then, Allowed)
    assert (then.right_id, then.until) == (verdict.right_id, verdict.until)


@given(questions)
def test_the_chain_in_words_says_what_was_decided(question: Question) -> None:
    verdict, checks = examine(question)
    assert decide(question) == verdict
    failed = [check.reason for check in checks if not check.holds]
    assert failed[:1] == ([verdict.reason] if isinstance(verdict, Denied) else [])


@given(questions)
def test_every_bound_is_told_and_the_first_that_fails_is_the_reason(question: Question) -> None:
    assert question.line is not None
    assert question.stand is not None
    for right in question.rights:
        told = demands(right, question.line, question.stand, question.now)
        failing = [one.bound for one in told if not one.holds]
        found = broken(right, question.line, question.stand, question.now)
        assert failing[:1] == ([] if found is None else [found])


HOME = Standpoint(place=Place(country="IT"), device=DeviceClass.TELEVISION, height=1080)


@pytest.mark.parametrize(
    ("bounds", "stand", "reason"),
    [
        (Bounds(presence=("IT",)), replace(HOME, place=Place()), Reason.PLACE_UNKNOWN),
        (Bounds(presence=("SM",)), HOME, Reason.OUTSIDE_PRESENCE),
        (Bounds(distribution=(Distribution.HOTEL_ROOM,)), HOME, Reason.DISTRIBUTION),
        (Bounds(device_classes=(DeviceClass.MOBILE,)), HOME, Reason.DEVICE),
        (Bounds(device_classes=tuple(DeviceClass)), replace(HOME, device=DeviceClass.UNKNOWN), Reason.DEVICE),
        (Bounds(max_height=720), HOME, Reason.PICTURE_TOO_LARGE),
        (Bounds(max_height=720), replace(HOME, height=None), Reason.PICTURE_TOO_LARGE),
        (Bounds(max_height=720), replace(HOME, least=1080), Reason.PICTURE_TOO_LARGE),
        (Bounds(floor=Floor.TRANSPORT), HOME, Reason.PROTECTION_TOO_LOW),
        (Bounds(floor=Floor.DRM), replace(HOME, floor=Floor.TRANSPORT), Reason.PROTECTION_TOO_LOW),
        (Bounds(per_line=1), replace(HOME, full={7: Broken.LINE_FULL}), Reason.RIGHT_FULL_FOR_LINE),
        (Bounds(total=1), replace(HOME, full={7: Broken.FULL}), Reason.RIGHT_FULL),
    ],
)
def test_each_bound_has_its_own_reason(bounds: Bounds, stand: Standpoint, reason: Reason) -> None:
    question = replace(good_question(), rights=(replace(good_right(), bounds=bounds),), stand=stand)
    assert decide(question) == Denied(reason)


def test_one_picture_that_fits_is_enough_and_the_verdict_says_how_tall_it_may_be() -> None:
    right = replace(good_right(), bounds=Bounds(max_height=720))
    question = replace(good_question(), rights=(right,), stand=replace(HOME, least=576))
    assert decide(question) == Allowed(7, None, 720)
    assert decide(replace(question, stand=replace(HOME, height=None, least=576))) == Allowed(7, None, 720)


def test_a_subscriber_abroad_is_let_in_until_its_residence_is_to_be_verified_again() -> None:
    question = good_question()
    assert question.line is not None
    case = Portability(country="IT", means=(Means.IDENTITY,), until=NOON + timedelta(hours=2))
    line = replace(question.line, portability=case)
    right = replace(good_right(), bounds=Bounds(presence=("IT",)))
    away = replace(question, line=line, rights=(right,), stand=replace(HOME, place=Place(country="FR")))
    assert decide(away) == Allowed(7, case.until)
    assert decide(replace(away, now=case.until)) == Denied(Reason.OUTSIDE_PRESENCE)
    stubborn = replace(right, bounds=Bounds(presence=("IT",), portable=False))
    assert decide(replace(away, rights=(stubborn,))) == Denied(Reason.OUTSIDE_PRESENCE)
    home = replace(away, stand=HOME)
    assert decide(home) == Allowed(7, None)
