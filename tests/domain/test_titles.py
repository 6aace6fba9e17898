"""Whether a line may watch a title: the laws that hold for any rights, and the reason of each refusal."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.domain.bounds import Standpoint
from rightcast.domain.entitlement import Allowed, Denied, Reason
from rightcast.domain.library import Holding, MediaFile, Title, TitleKind
from rightcast.domain.lineup import Line, LineStatus
from rightcast.domain.places import Place
from rightcast.domain.rights import Bounds, CarriageRight, Instrument, RightStatus
from rightcast.domain.titles import TitleQuestion, coverage, decide_title

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
LINE = Line(
    id=1, name="anna", secret_digest="", status=LineStatus.ACTIVE, package_ids=(1,), territory="IT", created=NOW - HOUR
)
HOLDING = Holding(
    title=Title(id=7, kind=TitleKind.FILM, name="The Sea", category_id=3), file=MediaFile(name="a.mp4", size_bytes=1)
)
RIGHT = CarriageRight(
    id=5, reference="R", licensor="L", instrument=Instrument.CONTRACT, status=RightStatus.ACTIVE, channel_ids=(),
    territories=("IT",), starts=NOW - HOUR, ends=NOW + HOUR, title_ids=(7,),
)  # fmt: skip
QUESTION = TitleQuestion(line=LINE, holding=HOLDING, offered=frozenset({3}), rights=(RIGHT,), now=NOW)

rights = st.builds(
    CarriageRight,
    id=st.integers(1, 9),
    reference=st.just("R"),
    licensor=st.just("L"),
    instrument=st.just(Instrument.CONTRACT),
    status=st.sampled_from(RightStatus),
    channel_ids=st.just(()),
    territories=st.sampled_from([(), ("*",), ("IT",), ("FR",)]),
    starts=st.integers(-5, 5).map(lambda hours: NOW + hours * HOUR),
    ends=st.none() | st.integers(-5, 5).map(lambda hours: NOW + hours * HOUR),
    title_ids=st.sampled_from([(), (7,), (8,)]),
    collection_ids=st.sampled_from([(), (3,), (4,)]),
)


def test_a_right_for_the_title_lets_it_be_watched_until_it_ends() -> None:
    assert decide_title(QUESTION) == Allowed(5, NOW + HOUR)


def test_an_offer_that_ends_sooner_ends_it_sooner() -> None:
    until = NOW + HOUR / 2
    assert decide_title(replace(QUESTION, holding=replace(HOLDING, until=until))) == Allowed(5, until)
    ended = decide_title(replace(QUESTION, holding=replace(HOLDING, until=NOW)))
    assert ended == Denied(Reason.RIGHT_ENDED)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"holding": None}, Reason.UNKNOWN_TITLE),
        ({"line": None}, Reason.UNKNOWN_LINE),
        ({"offered": frozenset({4})}, Reason.NOT_IN_PACKAGE),
        ({"rights": ()}, Reason.NO_RIGHT),
        ({"rights": (replace(RIGHT, status=RightStatus.SUSPENDED),)}, Reason.RIGHT_WITHDRAWN),
        ({"rights": (replace(RIGHT, starts=NOW + HOUR / 2),)}, Reason.RIGHT_NOT_YET),
        ({"now": NOW + 2 * HOUR}, Reason.RIGHT_ENDED),
        ({"rights": (replace(RIGHT, territories=("FR",)),)}, Reason.OUTSIDE_TERRITORY),
        ({"line": replace(LINE, status=LineStatus.DISABLED)}, Reason.LINE_DISABLED),
    ],
)
def test_each_refusal_has_its_reason(change: dict[str, object], reason: Reason) -> None:
    assert decide_title(replace(QUESTION, **change)) == Denied(reason)  # type: ignore[arg-type]


@given(st.lists(rights, max_size=4))
def test_nothing_is_watched_outside_the_bounds_of_the_right_it_stands_on(found: list[CarriageRight]) -> None:
    verdict = decide_title(replace(QUESTION, rights=tuple(found)))
    if isinstance(verdict, Allowed):
        standing = [one for one in found if one.id == verdict.right_id]
        assert any(one.in_force(NOW) and one.covers_title(7, 3) and one.covers_territory("IT") for one in standing)


@given(st.lists(rights, max_size=4), st.sampled_from(["IT", "FR", "DE"]))
def test_lists_and_the_decision_agree(found: list[CarriageRight], territory: str) -> None:
    verdict = decide_title(replace(QUESTION, line=replace(LINE, territory=territory), rights=tuple(found)))
    assert coverage(found, territory, NOW).covers(7, 3) is isinstance(verdict, Allowed)


@given(st.lists(rights, max_size=4))
def test_between_now_and_the_next_moment_of_a_coverage_nothing_changes(found: list[CarriageRight]) -> None:
    first = coverage(found, "IT", NOW)
    later = first.until - timedelta(seconds=1) if first.until is not None else NOW + 100 * HOUR
    then = coverage(found, "IT", later)
    assert (then.titles, then.collections) == (first.titles, first.collections)


def test_the_bounds_of_its_right_hold_for_a_title_too() -> None:
    bounded = replace(RIGHT, bounds=Bounds(presence=("IT",)))
    asked = replace(QUESTION, rights=(bounded,), stand=Standpoint())
    assert decide_title(asked) == Denied(Reason.PLACE_UNKNOWN)
    assert decide_title(replace(asked, stand=Standpoint(place=Place(country="FR")))) == Denied(Reason.OUTSIDE_PRESENCE)
    assert decide_title(replace(asked, stand=Standpoint(place=Place(country="IT")))) == decide_title(QUESTION)
