"""The past is watched only where rights grant it at that very moment; no bound that is added allows more."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rightcast.domain.archive import START_OVER_H, Archive
from rightcast.domain.catchup import BLIND_PAUSE_S, HOUR_S, LATE_START_S, Permit, Span, padded, permit
from rightcast.domain.entitlement import Allowed, Denied, Question, Reason, decide
from rightcast.domain.guide import Show
from rightcast.domain.rights import CarriageRight, Later
from tests.domain.records import NOON, hopeful_questions
from tests.domain.test_entitlement import good_question, good_right

FEW = settings(max_examples=50)
NOON_S = NOON.timestamp()
seconds = st.integers(-6 * HOUR_S, 2 * HOUR_S).map(lambda one: NOON_S + one)
laters = st.builds(Later, start_over=st.booleans(), catchup_h=st.integers(0, 5))


def show(start: float, stop: float, *, live_only: bool = False) -> Show:
    return Show(id=1, guide_id="", start=int(start), stop=int(stop), title="A", no_catchup=live_only)


@st.composite
def schedules(draw: st.DrawFn) -> list[Show]:
    """Shows one after the other around noon; some may be watched live only."""
    at, found = NOON_S - 5 * HOUR_S, []
    for _ in range(draw(st.integers(0, 6))):
        at += draw(st.sampled_from([0, 0, 600]))
        lasting = draw(st.sampled_from([900, 1800, HOUR_S, 3 * HOUR_S]))
        found.append(show(at, at + lasting, live_only=draw(st.booleans())))
        at += lasting
    return found


@st.composite
def granting(draw: st.DrawFn) -> Question:
    """Questions of which most are allowed, on rights that grant something later."""
    asked = draw(hopeful_questions())
    return replace(asked, rights=tuple(replace(one, later=draw(laters)) for one in asked.rights))


def question(*laters_: Later, **changes: object) -> Question:
    rights = tuple(replace(good_right(), id=index, later=later) for index, later in enumerate(laters_))
    return replace(good_question(), rights=rights, **changes)  # type: ignore[arg-type]  # names of its fields


def granted(asked: Question, shows: list[Show] | None = None, opened: float | None = None) -> Permit:
    found = permit(asked, shows or [], opened=opened)
    assert isinstance(found, Permit)
    return found


def bounds(asked: Question, shows: list[Show], moment: float) -> bool:
    """Written anew: whether some right lets this moment be seen, no signal of the guide against it."""
    now = asked.now.timestamp()
    if any(one.no_catchup and one.start <= moment < one.stop for one in shows):
        return False
    running = [one for one in shows if one.start <= now < one.stop]
    for one in asked.rights:
        assert asked.line is not None
        assert asked.channel is not None
        reaches = one.in_force(asked.now) and one.covers_channel(asked.channel.id)
        if not reaches or not one.covers_territory(asked.line.territory) or moment < one.starts.timestamp():
            continue
        if one.later.catchup_h and moment >= now - one.later.catchup_h * HOUR_S:
            return True
        if one.later.start_over:
            if any(show.start <= moment < show.stop and moment >= now - START_OVER_H * HOUR_S for show in running):
                return True
            if not running and moment >= now - BLIND_PAUSE_S:
                return True
    return False


@FEW
@given(granting(), schedules(), seconds)
def test_a_moment_is_shown_exactly_where_some_right_in_force_lets_it(
    asked: Question, shows: list[Show], moment: float
) -> None:
    found = permit(asked, shows)
    assume(isinstance(found, Permit))
    assert isinstance(found, Permit)
    second = Span(moment, moment + 1)
    expected = bounds(asked, shows, moment)
    assert found.allows(second, asked.now.timestamp()) is expected
    assert bool(found.spans(second, asked.now.timestamp())) is expected


@FEW
@given(granting(), schedules())
def test_whoever_may_not_watch_live_may_not_watch_the_past_either(asked: Question, shows: list[Show]) -> None:
    live, found = decide(asked), permit(asked, shows)
    if isinstance(live, Denied):
        assert found == live
    elif isinstance(found, Permit):
        assert isinstance(live, Allowed)
        assert live.until is None or (found.until is not None and found.until <= live.until)


@FEW
@given(granting(), schedules(), st.lists(seconds, min_size=2, max_size=2, unique=True).map(sorted), st.integers(0, 5))
def test_spans_lie_within_what_was_asked_in_order_and_hold_only_what_is_allowed(
    asked: Question, shows: list[Show], ends: list[float], hours: int
) -> None:
    found = permit(asked, shows)
    assume(isinstance(found, Permit))
    assert isinstance(found, Permit)
    now = asked.now.timestamp() + hours * 600
    spans = found.spans(Span(*ends), now)
    assert all(ends[0] <= one.start < one.stop <= ends[1] for one in spans)
    assert all(one.stop <= other.start for one, other in pairwise(spans))
    for one in spans:
        assert found.allows(Span(one.start, min(one.start + 1, one.stop)), now)


@FEW
@given(granting(), schedules(), seconds, st.integers(0, 5))
def test_one_more_live_only_show_never_allows_more(
    asked: Question, shows: list[Show], moment: float, which: int
) -> None:
    assume(shows)
    stricter = list(shows)
    stricter[which % len(shows)] = replace(shows[which % len(shows)], no_catchup=True)
    before, after = permit(asked, shows), permit(asked, stricter)
    if isinstance(before, Denied):
        assert after == before
    elif isinstance(after, Permit) and after.allows(Span(moment, moment + 1), asked.now.timestamp()):
        assert before.allows(Span(moment, moment + 1), asked.now.timestamp())


@FEW
@given(granting(), schedules(), seconds, laters)
def test_one_more_right_never_takes_a_moment_away(
    asked: Question, shows: list[Show], moment: float, later: Later
) -> None:
    assert asked.channel is not None
    assert asked.line is not None
    one_more: CarriageRight = replace(
        good_right(), id=77, channel_ids=(asked.channel.id,), territories=(asked.line.territory,), later=later,
        starts=NOON - timedelta(days=9),
    )  # fmt: skip
    before = permit(asked, shows)
    after = permit(replace(asked, rights=(*asked.rights, one_more)), shows)
    second = Span(moment, moment + 1)
    if isinstance(before, Permit) and before.allows(second, asked.now.timestamp()):
        assert isinstance(after, Permit)
        assert after.allows(second, asked.now.timestamp())


@FEW
@given(granting(), schedules(), seconds, st.integers(1, 7200))
def test_the_window_only_ever_shrinks_from_behind(
    asked: Question, shows: list[Show], moment: float, passed: int
) -> None:
    found = permit(asked, shows)
    assume(isinstance(found, Permit))
    assert isinstance(found, Permit)
    now, second = asked.now.timestamp(), Span(moment, moment + 1)
    if found.allows(second, now + passed):
        assert found.allows(second, now)


def test_start_over_reaches_the_beginning_of_what_is_running_and_no_further() -> None:
    shows = [show(NOON_S - 3600, NOON_S - 1800), show(NOON_S - 1800, NOON_S + 1800)]
    long_ago = replace(good_right(), starts=NOON - timedelta(days=3), later=Later(start_over=True))
    found = granted(replace(good_question(), rights=(long_ago,)), shows)
    assert found.spans(Span(NOON_S - 3600, NOON_S + 9000), NOON_S) == (Span(NOON_S - 1800, NOON_S + 1800),)
    assert found.refusal(Span(NOON_S - 3600, NOON_S - 1800), NOON_S) is Reason.PAST_NOT_GRANTED


def test_who_began_a_show_anew_while_it_ran_may_see_its_end_and_not_for_ever() -> None:
    shows = [show(NOON_S - 1800, NOON_S - 60), show(NOON_S - 60, NOON_S + 1800)]
    later = question(Later(start_over=True))
    moment = Span(NOON_S - 300, NOON_S - 290)
    assert granted(later, shows, opened=NOON_S - 600).allows(moment, NOON_S)
    assert not granted(later, shows, opened=NOON_S - 30).allows(moment, NOON_S)
    assert not granted(later, shows, opened=NOON_S - 600).allows(moment, NOON_S - 60 + 1740)


@pytest.mark.parametrize(
    ("later", "asked", "reason"),
    [
        (Later(catchup_h=1), Span(NOON_S - 7200, NOON_S - 5400), Reason.TOO_LONG_AGO),
        (Later(catchup_h=1), Span(NOON_S, NOON_S + 60), Reason.NOT_YET_ON_AIR),
        (Later(catchup_h=1), Span(NOON_S - 3000, NOON_S - 1000), Reason.LIVE_ONLY),
        (Later(catchup_h=1), Span(NOON_S - 1000, NOON_S - 500), None),
        (Later(catchup_h=1), Span(NOON_S - 3600 - LATE_START_S, NOON_S), None),
    ],
)
def test_a_refusal_names_what_stands_in_the_way(later: Later, asked: Span, reason: Reason | None) -> None:
    shows = [show(NOON_S - 3000, NOON_S - 1500, live_only=True), show(NOON_S - 1500, NOON_S + 900)]
    long_ago = replace(good_right(), starts=NOON - timedelta(days=3), later=later)
    assert granted(replace(good_question(), rights=(long_ago,)), shows).refusal(asked, NOON_S) is reason


def test_a_right_that_grants_nothing_later_refuses_the_past() -> None:
    assert permit(question(Later()), []) == Denied(Reason.PAST_NOT_GRANTED)


def test_nothing_from_before_the_right_began_is_shown() -> None:
    found = granted(question(Later(catchup_h=48)))
    assert found.floor(NOON_S) == (NOON - timedelta(hours=1)).timestamp()


def test_a_request_across_a_live_only_show_is_cut_at_its_borders() -> None:
    shows = [show(NOON_S - 2400, NOON_S - 1200, live_only=True)]
    found = granted(question(Later(catchup_h=5)), shows)
    asked = Span(NOON_S - 3000, NOON_S - 600)
    assert found.spans(asked, NOON_S) == (Span(NOON_S - 3000, NOON_S - 2400), Span(NOON_S - 1200, NOON_S - 600))


def test_a_programme_is_padded_and_a_minute_is_not() -> None:
    shows = [show(NOON_S, NOON_S + 1800), show(NOON_S + 1800, NOON_S + 3600)]
    wish = Archive(hours=24, before_s=60, after_s=300)
    assert padded(Span(NOON_S, NOON_S + 1800), shows, wish) == Span(NOON_S - 60, NOON_S + 2100)
    assert padded(Span(NOON_S + 700, NOON_S + 900), shows, wish) == Span(NOON_S + 700, NOON_S + 900)
