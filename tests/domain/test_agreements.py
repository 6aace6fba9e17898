"""Nobody alone puts an agreement into force where there are two; what is in force is not widened alone."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from rightcast.domain.agreements import Hand, Office, Refused, Standing, Step, Why, change, faults, steps, take, widens
from rightcast.domain.rights import Bounds, Copies, Floor, Later, RightStatus
from tests.domain.records import rights

ANNA, BRUNO = Hand("staff:1", person=True), Hand("staff:2", person=True)
SHELL, STATION = Hand("cli", person=False), Hand("system", person=False, station=True)
ALONE, TWO = Office(1), Office(2)
moves = st.lists(st.sampled_from(Step) | st.just("change"), max_size=14)


def walk(standing: Standing, taken: list[Step | str], by: Hand, office: Office) -> Standing:
    """Where steps lead when the refused ones are passed over."""
    for step in taken:
        after = change(standing, "", by, office) if step == "change" else take(standing, Step(step), by, office)
        standing = standing if isinstance(after, Refused) else after
    return standing


@given(moves, st.sampled_from([ANNA, SHELL]))
def test_no_walk_of_one_hand_reaches_force_where_there_are_two(taken: list[Step | str], by: Hand) -> None:
    begun = Standing(status=RightStatus.DRAFT, prepared_by=frozenset({by.key}))
    assert walk(begun, taken, by, TWO).status is not RightStatus.ACTIVE


@given(moves, st.integers(1, 3))
def test_what_is_withdrawn_stays_withdrawn(taken: list[Step | str], staff: int) -> None:
    gone = Standing(status=RightStatus.WITHDRAWN)
    assert walk(gone, taken, BRUNO, Office(staff)) == gone


@given(st.sampled_from(RightStatus), st.sampled_from(Step), st.booleans())
def test_a_refusal_says_what_to_do_instead(status: RightStatus, step: Step, bare: bool) -> None:
    standing = Standing(status=status, lacking=("a letter",) if bare else (), prepared_by=frozenset({ANNA.key}))
    after = take(standing, step, ANNA, TWO)
    assert isinstance(after, Standing) or (after.sentence and after.remedy)


def test_two_hands_put_an_agreement_into_force() -> None:
    begun = walk(Standing(status=RightStatus.DRAFT), [Step.SUBMIT], ANNA, TWO)
    approved = walk(begun, [Step.APPROVE], BRUNO, TWO)
    assert (approved.status, approved.approved_by) == (RightStatus.APPROVED, BRUNO.key)
    assert walk(approved, [Step.ACTIVATE], ANNA, TWO).status is RightStatus.ACTIVE


def test_one_person_alone_takes_every_step() -> None:
    begun = Standing(status=RightStatus.DRAFT)
    done = walk(begun, [Step.SUBMIT, Step.APPROVE, Step.ACTIVATE, Step.SUSPEND, Step.RESUME], SHELL, ALONE)
    assert done.status is RightStatus.ACTIVE


def test_nothing_is_approved_that_lacks_evidence() -> None:
    waiting = Standing(status=RightStatus.EVIDENCE, lacking=("the signed contract",))
    after = take(waiting, Step.APPROVE, BRUNO, ALONE)
    assert isinstance(after, Refused)
    assert after.why is Why.EVIDENCE
    assert "signed contract" in after.sentence


def test_a_shell_does_not_approve_where_there_are_two() -> None:
    after = take(Standing(status=RightStatus.EVIDENCE), Step.APPROVE, SHELL, TWO)
    assert isinstance(after, Refused)
    assert after.why is Why.UNNAMED


def test_whoever_suspended_does_not_resume() -> None:
    suspended = walk(Standing(status=RightStatus.ACTIVE), [Step.SUSPEND], ANNA, TWO)
    assert Step.RESUME not in steps(suspended, ANNA, TWO)
    assert Step.RESUME in steps(suspended, BRUNO, TWO)


def test_a_change_takes_an_approval_back() -> None:
    approved = Standing(status=RightStatus.APPROVED, approved_by=BRUNO.key)
    after = change(approved, "", BRUNO, TWO)
    assert isinstance(after, Standing)
    assert (after.status, after.approved_by) == (RightStatus.EVIDENCE, "")
    assert Step.APPROVE not in steps(after, BRUNO, TWO)


def test_what_is_active_is_narrowed_but_not_widened_alone() -> None:
    active = Standing(status=RightStatus.ACTIVE)
    assert change(active, "", ANNA, TWO) == active
    assert isinstance(change(active, "a later end", ANNA, TWO), Refused)
    assert change(active, "a later end", ANNA, ALONE) == active


BOUNDED = Bounds(presence=("IT",), portable=False, max_height=720, floor=Floor.TRANSPORT, per_line=2, total=9)


@given(rights(), st.sampled_from(["portable", "floor", "presence", "max_height", "per_line", "total"]))
def test_taking_a_bound_away_widens_and_adding_it_does_not(right: object, name: str) -> None:
    narrow = replace(right, bounds=BOUNDED)  # type: ignore[type-var]
    wide = replace(narrow, bounds=replace(BOUNDED, **{name: getattr(Bounds(), name)}))
    assert widens(narrow, wide)
    assert not widens(wide, narrow)
    assert not widens(narrow, narrow)


@given(rights(), rights())
def test_what_allows_a_channel_or_a_territory_more_is_wider(before: object, after: object) -> None:
    right, other = replace(before), replace(after)  # type: ignore[type-var]
    if not widens(right, other):
        assert set(other.channel_ids) <= set(right.channel_ids)
        assert all(right.covers_territory(code) for code in other.territories if code != "*")
        assert other.starts >= right.starts


@given(rights())
def test_more_of_the_past_is_wider(right: object) -> None:
    before = replace(right, later=Later(recordings=Copies.PRIVATE, recording_days=3))  # type: ignore[type-var]
    for later in (
        replace(before.later, start_over=True),
        replace(before.later, catchup_h=1),
        replace(before.later, recordings=Copies.SHARED),
        replace(before.later, recording_days=0),
        replace(before.later, download=True),
    ):
        assert widens(before, replace(before, later=later))
        assert not widens(replace(before, later=later), replace(before, later=later))


@given(rights())
def test_slips_of_the_pen_are_found(right: object) -> None:
    slipped = replace(right, bounds=Bounds(per_line=5, total=2), territories=())  # type: ignore[type-var]
    assert {"It names no territory.", "It allows 5 sessions of one line, yet 2 in total."} <= set(faults(slipped))
    assert STATION.station
