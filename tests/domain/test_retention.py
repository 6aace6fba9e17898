"""What is kept of channels shrinks with wish and right, after a grace, and with the room on the disk."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.domain.archive import SHORTEST_GAP_S, Archive, GapCause, Stretch, gaps_between
from rightcast.domain.features import Features
from rightcast.domain.lineup import Channel, ChannelKind
from rightcast.domain.retention import GRACE_S, Deleted, Window, allowed_bytes, keeping
from rightcast.domain.rights import CarriageRight, Instrument, Later, RightStatus

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
NOW = 1_800_000_000.0
GIB = 1 << 30
RIGHT = CarriageRight(
    id=5, reference="R-5", licensor="us", instrument=Instrument.OWN_PRODUCTION, status=RightStatus.ACTIVE,
    channel_ids=(1,), territories=("IT",), starts=LONG_AGO, later=Later(start_over=True, catchup_h=48),
)  # fmt: skip
CHANNEL = Channel(
    id=1, number=1, name="Uno", kind=ChannelKind.TV, sources=(), added=LONG_AGO,
    features=Features(archive=Archive(hours=72)),
)  # fmt: skip


def test_the_smaller_of_wish_and_right_is_kept() -> None:
    found = keeping(CHANNEL, 1, [RIGHT], NOW)
    assert (found.wished_h, found.granted_h, found.kept_h, found.retained_h) == (72, 48, 48, 48)


@pytest.mark.parametrize(
    ("right", "kept_h", "retained_h"),
    [
        (replace(RIGHT, status=RightStatus.SUSPENDED), 0, 48),
        (replace(RIGHT, status=RightStatus.WITHDRAWN), 0, 0),
        (replace(RIGHT, ends=datetime.fromtimestamp(NOW, UTC) - timedelta(seconds=1)), 0, 0),
        (replace(RIGHT, later=Later(start_over=True)), 6, 6),
        (replace(RIGHT, channel_ids=(2,)), 0, 0),
    ],
)
def test_a_suspended_right_keeps_what_is_there_and_others_do_not(
    right: CarriageRight, kept_h: int, retained_h: int
) -> None:
    found = keeping(CHANNEL, 1, [right], NOW)
    assert (found.kept_h, found.retained_h) == (kept_h, retained_h)


def test_a_channel_that_is_held_keeps_what_its_right_grants_and_nothing_new() -> None:
    found = keeping(None, 1, [RIGHT], NOW)
    assert (found.kept_h, found.retained_h) == (0, 48)


def test_a_window_grows_at_once_and_shrinks_after_a_grace() -> None:
    full = keeping(CHANNEL, 1, [RIGHT], NOW)
    none = keeping(CHANNEL, 1, [], NOW)
    window = Window(24.0).after(full, NOW)
    assert window.hours == 48
    window = window.after(none, NOW).after(none, NOW + GRACE_S - 1)
    assert window.hours == 48
    assert window.after(full, NOW + GRACE_S).after(none, NOW + GRACE_S + 1).hours == 48
    gone = window.after(none, NOW + GRACE_S)
    assert (gone.hours, gone.cause) == (0, Deleted.RIGHT)


def test_a_smaller_wish_is_told_apart_from_a_smaller_right() -> None:
    wish = keeping(replace(CHANNEL, features=Features(archive=Archive(hours=2))), 1, [RIGHT], NOW)
    assert Window(48.0, NOW - GRACE_S).after(wish, NOW).cause is Deleted.WISH


def test_after_a_start_nothing_is_deleted_before_the_grace_is_over() -> None:
    none = keeping(CHANNEL, 1, [], NOW)
    assert Window().after(none, NOW).hours == inf


def test_without_a_budget_half_of_the_disk_is_taken_and_some_room_stays() -> None:
    assert allowed_bytes(0, 20 * GIB, 80 * GIB, 200 * GIB) == 50 * GIB
    assert allowed_bytes(90 * GIB, 20 * GIB, 80 * GIB, 100 * GIB) == 90 * GIB
    assert allowed_bytes(99 * GIB, 20 * GIB, 80 * GIB, 100 * GIB) == 95 * GIB
    assert allowed_bytes(0, 0, GIB // 2, 4 * GIB) == 0


MOMENTS = st.floats(min_value=0, max_value=1000)


@given(
    MOMENTS,
    st.floats(min_value=SHORTEST_GAP_S * 1.5, max_value=1000),
    st.lists(st.tuples(MOMENTS, MOMENTS, st.sampled_from(GapCause))),
)
def test_the_gaps_of_a_stretch_fill_it_once(
    start: float, length: float, missed: list[tuple[float, float, GapCause]]
) -> None:
    known = [Stretch(min(one[:2]), max(one[:2]), one[2]) for one in missed]
    found = gaps_between(start, start + length, known, GapCause.SOURCE)
    assert found[0].start == start
    assert found[-1].stop == start + length
    assert all(before.stop == after.start for before, after in itertools.pairwise(found))
    assert all(one.start < one.stop for one in found)


def test_what_is_not_known_of_a_gap_has_the_other_cause() -> None:
    missed = [Stretch(14, 16, GapCause.DISK), Stretch(16, 18, GapCause.DISK)]
    assert gaps_between(10, 30, missed, GapCause.SOURCE) == [
        Stretch(10, 14, GapCause.SOURCE),
        Stretch(14, 18, GapCause.DISK),
        Stretch(18, 30, GapCause.SOURCE),
    ]
