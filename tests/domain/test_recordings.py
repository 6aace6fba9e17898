"""Recordings: what rights let be kept and watched, what is missing, and how it is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.domain.entitlement import Allowed, Denied, Question, Reason, decide
from rightcast.domain.life import Life, Running
from rightcast.domain.lineup import Features, Line, LineStatus
from rightcast.domain.recordings import (
    DAY_S,
    TOLERATED_S,
    Cause,
    Recording,
    Status,
    decide_recording,
    gaps_in_words,
    grant_of,
    judge,
    missing,
)
from rightcast.domain.rights import CarriageRight, Copies, Instrument, Later, RightStatus
from tests.domain.records import NOON, channel, questions

AT = int(NOON.timestamp())
RIGHT = CarriageRight(
    id=1,
    reference="R",
    licensor="L",
    instrument=Instrument.CONTRACT,
    status=RightStatus.ACTIVE,
    channel_ids=(1,),
    territories=("IT",),
    starts=NOON - timedelta(days=100),
    later=Later(recordings=Copies.PRIVATE, recording_days=7, catchup_h=24),
)
LINE = Line(
    id=1,
    name="anna",
    secret_digest="",
    status=LineStatus.ACTIVE,
    package_ids=(1,),
    territory="IT",
    created=NOON - timedelta(days=1),
)
DONE = Recording(
    id=9,
    line_id=1,
    channel_id=1,
    start=AT - 7200,
    stop=AT - 3600,
    title="Il porto",
    status=Status.DONE,
    copies=Copies.PRIVATE,
)


def question(*rights: CarriageRight, **changes: object) -> Question:
    asked = Question(line=LINE, channel=channel(1), carried=frozenset({1}), rights=rights, now=NOON)
    return replace(asked, **changes)


def granting(**later: object) -> CarriageRight:
    return replace(RIGHT, later=replace(RIGHT.later, **later))


def test_a_recording_is_watched_for_as_many_days_as_its_right_says() -> None:
    verdict = decide_recording(question(RIGHT), DONE)
    assert isinstance(verdict, Allowed)
    assert verdict.until is not None
    assert verdict.until.timestamp() == DONE.stop + 7 * DAY_S
    late = question(RIGHT, now=NOON + timedelta(days=7))
    assert decide_recording(late, DONE) == Denied(Reason.RECORDING_EXPIRED)


def test_without_a_limit_of_days_it_lasts_as_long_as_the_right() -> None:
    ends = NOON + timedelta(days=30)
    verdict = decide_recording(question(replace(granting(recording_days=0), ends=ends)), DONE)
    assert isinstance(verdict, Allowed)
    assert verdict.until == ends


@pytest.mark.parametrize(
    ("right", "reason"),
    [
        (granting(recordings=Copies.NONE), Reason.NOT_RECORDABLE),
        (replace(RIGHT, status=RightStatus.WITHDRAWN), Reason.RIGHT_WITHDRAWN),
        (replace(RIGHT, ends=NOON), Reason.RIGHT_ENDED),
        (replace(RIGHT, territories=("DE",)), Reason.OUTSIDE_TERRITORY),
    ],
)
def test_a_right_that_ends_or_grants_no_recordings_ends_watching(right: CarriageRight, reason: Reason) -> None:
    assert decide_recording(question(right), DONE) == Denied(reason)


def test_a_shared_copy_needs_a_right_to_shared_copies() -> None:
    shared = replace(DONE, copies=Copies.SHARED)
    assert decide_recording(question(RIGHT), shared) == Denied(Reason.NOT_RECORDABLE)
    assert isinstance(decide_recording(question(granting(recordings=Copies.SHARED)), shared), Allowed)


def test_a_live_right_elsewhere_does_not_carry_a_recording_abroad() -> None:
    live = replace(RIGHT, id=2, later=Later(), territories=("*",))
    abroad = replace(RIGHT, territories=("DE",))
    assert decide_recording(question(live, abroad), DONE) == Denied(Reason.NOT_RECORDABLE)


def test_a_stopped_channel_does_not_take_its_recordings_along() -> None:
    stopped = replace(channel(1), features=Features(life=Life(running=Running.STOPPED)))
    assert isinstance(decide_recording(question(RIGHT, channel=stopped), DONE), Allowed)


def test_the_recording_of_another_line_is_unknown() -> None:
    assert decide_recording(question(RIGHT), replace(DONE, line_id=2)) == Denied(Reason.UNKNOWN_RECORDING)


def test_what_has_not_begun_cannot_be_watched() -> None:
    assert decide_recording(question(RIGHT), replace(DONE, status=Status.PLANNED)) == Denied(Reason.NOT_RECORDED)


def test_a_recording_is_taken_away_only_where_the_right_says_so() -> None:
    assert decide_recording(question(RIGHT), DONE, download=True) == Denied(Reason.NO_DOWNLOAD)
    assert isinstance(decide_recording(question(granting(download=True)), DONE, download=True), Allowed)


@given(questions(), st.sampled_from(Copies), st.sampled_from(Status), st.booleans())
def test_no_recording_is_watched_that_the_live_channel_would_refuse(
    asked: Question, copies: Copies, status: Status, download: bool
) -> None:
    rights = tuple(replace(right, later=Later(recordings=copies, download=download)) for right in asked.rights)
    recording = replace(DONE, status=status, copies=Copies.PRIVATE, channel_id=1)
    verdict = decide_recording(replace(asked, rights=rights), recording, download=download)
    if isinstance(verdict, Allowed):
        live = decide(replace(asked, rights=rights))
        assert isinstance(live, Allowed)
        assert copies is not Copies.NONE


def test_a_right_to_shared_copies_comes_before_one_to_private_ones() -> None:
    shared = replace(granting(recordings=Copies.SHARED, recording_days=3), id=2)
    found = grant_of((RIGHT, shared), 1, "IT", AT)
    assert found is not None
    assert (found.right_id, found.copies, found.expires(AT)) == (2, Copies.SHARED, AT + 3 * DAY_S)
    assert grant_of((RIGHT, shared), 1, "DE", AT) is None


spans = st.lists(st.tuples(st.integers(0, 100), st.integers(1, 20)).map(lambda one: (one[0], one[0] + one[1])))


@given(spans)
def test_every_second_is_either_kept_or_missing(kept: list[tuple[int, int]]) -> None:
    gaps = missing(10, 90, kept)
    for second in range(10, 90):
        lost = any(begin <= second < end for begin, end in gaps)
        held = any(begin <= second < end for begin, end in kept)
        assert not (lost and held)
        if not lost and not held:  # a stretch too short to be a gap
            around = [one for one in range(max(second - 5, 10), min(second + 5, 90)) if _uncovered(one, kept)]
            assert len(around) <= 2 * TOLERATED_S


def _uncovered(second: int, kept: list[tuple[int, int]]) -> bool:
    return not any(begin <= second < end for begin, end in kept)


def test_a_recording_with_a_gap_is_partial_and_says_when() -> None:
    outcome = judge(AT, AT + 3600, [(AT, AT + 600), (AT + 900, AT + 3600)])
    assert (outcome.status, outcome.cause) == (Status.PARTIAL, Cause.OFF_AIR)
    assert outcome.detail(ZoneInfo("Europe/Rome")) == "Missing: 14:10:00-14:15:00."


def test_a_recording_of_nothing_failed() -> None:
    assert judge(AT, AT + 3600, []).status is Status.FAILED
    assert judge(AT, AT + 3600, [], disk_full=True).cause is Cause.DISK_FULL


def test_a_whole_recording_is_done() -> None:
    assert judge(AT, AT + 3600, [(AT - 2, AT + 1800), (AT + 1800.5, AT + 3601)]).status is Status.DONE


def test_many_gaps_are_told_shortly() -> None:
    gaps = [(AT + 10 * one, AT + 10 * one + 5) for one in range(8)]
    assert gaps_in_words(gaps, ZoneInfo("UTC")).endswith("and 3 more.")
