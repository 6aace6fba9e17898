"""A schedule by the station's clock, over nights, weeks and changes of the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.domain.errors import InvalidInputError
from rightcast.domain.schedule import (
    OFF,
    Schedule,
    Slot,
    is_off,
    moment_of,
    next_change,
    occurrences,
    slot_at,
)

ROME = ZoneInfo("Europe/Rome")
SERVICE = Slot(start=time(10), end=time(11, 30), show="2", days=(6,), name="Service")
NIGHT = Slot(start=time(23), end=time(5), show=OFF, days=(4,))
MATCH = Slot(start=time(10, 30), end=time(12, 30), show="3", on=date(2026, 11, 29))
WEEK = Schedule(slots=(SERVICE, NIGHT, MATCH))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ROME).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "slot"),
    [
        ("2026-11-22 09:59:59", None),
        ("2026-11-22 10:00", SERVICE),
        ("2026-11-22 11:30", None),
        ("2026-11-29 10:15", SERVICE),
        ("2026-11-29 10:45", MATCH),
        ("2026-11-29 12:00", MATCH),
        ("2026-11-27 23:30", NIGHT),
        ("2026-11-28 04:59", NIGHT),
        ("2026-11-28 23:30", None),
    ],
)
def test_the_slot_in_force(moment: str, slot: Slot | None) -> None:
    assert slot_at(WEEK, at(moment), ROME) == slot


def test_what_was_picked_by_hand_comes_before_the_schedule() -> None:
    night = at("2026-11-27 23:30")
    assert is_off(WEEK, "auto", night, ROME)
    assert not is_off(WEEK, "2", night, ROME)


def test_the_next_change_is_the_end_of_what_runs_or_the_beginning_of_what_comes() -> None:
    assert next_change(WEEK, at("2026-11-22 10:05"), ROME) == at("2026-11-22 11:30")
    assert next_change(WEEK, at("2026-11-22 12:00"), ROME) == at("2026-11-27 23:00")
    assert next_change(Schedule(), at("2026-11-22 12:00"), ROME) is None


def test_a_time_that_is_skipped_is_the_end_of_the_gap() -> None:
    gap = date(2026, 3, 29)  # 02:00 to 03:00 do not exist
    assert moment_of(gap, time(2, 30), ROME) == datetime(2026, 3, 29, 1, tzinfo=UTC)
    half = Slot(start=time(2, 30), end=time(3, 15), show="2", days=(6,))
    (found,) = occurrences(half, gap, gap, ROME)
    assert found.ends - found.begins == timedelta(minutes=15)
    inside = Slot(start=time(2, 10), end=time(2, 50), show="2", days=(6,))
    assert list(occurrences(inside, gap, gap, ROME)) == []


def test_a_time_that_comes_twice_is_its_first_coming() -> None:
    back = date(2026, 10, 25)
    assert moment_of(back, time(2, 30), ROME) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


ZONES = st.sampled_from([ROME, ZoneInfo("America/St_Johns"), ZoneInfo("Australia/Lord_Howe"), ZoneInfo("UTC")])
CLOCKS = st.times().map(lambda clock: clock.replace(second=0, microsecond=0, fold=0))
SLOTS = st.builds(
    Slot,
    start=CLOCKS,
    end=CLOCKS,
    show=st.sampled_from(["1", "slate", OFF]),
    days=st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
)


@given(SLOTS, ZONES, st.dates(date(2024, 1, 1), date(2028, 1, 1)))
def test_occurrences_never_run_backwards_nor_longer_than_a_day_and_an_hour(
    slot: Slot, zone: ZoneInfo, day: date
) -> None:
    for one in occurrences(slot, day, day + timedelta(days=10), zone):
        assert timedelta() < one.ends - one.begins <= timedelta(hours=25)


@given(st.lists(SLOTS, max_size=4), ZONES, st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1)))  # noqa: DTZ001
def test_between_changes_nothing_changes(slots: list[Slot], zone: ZoneInfo, moment: datetime) -> None:
    schedule, now = Schedule(slots=tuple(slots)), moment.replace(tzinfo=UTC)
    change = next_change(schedule, now, zone)
    before = change or now + timedelta(days=7)
    middle = now + (before - now) / 2
    if middle < before:
        assert slot_at(schedule, middle, zone) == slot_at(schedule, now, zone)


@given(SLOTS)
def test_a_slot_is_read_as_it_is_written(slot: Slot) -> None:
    assert Slot.parse(str(slot)) == slot


@pytest.mark.parametrize(
    "text", ["", "sun", "sun 10:00-11:00", "xyz 10:00-11:00 2", "sun 25:00-26:00 2", "2026-13-01 10:00-11:00 2"]
)
def test_what_is_no_slot_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError):
        Slot.parse(text)


@pytest.mark.parametrize(
    ("slot", "field"),
    [
        (Slot(start=time(1), end=time(2), show="2"), "days"),
        (Slot(start=time(1), end=time(2), show="2", days=(7,)), "days"),
        (Slot(start=time(1), end=time(2), show="best", days=(1,)), "show"),
        (Slot(start=time(1, tzinfo=UTC), end=time(2), show="2", days=(1,)), "start"),
        (Slot(start=time(1), end=time(2), show="2", days=(1,), name="x" * 61), "name"),
    ],
)
def test_a_slot_that_cannot_be_meant_names_its_field(slot: Slot, field: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        Schedule(slots=(slot,)).check()
    assert caught.value.field == field
