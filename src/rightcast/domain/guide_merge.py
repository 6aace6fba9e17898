"""One guide out of several: the first source tells, the others fill what it leaves open. Pure."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence, Set

    from rightcast.domain.guide import Show

LEAST_S = 300
"""A shorter remainder of a show is no show."""
MOVED_S = 3 * 3600
"""A show that begins so much earlier or later than before is still the same."""
_MINUTES_BITS = 27


def merged(layers: Iterable[Sequence[Show]]) -> list[Show]:
    """Shows of one channel, best source first; each layer is in order and free of overlaps, and so is the answer."""
    found: list[Show] = []
    for layer in layers:
        if not found:
            found = list(layer)
            continue
        fitting = [part for one in layer for part in _fitted(one, found)]
        if fitting:
            found = sorted([*found, *fitting], key=lambda one: one.start)
    return found


def _fitted(one: Show, taken: Sequence[Show]) -> Iterable[Show]:
    """A show as far as its time is free: whole, cut, or not at all."""
    place = bisect_left(taken, one.start, key=lambda other: other.stop)
    start, stop = one.start, one.stop
    while place < len(taken) and taken[place].start < stop:
        other = taken[place]
        place += 1
        if other.stop <= start:
            continue
        if other.start - start >= LEAST_S:
            stop = other.start
            break
        start = other.stop
    if (start, stop) == (one.start, one.stop):
        return (one,)
    return (replace(one, start=start, stop=stop),) if stop - start >= LEAST_S else ()


def with_numbers(shows: Sequence[Show], channel_id: int, guide_id: str, before: Sequence[Show] = ()) -> list[Show]:
    """Shows as they are published on a channel: with its guide id, and numbers that stay theirs.

    A number is made of channel and minute. A show that was published `before` under the same title and begins within
    three hours of then keeps its number.
    """
    kept = _kept(shows, before)
    used = set(kept.values())
    found = []
    for one in shows:
        number = kept.get(one.start)
        if number is None:
            number = first_number(channel_id, one.start, used)
            used.add(number)
        found.append(replace(one, id=number, guide_id=guide_id))
    return found


def first_number(channel_id: int, start: int, used: Set[int]) -> int:
    """The number of a show that was not there before: made of channel and minute, the next free one."""
    number = (channel_id << _MINUTES_BITS) | (start // 60)
    while number in used:
        number += 1
    return number


def _kept(shows: Sequence[Show], before: Sequence[Show]) -> dict[int, int]:
    """Numbers by start that shows had before; each number goes to the nearest."""
    by_title: dict[tuple[str, str], list[Show]] = {}
    for one in before:
        by_title.setdefault((one.title, one.subtitle), []).append(one)
    pairs = [
        (abs(one.start - old.start), one.start, old.id)
        for one in shows
        for old in by_title.get((one.title, one.subtitle), ())
        if abs(one.start - old.start) <= MOVED_S
    ]
    found: dict[int, int] = {}
    used: set[int] = set()
    for _, start, number in sorted(pairs):
        if start not in found and number not in used:
            found[start] = number
            used.add(number)
    return found
