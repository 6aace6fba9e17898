"""The one question of every viewer path: allowed only on a right that stands, refused for the first link that fails."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rightcast.domain.entitlement import SENTENCES, Allowed, Denied, Question, Reason, decide, examine, line_checks
from rightcast.domain.features import Features
from rightcast.domain.life import Life, Running
from rightcast.domain.lineup import Channel, Line, LineStatus
from rightcast.domain.rights import CarriageRight, Instrument, RightStatus
from tests.domain.records import NOON, channel, hopeful_questions, questions, rights


def good_question() -> Question:
    line = Line(
        id=1,
        name="anna",
        secret_digest="",
        status=LineStatus.ACTIVE,
        package_ids=(1,),
        territory="IT",
        created=NOON,
        max_sessions=1,
    )
    return Question(line=line, channel=channel(1), carried=frozenset({1}), rights=(good_right(),), now=NOON)


def good_right() -> CarriageRight:
    return CarriageRight(
        id=7,
        reference="R-7",
        licensor="L",
        instrument=Instrument.CONTRACT,
        status=RightStatus.ACTIVE,
        channel_ids=(1,),
        territories=("IT",),
        starts=NOON - timedelta(hours=1),
    )


def lived(running: Running) -> Channel:
    """Channel 1 in a state of its life."""
    return replace(channel(1), features=Features(life=Life(running=running)))


def test_a_session_that_runs_goes_on_while_its_channel_drains() -> None:
    question = replace(good_question(), channel=lived(Running.DRAINING), joins=False)
    assert isinstance(decide(question), Allowed)


def question_of(change: str) -> Question:
    """A question that would be allowed but for one thing."""
    good, right = good_question(), good_right()
    assert good.line is not None
    hour = timedelta(hours=1)
    return {
        "no line": replace(good, line=None),
        "disabled": replace(good, line=replace(good.line, status=LineStatus.DISABLED)),
        "banned": replace(good, line=replace(good.line, status=LineStatus.BANNED)),
        "expired": replace(good, line=replace(good.line, expires=NOON)),
        "no channel": replace(good, channel=None),
        "held": replace(good, published=False),
        "stopped": replace(good, channel=lived(Running.STOPPED)),
        "off by schedule": replace(good, off=True),
        "draining": replace(good, channel=lived(Running.DRAINING)),
        "not in package": replace(good, carried=frozenset({2})),
        "no right": replace(good, rights=()),
        "draft only": replace(good, rights=(replace(right, status=RightStatus.DRAFT),)),
        "other channel's right": replace(good, rights=(replace(right, channel_ids=(2,)),)),
        "not yet": replace(good, rights=(replace(right, starts=NOON + hour),)),
        "ended": replace(good, rights=(replace(right, ends=NOON),)),
        "withdrawn": replace(good, rights=(replace(right, status=RightStatus.WITHDRAWN),)),
        "suspended": replace(good, rights=(replace(right, status=RightStatus.SUSPENDED),)),
        "elsewhere": replace(good, rights=(replace(right, territories=("DE",)),)),
        "all screens": replace(good, sessions_in_use=1),
    }[change]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("no line", Reason.UNKNOWN_LINE),
        ("disabled", Reason.LINE_DISABLED),
        ("banned", Reason.LINE_BANNED),
        ("expired", Reason.LINE_EXPIRED),
        ("no channel", Reason.UNKNOWN_CHANNEL),
        ("held", Reason.NOT_PUBLISHED),
        ("not in package", Reason.NOT_IN_PACKAGE),
        ("no right", Reason.NO_RIGHT),
        ("draft only", Reason.NO_RIGHT),
        ("other channel's right", Reason.NO_RIGHT),
        ("not yet", Reason.RIGHT_NOT_YET),
        ("ended", Reason.RIGHT_ENDED),
        ("withdrawn", Reason.RIGHT_WITHDRAWN),
        ("suspended", Reason.RIGHT_WITHDRAWN),
        ("elsewhere", Reason.OUTSIDE_TERRITORY),
        ("all screens", Reason.TOO_MANY_SESSIONS),
        ("stopped", Reason.STOPPED),
        ("off by schedule", Reason.OFF_BY_SCHEDULE),
        ("draining", Reason.DRAINING),
    ],
)
def test_each_missing_thing_has_its_own_reason(change: str, reason: Reason) -> None:
    assert decide(question_of(change)) == Denied(reason)


def test_a_question_with_everything_in_place_is_allowed() -> None:
    assert decide(good_question()) == Allowed(7, None)
    assert decide(replace(good_question(), sessions_in_use=0)) == Allowed(7, None)


@given(hopeful_questions())
def test_nobody_is_allowed_without_a_right_in_force_that_reaches_them(question: Question) -> None:
    verdict = decide(question)
    assume(isinstance(verdict, Allowed))
    assert isinstance(verdict, Allowed)
    assert question.line is not None
    assert question.channel is not None
    assert any(
        right.id == verdict.right_id
        and question.channel.id in right.channel_ids
        and right.in_force(question.now)
        and right.covers_territory(question.line.territory)
        for right in question.rights
    )


@given(hopeful_questions())
def test_whoever_is_allowed_has_an_active_line_and_a_package(question: Question) -> None:
    verdict = decide(question)
    assume(isinstance(verdict, Allowed))
    assert question.line is not None
    assert question.channel is not None
    assert question.line.status is LineStatus.ACTIVE
    assert question.line.expires is None or question.now < question.line.expires
    assert question.channel.id in question.carried
    assert question.published
    assert question.sessions_in_use is None or question.sessions_in_use < question.line.max_sessions


@given(hopeful_questions())
def test_the_picture_never_outlasts_its_right_or_its_line(question: Question) -> None:
    verdict = decide(question)
    assume(isinstance(verdict, Allowed))
    assert isinstance(verdict, Allowed)
    assert question.line is not None
    standing = [right for right in question.rights if right.id == verdict.right_id]
    lasts = [right.ends for right in standing]
    if question.line.expires is not None:
        assert verdict.until is not None
        assert verdict.until <= question.line.expires
    if None not in lasts:
        assert verdict.until is not None
        assert verdict.until <= max(end for end in lasts if end is not None)
    assert verdict.until is None or verdict.until > question.now


@given(hopeful_questions())
def test_asked_again_at_its_end_the_verdict_is_no_longer_the_same(question: Question) -> None:
    verdict = decide(question)
    assume(isinstance(verdict, Allowed) and verdict.until is not None)
    assert isinstance(verdict, Allowed)
    assert verdict.until is not None
    later = decide(replace(question, now=verdict.until))
    if isinstance(later, Allowed):
        assert later.until is None or later.until > verdict.until


@given(questions() | hopeful_questions())
def test_the_reason_is_that_of_the_first_link_that_fails(question: Question) -> None:
    verdict, checks = examine(question)
    assert decide(question) == verdict
    failing = [check for check in checks if not check.holds]
    if isinstance(verdict, Denied):
        assert failing
        assert failing[0].reason is verdict.reason
    else:
        assert not failing


@given(questions() | hopeful_questions(), rights())
def test_one_more_right_never_turns_a_viewer_away(question: Question, one_more: CarriageRight) -> None:
    if isinstance(decide(question), Allowed):
        assert isinstance(decide(replace(question, rights=(*question.rights, one_more))), Allowed)


@given(questions() | hopeful_questions(), st.data())
def test_a_right_that_is_withdrawn_never_lets_a_viewer_in(question: Question, data: st.DataObject) -> None:
    assume(question.rights)
    index = data.draw(st.integers(0, len(question.rights) - 1))
    taken = [
        replace(right, status=RightStatus.WITHDRAWN) if place == index else right
        for place, right in enumerate(question.rights)
    ]
    if isinstance(decide(question), Denied):
        assert isinstance(decide(replace(question, rights=tuple(taken))), Denied)


@given(questions() | hopeful_questions())
def test_taking_every_right_away_refuses_everybody(question: Question) -> None:
    assert isinstance(decide(replace(question, rights=())), Denied)


@given(questions() | hopeful_questions())
def test_a_failing_link_always_names_its_reason_and_every_link_its_facts(question: Question) -> None:
    for check in examine(question)[1]:
        assert check.holds is (check.reason is None)
        assert check.rule
        assert check.detail


@given(questions() | hopeful_questions())
def test_a_login_asks_the_same_first_links_as_a_stream(question: Question) -> None:
    login = line_checks(question.line, question.now)
    assert examine(question)[1][: len(login)] == login


def test_the_longest_right_is_the_one_a_session_stands_on() -> None:
    short = replace(good_right(), id=1, ends=NOON + timedelta(hours=1))
    longer = replace(good_right(), id=2, ends=NOON + timedelta(hours=2))
    endless = replace(good_right(), id=3)
    assert decide(replace(good_question(), rights=(short, longer))) == Allowed(2, longer.ends)
    assert decide(replace(good_question(), rights=(short, endless, longer))) == Allowed(3, None)


def test_every_reason_has_a_sentence_of_its_own() -> None:
    assert set(SENTENCES) == set(Reason)
    assert len(set(SENTENCES.values())) == len(Reason)
    assert all(Denied(reason).sentence.endswith((".", "!")) for reason in Reason)
