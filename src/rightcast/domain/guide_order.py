"""Brings the shows of one channel in order: oldest first, none twice, none beside another, each with an end.

Pure. Whatever is changed is told to `note(kind, line)`; the kinds are those of an import's report.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rightcast.domain.guide import Show

    Note = Callable[[str, int], None]

LONGEST_S = 2 * 86_400
"""Longer shows are faults of their guide."""
WITHIN_S = 12 * 3600
"""A show without an end lasts until the next one begins, if that is so soon."""
ASSUMED_S = 3600


def in_order(shows: Iterable[Show], note: Note) -> list[Show]:
    """Shows of one channel; `stop` 0 is none told, `id` the line it came from."""
    listed = sorted(shows, key=lambda one: one.start)
    if is_tidy((one.start, 0 if _clump(one) else one.stop) for one in listed):
        return listed
    ended = _ended(_without_doubles(listed, note), note)
    return _side_by_side(_without_containers(_divided(ended, note), note), note)


def is_tidy(spans: Iterable[tuple[int, int]]) -> bool:
    """Whether there is nothing to do, as for nearly all: beginnings and ends of shows, an uncertain end is 0."""
    last = 0
    for start, stop in spans:
        if start < last or not start < stop <= start + LONGEST_S:
            return False
        last = stop
    return True


def _clump(one: Show) -> str:
    return one.details.clump if one.details is not None else ""


def _without_doubles(listed: list[Show], note: Note) -> list[Show]:
    """The same title at the same time once; the one that says when it ends is kept."""
    kept: dict[tuple[int, str, str], Show] = {}
    for one in listed:
        key = (one.start, one.title, _clump(one))
        before = kept.get(key)
        if before is None:
            kept[key] = one
            continue
        note("double-show", one.id)
        if (one.stop != 0, len(one.description)) > (before.stop != 0, len(before.description)):
            kept[key] = one
    return list(kept.values())


def _ended(listed: list[Show], note: Note) -> list[Show]:
    """Each with an end: its own, its length's, the next show's beginning, or an hour later."""
    starts = sorted({one.start for one in listed})
    following = dict(itertools.pairwise(starts))
    found = []
    for one in listed:
        if one.stop == one.start and not _clump(one):
            note("no-length", one.id)
            continue
        if one.stop > one.start + LONGEST_S:
            note("too-long", one.id)
            continue
        found.append(one if one.stop > one.start else replace(one, stop=_end_of(one, following.get(one.start), note)))
    return found


def _end_of(one: Show, following: int | None, note: Note) -> int:
    length_s = one.details.length_s if one.details is not None else 0
    if following is not None and following - one.start <= max(WITHIN_S, length_s):
        return following
    if not length_s:
        note("assumed-stop", one.id)
    return one.start + (length_s or ASSUMED_S)


def _divided(listed: list[Show], note: Note) -> list[Show]:
    """A time slot that several shows share, each with its place in the clump, is divided among them."""
    slots: dict[tuple[int, int], list[Show]] = {}
    for one in listed:
        if _clump(one):
            slots.setdefault((one.start, one.stop), []).append(one)
    parts: dict[int, Show] = {}
    for (start, stop), members in slots.items():
        if len(members) < 2:
            continue
        step = (stop - start) // len(members)
        if step <= 0:
            continue
        note("clump", members[0].id)
        for place, one in enumerate(sorted(members, key=_clump)):
            end = stop if place == len(members) - 1 else start + (place + 1) * step
            parts[id(one)] = replace(one, start=start + place * step, stop=end)
    return sorted((parts.get(id(one), one) for one in listed), key=lambda one: (one.start, one.stop))


def _without_containers(listed: list[Show], note: Note) -> list[Show]:
    """Shows made up wholly of two or more others go; the parts say more."""
    found = []
    for index, one in enumerate(listed):
        reach, count = one.start, 0
        for other in sorted(_inside(one, index, listed), key=lambda inner: (inner.start, inner.stop)):
            if other.start == reach:
                reach, count = other.stop, count + 1
        if count >= 2 and reach == one.stop:
            note("container", one.id)
        else:
            found.append(one)
    return found


def _inside(one: Show, index: int, listed: list[Show]) -> list[Show]:
    """Shorter shows within another's time; `listed` is by start, so they are its neighbours."""
    found = []
    first = index
    while first > 0 and listed[first - 1].start == one.start:
        first -= 1
    for other in listed[first:]:
        if other.start >= one.stop:
            break
        if other is not one and other.stop <= one.stop and (other.start, other.stop) != (one.start, one.stop):
            found.append(other)
    return found


def _side_by_side(listed: list[Show], note: Note) -> list[Show]:
    """Where two overlap, the one that begins later cuts the other; of one beginning, the shorter comes first."""
    found: list[Show] = []
    for one in listed:
        if not found or one.start >= found[-1].stop:
            found.append(one)
            continue
        before = found[-1]
        if one.start > before.start:
            note("overlap", before.id)
            found[-1] = replace(before, stop=one.start)
            found.append(one)
        elif one.stop > before.stop:
            note("overlap", one.id)
            found.append(replace(one, start=before.stop))
        else:
            note("same-time", one.id)
    return found
