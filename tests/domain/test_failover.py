"""Which source is on air: single decisions, and what holds whatever the sources do."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.domain.errors import InvalidInputError
from rightcast.domain.failover import (
    SLATE,
    Cause,
    Failover,
    Fault,
    Lapse,
    Question,
    Sight,
    Standing,
    decide,
    listened,
    wish_of,
)

NOW = 10_000.0
GOOD = Sight(picture=True, clean_since=NOW - 1000, fresh=True)
DARK = Sight(picture=False, fault=Fault.SILENT, clean_since=NOW, dark_s=1.3)
POOR = Sight(picture=True, fault=Fault.ERRORS, clean_since=NOW, fresh=True)
RECENT = replace(GOOD, clean_since=NOW - 5)
OPENING = Sight(picture=False, opening=True, dark_s=1.0, clean_since=NOW)
FIRST = Standing(active=1, since=NOW - 500)
SECOND = Standing(active=2, since=NOW - 500)
ON_SLATE = Standing(active=SLATE, since=NOW - 500)


def ask(standing: Standing, *sights: Sight, wish: int | None = None, policy: Failover | None = None) -> Standing:
    question = Question(
        policy=policy or Failover(),
        wish=wish,
        sights=dict(enumerate(sights, 1)),
        now=NOW,
        jitter=0.5,
        slate_after_s=1.6,
    )
    return decide(standing, question)


@pytest.mark.parametrize(
    ("standing", "sights", "active"),
    [
        (FIRST, (GOOD, GOOD), 1),
        (FIRST, (DARK, GOOD), 2),
        (FIRST, (DARK, POOR, GOOD), 3),
        (FIRST, (DARK, POOR), 2),
        (FIRST, (DARK, DARK), 1),
        (FIRST, (replace(DARK, dark_s=1.7), DARK), SLATE),
        (FIRST, (replace(DARK, dark_s=1.7), OPENING), SLATE),
        (FIRST, (OPENING, GOOD), 1),
        (FIRST, (replace(OPENING, dark_s=2.6), GOOD), 2),
        (FIRST, (replace(OPENING, dark_s=2.6), DARK), 1),
        (FIRST, (POOR, GOOD), 2),
        (FIRST, (POOR, RECENT), 1),
        (FIRST, (POOR, POOR), 1),
        (FIRST, (POOR, DARK), 1),
        (SECOND, (GOOD, GOOD), 1),
        (SECOND, (replace(GOOD, fresh=False), GOOD), 2),
        (SECOND, (RECENT, GOOD), 2),
        (replace(SECOND, since=NOW - 5), (GOOD, GOOD), 2),
        (SECOND, (POOR, GOOD), 2),
        (ON_SLATE, (DARK, DARK), SLATE),
        (ON_SLATE, (DARK, RECENT), 2),
        (ON_SLATE, (POOR, DARK), 1),
        (Standing(active=3, since=NOW - 500), (DARK, GOOD), 2),
    ],
)
def test_who_is_on_air(standing: Standing, sights: tuple[Sight, ...], active: int) -> None:
    assert ask(standing, *sights).active == active


def test_a_failure_doubles_the_hold_down_until_it_is_forgiven() -> None:
    once = ask(FIRST, DARK, GOOD).lapses[1]
    assert (once.count, once.hold_s) == (1, 30 * 1.125)
    again = replace(FIRST, since=NOW - 20, lapses={1: once})
    assert ask(again, DARK, GOOD).lapses[1] == Lapse(2, 60 * 1.125)
    assert ask(replace(again, since=NOW - 200), DARK, GOOD).lapses[1] == once
    often = replace(again, lapses={1: Lapse(50, 600)})
    assert ask(often, DARK, GOOD).lapses[1].hold_s <= 600 * 1.25


def test_a_source_that_keeps_failing_shows_itself_before_it_ends_the_slate() -> None:
    standing = replace(ON_SLATE, lapses={1: Lapse(3, 120)})
    assert ask(standing, replace(GOOD, clean_since=NOW - 1)).active == SLATE
    assert ask(standing, replace(GOOD, clean_since=NOW - 2)).active == 1


def test_what_the_operator_picks_stands_above_everything_but_the_dark() -> None:
    assert ask(FIRST, GOOD, GOOD, wish=SLATE).active == SLATE
    assert ask(FIRST, GOOD, GOOD, wish=2).active == 2
    assert ask(FIRST, GOOD, GOOD, wish=2).cause is Cause.ASKED
    assert ask(FIRST, GOOD, DARK, wish=2).active == 1
    assert ask(SECOND, GOOD, POOR, wish=2).active == 2
    assert ask(SECOND, GOOD, replace(DARK, dark_s=2), wish=2).active == SLATE
    assert ask(ON_SLATE, GOOD, GOOD, wish=2).active == 2


def test_without_returns_the_channel_stays_where_it_is() -> None:
    assert ask(SECOND, GOOD, GOOD, policy=Failover(returns=False)).active == 2


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"wish": None, "active": 1, "well": True}, {1, 2}),
        ({"wish": None, "active": 2, "well": True}, {1, 2, 3}),
        ({"wish": None, "active": 3, "well": True}, {1, 2, 3}),
        ({"wish": None, "active": 1, "well": False}, {1, 2, 3}),
        ({"wish": None, "active": SLATE, "well": False}, {1, 2, 3}),
        ({"wish": 3, "active": 1, "well": True}, {1, 3}),
        ({"wish": SLATE, "active": SLATE, "well": False}, {1}),
    ],
)
def test_who_is_listened_to(arguments: dict[str, object], expected: set[int]) -> None:
    assert listened(Failover(), sources=3, **arguments) == expected  # type: ignore[arg-type]  # tables of arguments


def test_without_standby_only_what_is_needed_is_received() -> None:
    policy = Failover(standby=False)
    assert listened(policy, None, 1, 3, well=True) == {1}
    assert listened(policy, None, 2, 3, well=True) == {1, 2}
    assert listened(policy, SLATE, SLATE, 3, well=False) == set()


@pytest.mark.parametrize(
    ("policy", "field"),
    [
        (Failover(silence_s=0.1), "silence_s"),
        (Failover(hold_down_s=700), "longest_hold_down_s"),
        (Failover(pick="best"), "pick"),
        (Failover(least_share=float("nan")), "least_share"),
    ],
)
def test_a_policy_that_cannot_be_meant_names_its_field(policy: Failover, field: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        policy.check()
    assert caught.value.field == field


def test_picks_are_words_or_numbers() -> None:
    assert [wish_of(pick) for pick in ("auto", "slate", "2")] == [None, SLATE, 2]


# What holds whatever happens: a source changes its condition at any tick.

CONDITIONS = st.sampled_from([None, Fault.SILENT, Fault.ERRORS])
HISTORIES = st.lists(st.tuples(st.integers(1, 80), CONDITIONS, CONDITIONS), min_size=1, max_size=12)
POLICY = Failover(hold_down_s=5, longest_hold_down_s=20, stable_s=10)


def play(history: list[tuple[int, Fault | None, Fault | None]]) -> list[tuple[Standing, dict[int, Sight]]]:
    """Two sources whose faults are given for so many ticks each; what stood on air at every tick."""
    now, standing, clean, dark, told = NOW, FIRST, {1: NOW, 2: NOW}, {1: NOW, 2: NOW}, []
    for ticks, *faults in history:
        for tick in range(ticks):
            now += 0.1
            sights = {}
            for place, fault in enumerate(faults, 1):
                clean[place] = now if fault is not None else clean[place]
                dark[place] = dark[place] if fault is Fault.SILENT else now
                sights[place] = Sight(
                    picture=fault is not Fault.SILENT,
                    fault=fault,
                    clean_since=clean[place],
                    fresh=tick % 5 == 0,
                    dark_s=now - dark[place],
                )
            question = Question(policy=POLICY, wish=None, sights=sights, now=now, jitter=0.0, slate_after_s=1.6)
            standing = decide(standing, question)
            told.append((standing, sights))
    return told


@given(HISTORIES)
def test_returns_are_never_quicker_than_the_hold_down(history: list[tuple[int, Fault | None, Fault | None]]) -> None:
    told = [one for one, _ in play(history)]
    changes = [after for before, after in zip([FIRST, *told], told, strict=False) if before is not after]
    for before, after in zip([FIRST, *changes], changes, strict=False):
        if after.cause is Cause.RETURNED:
            assert after.since - before.since >= POLICY.hold_down_s


@given(HISTORIES)
def test_a_poor_picture_is_left_no_more_often_than_once_a_hold_down(
    history: list[tuple[int, Fault | None, Fault | None]],
) -> None:
    told = [one for one, _ in play(history)]
    changes = [after for before, after in zip([FIRST, *told], told, strict=False) if before is not after]
    left = [one.since for one in changes if one.fault is Fault.ERRORS]
    assert all(after - before >= POLICY.hold_down_s for before, after in pairwise(left))


@given(HISTORIES)
def test_the_preferred_source_comes_back_once_it_stays_good(
    history: list[tuple[int, Fault | None, Fault | None]],
) -> None:
    quiet = round((POLICY.longest_hold_down_s * 1.25 + 2) * 10)
    assert play([*history, (quiet, None, None)])[-1][0].active == 1


@given(HISTORIES)
def test_the_slate_is_never_shown_over_a_picture(history: list[tuple[int, Fault | None, Fault | None]]) -> None:
    shown = SLATE
    for standing, sights in play(history):
        if standing.active == SLATE and shown != SLATE:
            assert not any(sight.picture for sight in sights.values())
        shown = standing.active


@given(HISTORIES)
def test_a_picture_ends_the_dark_at_once_or_after_its_proof(
    history: list[tuple[int, Fault | None, Fault | None]],
) -> None:
    for standing, sights in play(history):
        ready = [sight for sight in sights.values() if sight.picture]
        if ready and standing.active != SLATE:
            assert sights[standing.active].picture
        if standing.active == SLATE:
            assert all(standing.lapses[place].count >= 2 for place, sight in sights.items() if sight.picture)
