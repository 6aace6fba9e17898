"""A right carries a channel only while it is active and in its term, and only where it reaches."""

from __future__ import annotations

from copy import copy
from dataclasses import fields, replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from rightcast.domain.rights import WORLDWIDE, CarriageRight, RightStatus, carriage, carried_channels, next_boundary
from tests.domain.records import NOON, channel_ids, moments, rights, territories


@given(rights(), moments)
def test_only_an_active_right_in_its_term_is_in_force(right: CarriageRight, now: datetime) -> None:
    ended = right.ends is not None and now >= right.ends
    expected = right.status is RightStatus.ACTIVE and right.starts <= now and not ended
    assert right.in_force(now) is expected


@given(rights())
def test_a_right_ends_at_the_very_moment_it_names(right: CarriageRight) -> None:
    active = replace(right, status=RightStatus.ACTIVE, ends=right.starts + timedelta(hours=1))
    assert active.in_force(active.starts)
    assert active.in_force(active.starts + timedelta(hours=1) - timedelta(microseconds=1))
    assert not active.in_force(active.starts + timedelta(hours=1))


@given(st.lists(rights(), max_size=5), channel_ids, moments)
def test_carriage_names_exactly_the_rights_in_force_for_the_channel(
    recorded: list[CarriageRight], channel_id: int, now: datetime
) -> None:
    found = carriage(recorded, channel_id, now)
    assert list(found) == [one for one in recorded if channel_id in one.channel_ids and one.in_force(now)]


@given(st.lists(rights(), max_size=5), rights(), channel_ids, moments)
def test_one_more_right_never_takes_carriage_away(
    recorded: list[CarriageRight], one_more: CarriageRight, channel_id: int, now: datetime
) -> None:
    before = set(map(id, carriage(recorded, channel_id, now)))
    assert before <= set(map(id, carriage([*recorded, one_more], channel_id, now)))


@given(st.lists(rights(), max_size=5), channel_ids, moments)
def test_rights_that_are_not_active_carry_nothing(
    recorded: list[CarriageRight], channel_id: int, now: datetime
) -> None:
    for status in set(RightStatus) - {RightStatus.ACTIVE}:
        assert not carriage([replace(one, status=status) for one in recorded], channel_id, now)


@given(rights(), territories)
def test_a_right_without_territories_reaches_nobody(right: CarriageRight, territory: str) -> None:
    assert not replace(right, territories=()).covers_territory(territory)
    assert replace(right, territories=(WORLDWIDE,)).covers_territory(territory)
    assert right.covers_territory(territory) is (territory in right.territories or WORLDWIDE in right.territories)


def test_worldwide_is_no_territory_of_a_viewer_in_particular() -> None:
    right = CarriageRight(
        id=1,
        reference="R",
        licensor="L",
        instrument="contract",  # type: ignore[arg-type]  # the value itself is not looked at here
        status=RightStatus.ACTIVE,
        channel_ids=(1,),
        territories=("IT",),
        starts=NOON,
    )
    assert right.covers_territory("IT")
    assert not right.covers_territory("it")
    assert not right.covers_territory("")


@given(st.lists(rights(), max_size=5), moments)
def test_the_carried_channels_are_those_with_carriage(recorded: list[CarriageRight], now: datetime) -> None:
    known = {channel_id for one in recorded for channel_id in one.channel_ids}
    assert carried_channels(recorded, now) == {one for one in known if carriage(recorded, one, now)}


@given(st.lists(rights(), max_size=5), moments, moments)
def test_before_the_next_boundary_nothing_changes(recorded: list[CarriageRight], now: datetime, then: datetime) -> None:
    boundary = next_boundary(recorded, now)
    if now <= then and (boundary is None or then < boundary):
        assert carried_channels(recorded, then) == carried_channels(recorded, now)


@given(rights())
def test_what_a_right_covers_is_not_part_of_its_record(right: CarriageRight) -> None:
    twin = replace(right)
    assert right.covered == frozenset(right.channel_ids)
    assert twin == right
    assert {one.name for one in fields(right)}.isdisjoint({"covered", "_covered"})
    assert copy(right).covers_channel(0) is (0 in right.channel_ids)
