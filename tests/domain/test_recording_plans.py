"""Rules against the guide, and who has room: expansion, repeats, moves, priorities and quotas."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.domain.errors import InvalidInputError
from rightcast.domain.guide import Show
from rightcast.domain.recording_plans import (
    Match,
    Planned,
    Rule,
    Wanted,
    follow_guide,
    plan_rule,
    wanted_by,
    wanted_of,
)
from rightcast.domain.recording_room import Allowance, Item, fit, surplus
from rightcast.domain.recordings import Cause

NOW = 1_780_000_000
UTC_ZONE = ZoneInfo("UTC")
SERIES = Rule(id=1, line_id=1, match=Match.SERIES, word="porto")


def show(number: int, hours: float, *, episode: int = 0, series: str = "porto", **more: object) -> Show:
    start = NOW + int(hours * 3600)
    base = {"title": "Il porto", "season": 1 if episode else 0}
    return Show(id=number, guide_id="g", start=start, stop=start + 3600, episode=episode, series=series, **base | more)


def planned(wanted: Wanted, number: int = 7) -> Planned:
    return Planned(
        id=number,
        channel_id=wanted.channel_id,
        start=wanted.start,
        stop=wanted.stop,
        episode=wanted.episode,
        show_id=wanted.show_id,
        title=wanted.title,
    )


def test_a_series_is_recorded_episode_by_episode_and_repeats_once() -> None:
    shows = [(1, show(1, 1, episode=1)), (2, show(2, 5, episode=1)), (1, show(3, 25, episode=2))]
    assert [one.show_id for one in wanted_by(SERIES, shows, NOW, UTC_ZONE)] == [1, 3]


def test_a_rule_of_one_channel_leaves_the_others_alone() -> None:
    rule = Rule(id=1, line_id=1, match=Match.TITLE, word="il PORTO", channel_id=2)
    shows = [(1, show(1, 1, episode=1)), (2, show(2, 5, episode=1, series=""))]
    assert [one.show_id for one in wanted_by(rule, shows, NOW, UTC_ZONE)] == [2]


def test_new_only_leaves_out_what_the_guide_calls_a_repeat() -> None:
    rule = Rule(id=1, line_id=1, match=Match.SERIES, word="porto", new_only=True)
    shows = [(1, show(1, 1, episode=1, repeated=True)), (1, show(2, 2, episode=2))]
    assert [one.show_id for one in wanted_by(rule, shows, NOW, UTC_ZONE)] == [2]


def test_what_was_recorded_before_is_not_recorded_again() -> None:
    first, again = show(1, -200, episode=1), show(9, 5, episode=1)
    wanted = wanted_by(SERIES, [(1, again)], NOW, UTC_ZONE)
    assert plan_rule(wanted, [planned(wanted_of(first, 1))]).new == ()
    assert plan_rule(wanted, []).new == wanted


def test_daily_news_without_episodes_are_each_their_own() -> None:
    rule = Rule(id=1, line_id=1, match=Match.TITLE, word="News")
    shows = [(1, show(1, 1, title="News", series="")), (1, show(2, 25, title="News", series=""))]
    assert len(wanted_by(rule, shows, NOW, UTC_ZONE)) == 2


def test_a_moved_show_takes_its_recording_along() -> None:
    before = planned(wanted_of(show(1, 1, episode=1), 1))
    by_id = follow_guide([before], {1: [show(1, 3, episode=1)]})
    by_episode = follow_guide([before], {1: [show(5, 2, episode=1)]})
    assert [(one.id, wanted.start) for one, wanted in by_id.moved] == [(7, NOW + 3 * 3600)]
    assert [(one.id, wanted.show_id) for one, wanted in by_episode.moved] == [(7, 5)]


def test_a_show_that_is_gone_says_so_and_an_empty_guide_says_nothing() -> None:
    before = planned(wanted_of(show(1, 1, episode=1), 1))
    other = show(2, 1, title="Something else", series="")
    assert follow_guide([before], {1: [other]}).gone == (before,)
    assert follow_guide([before], {1: []}).gone == ()


@given(st.lists(st.tuples(st.integers(1, 2), st.integers(-5, 300), st.integers(0, 4)), max_size=20))
def test_planning_twice_wants_nothing_new(drawn: list[tuple[int, int, int]]) -> None:
    shows = [(channel, show(n, hours, episode=episode)) for n, (channel, hours, episode) in enumerate(drawn)]
    wanted = wanted_by(SERIES, shows, NOW, UTC_ZONE)
    known = [planned(one, n) for n, one in enumerate(plan_rule(wanted, []).new)]
    assert plan_rule(wanted, known).new == ()
    by_channel = {channel: [one for c, one in shows if c == channel] for channel in (1, 2)}
    assert follow_guide(known, by_channel).gone == ()
    assert len({one.episode for one in known}) == len(known)


def test_a_weekly_time_keeps_its_hour_when_clocks_change() -> None:
    rome = ZoneInfo("Europe/Rome")
    rule = Rule(id=1, line_id=1, match=Match.WEEKLY, channel_id=1, days=(5, 6), minute=20 * 60 + 30, length_min=60)
    saturday = datetime(2026, 10, 24, 12, tzinfo=UTC).timestamp()
    first, second, *_ = wanted_by(rule, [], saturday, rome)
    assert [datetime.fromtimestamp(one.start, rome).hour for one in (first, second)] == [20, 20]
    assert second.start - first.start == 25 * 3600


def test_a_rule_says_which_field_is_wrong() -> None:
    with pytest.raises(InvalidInputError) as caught:
        Rule(id=1, line_id=1, match=Match.WEEKLY, channel_id=1, minute=0, length_min=60).check()
    assert caught.value.field == "days"


items = st.lists(
    st.builds(
        Item,
        id=st.integers(1, 10**6),
        start=st.integers(0, 50).map(lambda hour: hour * 1800),
        stop=st.integers(51, 60).map(lambda hour: hour * 1800),
        priority=st.integers(0, 3),
        private=st.booleans(),
        fixed=st.booleans(),
        locked=st.booleans(),
        size_bytes=st.integers(0, 5).map(lambda gb: gb * 10**9),
    ),
    unique_by=lambda one: one.id,
    max_size=12,
)
allowances = st.builds(
    Allowance,
    hours=st.integers(0, 60),
    gigabytes=st.integers(0, 12),
    number=st.integers(0, 8),
    at_once=st.integers(0, 3),
    make_room=st.booleans(),
)


@given(items, allowances)
def test_nobody_gets_more_than_is_allowed(drawn: list[Item], allowance: Allowance) -> None:
    found = fit(drawn, allowance)
    asking = {one.id for one in drawn if not one.fixed}
    assert found.granted | set(found.refused) == asking
    assert not found.granted & set(found.refused)
    held = [one for one in drawn if (one.fixed and one.id not in found.removed) or one.id in found.granted]
    before = [one for one in drawn if one.fixed]
    if found.granted:
        assert not allowance.number or len(held) <= max(allowance.number, len(before))
        hours = sum(one.length_s for one in held) / 3600
        assert not allowance.hours or hours <= max(allowance.hours, sum(one.length_s for one in before) / 3600)
    new = [one for one in held if one.id in found.granted and one.private]
    for one in new:
        together = [other for other in held if other.private and other.start <= one.start < other.stop]
        assert len(together) <= max(allowance.at_once, sum(other.fixed for other in together))


@given(items, allowances)
def test_room_is_made_only_of_what_is_kept_and_not_locked(drawn: list[Item], allowance: Allowance) -> None:
    found = fit(drawn, allowance)
    by_id = {one.id: one for one in drawn}
    assert all(by_id[number].fixed and not by_id[number].locked for number in found.removed)
    assert allowance.make_room or not found.removed


@given(items, st.integers(1, 3))
def test_a_more_wanted_one_is_never_refused_at_once_for_a_less_wanted_one(drawn: list[Item], at_once: int) -> None:
    found = fit(drawn, Allowance(hours=0, at_once=at_once))
    by_id = {one.id: one for one in drawn}
    for number in found.refused:
        loser = by_id[number]
        winners = [one for one in drawn if one.private and (one.fixed or one.id in found.granted)]
        better = [one for one in winners if one.fixed or one.priority >= loser.priority]
        assert len(better) >= at_once


def test_a_refusal_says_how_much_is_left() -> None:
    held = [Item(id=n, start=n * 7200, stop=n * 7200 + 7200, fixed=True) for n in range(8)]
    found = fit([*held, Item(id=99, start=90_000, stop=90_000 + 5 * 3600)], Allowance(hours=20))
    assert found.refused[99] == (Cause.QUOTA_HOURS, "4 h left of 20 h; this one takes 5 h.")


def test_the_oldest_goes_when_room_is_made() -> None:
    held = [Item(id=n, start=n * 3600, stop=(n + 1) * 3600, fixed=True, locked=n == 0) for n in range(3)]
    found = fit([*held, Item(id=9, start=90_000, stop=93_600)], Allowance(hours=3, make_room=True))
    assert (found.granted, found.removed) == (frozenset({9}), (1,))


def test_the_newest_of_a_rule_stay_and_locked_ones_too() -> None:
    assert surplus(2, [(1, 10, False), (2, 20, True), (3, 30, False), (4, 40, False)]) == (1,)
    assert surplus(0, [(1, 10, False)]) == ()
