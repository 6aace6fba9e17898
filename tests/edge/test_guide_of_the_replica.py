"""The guide comes with the feed, stays in the replica's file, and is told from there."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from rightcast.contract.catalogue import Change, Kind, Revision, body_of
from rightcast.domain.guide import DAY_S, GuideDay, Show, guide_key
from rightcast.edge.guide.shows import ReplicaGuide
from rightcast.edge.replica import Replica

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOUR_S = 3600
FIRST = 20_000
"""A day in the year 2024."""


def show(start: int, length_s: int = HOUR_S, title: str = "Show") -> Show:
    return Show(id=start, guide_id="uno.it", start=start, stop=start + length_s, title=title)


def hourly(channel_id: int, day: int) -> GuideDay:
    shows = tuple(show(day * DAY_S + hour * HOUR_S, title=f"Hour {hour}") for hour in range(24))
    return GuideDay(channel_id=channel_id, day=day, shows=shows)


class Shelf:
    """A replica with a guide beside it, told days as the follower tells them."""

    def __init__(self, path: Path, **kept: int) -> None:
        self.path = path
        self.replica = Replica(path)
        self.guide = ReplicaGuide(path, **kept)
        self.number = 0

    def tell(self, *days: GuideDay) -> None:
        for day in days:
            self._apply(day.key, body_of(Change(Kind.GUIDE, day.key, day)))

    def remove(self, channel_id: int, day: int) -> None:
        self._apply(guide_key(channel_id, day), None)

    def _apply(self, key: int, body: bytes | None) -> None:
        self.number += 1
        self.replica.apply([Revision(self.number, Kind.GUIDE, key, body)], identity="feed", now=0.0)
        self.guide.changed([key])

    def close(self) -> None:
        self.guide.close()
        self.replica.close()


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    shelf = Shelf(tmp_path / "replica.sqlite3")
    yield shelf
    shelf.close()


def titles(shows: object) -> list[str]:
    assert isinstance(shows, list | tuple)
    return [one.title for one in shows]


def test_shows_of_a_window_come_across_midnight(shelf: Shelf) -> None:
    shelf.tell(hourly(1, FIRST), hourly(1, FIRST + 1), hourly(2, FIRST))
    midnight = (FIRST + 1) * DAY_S
    found = shelf.guide.shows(1, midnight - 90 * 60, midnight + 90 * 60)
    assert titles(found) == ["Hour 22", "Hour 23", "Hour 0", "Hour 1"]
    assert shelf.guide.shows(3, midnight, midnight + DAY_S) == []


def test_now_and_next_follow_the_clock(shelf: Shelf) -> None:
    shelf.tell(hourly(1, FIRST), hourly(1, FIRST + 1))
    for hour in (0, 5, 12, 23, 30, 4):
        now = FIRST * DAY_S + hour * HOUR_S + 60
        assert titles(shelf.guide.now_next(1, now)) == [f"Hour {hour % 24}", f"Hour {(hour + 1) % 24}"]
    assert len(shelf.guide.now_next(1, FIRST * DAY_S, 40)) == 40
    assert titles(shelf.guide.now_next(1, (FIRST + 2) * DAY_S - 60)) == ["Hour 23"]
    assert list(shelf.guide.now_next(7, FIRST * DAY_S)) == []


def test_what_comes_is_another_one_as_soon_as_the_guide_is(shelf: Shelf) -> None:
    now, mark = FIRST * DAY_S, shelf.guide.mark
    shelf.guide.look_ahead([1], now)
    assert list(shelf.guide.now_next(1, now)) == []
    shelf.tell(hourly(1, FIRST))
    assert titles(shelf.guide.now_next(1, now)) == ["Hour 0", "Hour 1"]
    assert shelf.guide.mark != mark
    shelf.remove(1, FIRST)
    assert list(shelf.guide.now_next(1, now)) == []


def test_a_new_edge_has_its_guide_from_its_own_file_and_its_version_is_not_touched(shelf: Shelf) -> None:
    before = shelf.replica.version
    shelf.tell(hourly(1, FIRST))
    assert shelf.replica.version == before
    shelf.close()
    again = Shelf(shelf.path)
    assert titles(again.guide.now_next(1, FIRST * DAY_S)) == ["Hour 0", "Hour 1"]
    assert again.replica.revision == 1
    again.close()


def test_a_feed_that_was_made_anew_takes_old_days_away(shelf: Shelf) -> None:
    shelf.tell(hourly(1, FIRST), hourly(1, FIRST + 1))
    kept = {(Kind.GUIDE, guide_key(1, FIRST + 1))}
    lost = shelf.replica.retain(kept, identity="another", now=0.0)
    shelf.guide.changed(key for _, key in lost)
    assert lost == [(Kind.GUIDE, guide_key(1, FIRST))]
    assert shelf.guide.day(1, FIRST) == ()
    assert len(shelf.guide.day(1, FIRST + 1)) == 24


def test_a_day_that_cannot_be_read_costs_only_itself(shelf: Shelf) -> None:
    shelf.tell(hourly(1, FIRST))
    shelf._apply(guide_key(2, FIRST), b'{"nonsense":1}')
    assert len(shelf.guide.day(1, FIRST)) == 24
    assert shelf.guide.day(2, FIRST) == ()


def test_no_more_shows_are_in_memory_than_allowed(tmp_path: Path) -> None:
    small = Shelf(tmp_path / "replica.sqlite3", kept_shows=100)
    small.tell(*(hourly(channel, FIRST) for channel in range(1, 20)))
    for channel in range(1, 20):
        assert len(small.guide.day(channel, FIRST)) == 24
    assert sum(map(len, small.guide._days.values())) == small.guide._held <= 100
    small.close()


def test_a_search_finds_words_in_any_case_on_the_channels_that_are_asked(shelf: Shelf) -> None:
    evening = FIRST * DAY_S + 20 * HOUR_S
    for channel, title in ((1, "Telegiornale della sera"), (2, "Sera d'estate: perché"), (3, "Séra tarda")):
        day = GuideDay(channel_id=channel, day=FIRST, shows=(show(evening + channel, title=title),))
        shelf.tell(day)
    found = shelf.guide.search("SERA", {1, 2, 3}, evening, evening + DAY_S)
    assert [channel for channel, _ in found] == [1, 2, 3]
    assert [channel for channel, _ in shelf.guide.search("perche ser", {1, 2, 3}, evening, evening + DAY_S)] == [2]
    assert [channel for channel, _ in shelf.guide.search("sera", {3}, evening, evening + DAY_S)] == [3]
    assert len(shelf.guide.search("sera", {1, 2, 3}, evening, evening + DAY_S, most=2)) == 2
    for text, start in (("", evening), ("%", evening), ("sera", evening + 2 * DAY_S), ("xyz", evening)):
        assert list(shelf.guide.search(text, {1, 2, 3}, start, start + DAY_S)) == []


def test_threads_may_ask_while_the_feed_is_followed(shelf: Shelf) -> None:
    wrong: list[object] = []

    def ask() -> None:
        for _ in range(300):
            found = titles(shelf.guide.now_next(1, FIRST * DAY_S))
            if found not in ([], ["Hour 0", "Hour 1"]):
                wrong.append(found)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(20):
        shelf.tell(hourly(1, FIRST))
        shelf.remove(1, FIRST)
    shelf.tell(hourly(1, FIRST))
    for thread in threads:
        thread.join(20)
    assert wrong == []
    assert titles(shelf.guide.now_next(1, FIRST * DAY_S)) == ["Hour 0", "Hour 1"]


@effort(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3 * DAY_S - 1), st.integers(60, DAY_S)), max_size=30), st.data())
def test_any_window_holds_exactly_what_runs_in_it(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[tuple[int, int]], data: st.DataObject
) -> None:
    shelf = Shelf(tmp_path_factory.mktemp("guide") / "replica.sqlite3")
    starts: dict[int, int] = dict(drawn)
    shows = [show(FIRST * DAY_S + start, length) for start, length in sorted(starts.items())]
    for day in range(FIRST, FIRST + 3):
        shelf.tell(GuideDay(channel_id=1, day=day, shows=tuple(one for one in shows if one.start // DAY_S == day)))
    start = FIRST * DAY_S + data.draw(st.integers(0, 3 * DAY_S))
    stop = start + data.draw(st.integers(1, 2 * DAY_S))
    assert list(shelf.guide.shows(1, start, stop)) == [one for one in shows if one.start < stop and one.stop > start]
    running = [one for one in shows if one.stop > start]
    assert list(shelf.guide.now_next(1, start, 3)) == running[:3]
    shelf.close()


def test_what_runs_past_midnight_is_told_of_a_day_of_which_nothing_else_is_read(shelf: Shelf) -> None:
    midnight = (FIRST + 1) * DAY_S
    late = show(midnight - HOUR_S, 2 * HOUR_S, 'Late {"id":7,"shows":[{"id":8}]}')
    shelf.tell(GuideDay(channel_id=1, day=FIRST, shows=(show(midnight - 3 * HOUR_S), late)))
    assert list(shelf.guide.shows(1, midnight, midnight + DAY_S)) == [late]
    assert list(shelf.guide.shows(1, midnight, midnight + DAY_S)) == [late], "nor is it read again"
    shelf.tell(GuideDay(channel_id=1, day=FIRST, shows=(show(midnight - 3 * HOUR_S),)))
    assert list(shelf.guide.shows(1, midnight, midnight + DAY_S)) == []
