"""A blackout that waits for signals: from its signal to its end, and dark where nobody can tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from rightcast.domain.blackouts import EVERYBODY, Blackout, Facts, dark_spans, in_force
from rightcast.domain.errors import InvalidInputError
from rightcast.domain.segment_marks import Mark, Sighting, read_mark
from rightcast.domain.signalled_blackouts import resolved, spells
from tests.domain.records import NOON

T = NOON.timestamp()
WAITING = Blackout(
    id=1,
    name="Match",
    channel_ids=(1,),
    starts=NOON,
    ends=NOON + timedelta(hours=8),
    audience=EVERYBODY,
    begins_by=Mark(upid="ABC", type_ids=(0x10,)),
    ends_by=Mark(upid="ABC", type_ids=(0x11,)),
)


def seen(at: float, type_id: int = 0x10, upid: str = "abc", event: int = 7) -> Sighting:
    return Sighting(at=T + at, event_id=event, type_id=type_id, upids=(upid,))


def when(one: Blackout, *heard: Sighting, since: float = -60.0) -> list[tuple[float, float | None]]:
    return [
        (found.starts.timestamp() - T, None if found.ends is None else found.ends.timestamp() - T)
        for found in resolved([one], heard, listening_since=T + since)
    ]


def test_it_is_in_force_from_its_signal_to_its_end_and_not_the_whole_span() -> None:
    assert when(WAITING) == []
    assert when(WAITING, seen(600)) == [(600, 8 * 3600)]
    assert when(WAITING, seen(600), seen(600.5), seen(7000, 0x11)) == [(600, 7000)]


def test_other_identifiers_types_and_events_are_nothing_to_it() -> None:
    assert when(WAITING, seen(600, upid="other"), seen(700, 0x34)) == []
    by_event = replace(WAITING, begins_by=Mark(event_id=9))
    assert when(by_event, seen(600), seen(900, event=9)) == [(900, 8 * 3600)]


def test_it_may_come_again_and_lasts_no_longer_than_it_is_said_to() -> None:
    lasting = replace(WAITING, ends_by=None, lasts_s=100.0)
    assert when(lasting, seen(600), seen(650), seen(2000)) == [(600, 700), (2000, 2100)]


def test_without_its_signal_it_begins_at_the_latest_moment_it_may() -> None:
    latest = replace(WAITING, latest=NOON + timedelta(minutes=5))
    assert when(latest) == [(300, 8 * 3600)]
    assert when(latest, seen(30)) == [(30, 8 * 3600)]


def test_where_nobody_listened_all_of_it_is_dark_until_somebody_tells() -> None:
    assert when(WAITING, since=60.0) == [(0, 8 * 3600)]
    recorded = replace(WAITING, spells=((T + 600, T + 900),))
    assert when(recorded, since=9000.0) == [(600, 900)]
    assert spells(recorded, [seen(600.4)]) == ((T + 600, T + 900),)


def test_one_that_begins_by_the_clock_may_end_by_a_signal() -> None:
    mixed = replace(WAITING, begins_by=None)
    assert when(mixed) == [(0, 8 * 3600)]
    assert when(mixed, seen(500, 0x11)) == [(0, 500)]


def test_the_past_alone_may_be_dark_but_for_a_window() -> None:
    over = replace(WAITING, begins_by=None, ends_by=None, only_past=True, ends=NOON + timedelta(hours=2))
    assert in_force([over], Facts(), NOON + timedelta(hours=1)) is None
    assert dark_spans([over], Facts(), NOON + timedelta(hours=1)) == [(T, T + 7200)]
    lent = replace(over, kept_until=NOON + timedelta(days=1))
    assert dark_spans([lent], Facts(), NOON + timedelta(hours=1)) == []
    assert dark_spans([lent], Facts(), NOON + timedelta(days=2)) == [(T, T + 7200)]


@pytest.mark.parametrize("text", ["upid", "type=x", "type=300", "event=-1", "upid=a upid=b", "colour=red", "type="])
def test_what_is_no_signal_is_said_to_be_none(text: str) -> None:
    with pytest.raises(InvalidInputError):
        read_mark(text)


def test_a_signal_is_read_as_it_is_written() -> None:
    mark = read_mark(" upid=EIDR/1 type=0x10,17  event=0x2a ")
    assert mark == Mark(upid="EIDR/1", type_ids=(16, 17), event_id=42)
    assert mark is not None
    assert read_mark(mark.in_words) == mark
    assert read_mark("  ") is None
