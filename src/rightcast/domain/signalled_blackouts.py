"""When a blackout that waits for signals was, is and will be in force, by what was heard of them.

Pure. Where nobody listened when it may have begun, it is in doubt, and what is in doubt stays dark.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rightcast.domain.blackouts import Blackout
    from rightcast.domain.segment_marks import Sighting

SAME_S = 2.0
"""Two sightings of the same signal are no further apart."""

Spell = tuple[float, float]
"""From when to when it was in force, unix seconds; an end of 0: it has not been heard yet."""


def resolved(
    blackouts: Iterable[Blackout], heard: Sequence[Sighting], *, listening_since: float
) -> tuple[Blackout, ...]:
    """The same blackouts with moments in place of signals. `heard`: what was heard on their channel, in order."""
    found: list[Blackout] = []
    for one in blackouts:
        if one.begins_by is None and one.ends_by is None:
            found.append(one)
            continue
        known = spells(one, heard)
        if not known and one.begins_by is not None:
            known = _in_doubt(one, listening_since)
        found += [_during(one, spell) for spell in known]
    return tuple(found)


def spells(one: Blackout, heard: Sequence[Sighting]) -> tuple[Spell, ...]:
    """When it was and is in force, by what is recorded and what was heard."""
    first, last = one.starts.timestamp(), float("inf") if one.ends is None else one.ends.timestamp()
    begun = [start for start, _ in one.spells]
    if one.begins_by is None:
        begun = [first]
    else:
        marks = (seen.at for seen in heard if one.begins_by.fits(seen) and first <= seen.at < last)
        begun += [at for at in marks if all(abs(at - known) > SAME_S for known in begun)]
    ends = [seen.at for seen in heard if one.ends_by is not None and one.ends_by.fits(seen)]
    found: list[Spell] = []
    for start in sorted(begun):
        if found and (not found[-1][1] or start < found[-1][1]):
            continue  # it runs already
        moments = [end for recorded, end in one.spells if end and abs(recorded - start) <= SAME_S]
        moments += [at for at in ends if at > start]
        moments += [start + one.lasts_s] if one.lasts_s else []
        moments += [last] if last < float("inf") else []
        found.append((start, min(moments, default=0.0)))
    return tuple(found)


def _in_doubt(one: Blackout, listening_since: float) -> tuple[Spell, ...]:
    """Nothing was heard of its beginning: the latest moment it was to begin at; all of it where nobody listened."""
    last = 0.0 if one.ends is None else one.ends.timestamp()
    if listening_since > one.starts.timestamp():
        return ((one.starts.timestamp(), last),)
    if one.latest is not None:
        start = one.latest.timestamp()
        ends = [end for end in (last, start + one.lasts_s if one.lasts_s else 0.0) if end]
        return ((start, min(ends, default=0.0)),) if not ends or start < min(ends) else ()
    return ()


def _during(one: Blackout, spell: Spell) -> Blackout:
    start, end = spell
    return replace(
        one,
        starts=datetime.fromtimestamp(start, UTC),
        ends=datetime.fromtimestamp(end, UTC) if end else None,
        begins_by=None,
        ends_by=None,
        latest=None,
    )
