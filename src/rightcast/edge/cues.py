"""Cues (SCTE 35) as this edge hears them: what they restrict per channel, and which lie within a ring's segments.

Restrictions rest on headend and edge alone: the panel need not live.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from rightcast.contract.ring import SCTE35, Marker
from rightcast.domain.cues import UNRESTRICTED, Restrictions, SignalledState
from rightcast.domain.errors import BadCueError
from rightcast.domain.signalled_blackouts import SAME_S
from rightcast.formats.mpegts.scte35.section import decode
from rightcast.formats.mpegts.scte35.words import sightings_of, signals_of
from rightcast.formats.mpegts.units import CLOCK_HZ
from rightcast.formats.scte35_events import CueAt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rightcast.domain.segment_marks import Sighting
    from rightcast.edge.ring_reader import Ring, Segment
    from rightcast.formats.mpegts.scte35.records import Cue

SLACK_S = 0.1
"""Signals and segments are timed by clocks that agree about so well."""
_SIGHTINGS = 256
REMEMBERED_S = 3600.0
"""What was restricted is remembered for longer than any ring holds it."""

_log = logging.getLogger(__name__)


class Cues:
    """Follows markers; `changed` says whose restrictions are other than they were."""

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._states: dict[int, SignalledState] = {}
        self._told: dict[int, Restrictions] = {}
        self._seen: dict[int, deque[Sighting]] = {}
        self._fresh: set[int] = set()
        self.listening_since = clock()

    def heard(self, ring: Ring, marker: Marker) -> None:
        """A marker was announced for a ring."""
        if marker.kind != SCTE35 or marker.rendition:
            return
        try:
            cue = decode(marker.body)
        except BadCueError as error:
            _log.warning("A cue of channel %d cannot be read: %s", marker.channel, error)
            return
        before = self._states.get(marker.channel, SignalledState())
        state, at = before, wall_of(ring, marker, self._clock())
        self._see(marker.channel, sightings_of(cue, at))
        for signal in signals_of(cue, at):
            state = state.after(signal)
        if state.segments:
            self._states[marker.channel] = state
        else:
            self._states.pop(marker.channel, None)

    def seen(self, channel_id: int) -> Sequence[Sighting]:
        """The segments that began and ended on a channel, in order, as far as remembered."""
        return self._seen.get(channel_id, ())

    def _see(self, channel_id: int, found: Iterable[Sighting]) -> None:
        kept = self._seen.setdefault(channel_id, deque(maxlen=_SIGHTINGS))
        for one in found:
            known = (abs(one.at - old.at) <= SAME_S and replace(one, at=old.at) == old for old in kept)
            if not any(known):
                kept.append(one)
                self._fresh.add(channel_id)

    def restrictions(self, channel_id: int) -> Restrictions:
        """What is restricted on a channel now."""
        state = self._states.get(channel_id)
        return state.restrictions(self._clock()) if state is not None else UNRESTRICTED

    def clear_since(self, channel_id: int, forbids: Callable[[Restrictions], bool]) -> float:
        """From when on what a ring holds may be seen by a viewer to whom restrictions were forbidding; 0: all of it."""
        state = self._states.get(channel_id)
        return state.clear_since(self._clock(), forbids) if state is not None else 0.0

    def forbidden(self, channel_id: int, forbids: Callable[[Restrictions], bool]) -> list[tuple[float, float]]:
        """From when to when restrictions forbade a viewer something, or the archive to all, as far as remembered."""
        state = self._states.get(channel_id)
        segments = state.segments if state is not None else ()
        found = [one for one in segments if not one.restrictions.archive_allowed or forbids(one.restrictions)]
        return [(one.since, one.until) for one in found]

    def changed(self) -> list[int]:
        """Channels whose restrictions have changed since this was last asked; to be asked a few times a second."""
        if not self._states and not self._told and not self._fresh:
            return []
        now = self._clock()
        found, self._fresh = list(self._fresh), set()
        for channel_id in {*self._states, *self._told}:
            restrictions = self.restrictions(channel_id)
            if restrictions != self._told.get(channel_id, UNRESTRICTED):
                found.append(channel_id)
                _log.info("Channel %d is signalled: %s", channel_id, restrictions.in_words or "nothing is restricted")
                self._remember(channel_id, restrictions)
            state = self._states.get(channel_id)
            if state is not None and not state.without_past(now - REMEMBERED_S).segments:
                del self._states[channel_id]
        return found

    def _remember(self, channel_id: int, restrictions: Restrictions) -> None:
        if restrictions == UNRESTRICTED:
            self._told.pop(channel_id, None)
        else:
            self._told[channel_id] = restrictions


def visible(segments: Iterable[Segment], since: float) -> list[Segment]:
    """The segments that are not hidden."""
    return [one for one in segments if not is_hidden(one, since)]


def is_hidden(segment: Segment, since: float) -> bool:
    """Whether a segment began before `since`, when signals forbade it to a viewer."""
    return segment.wall < since - SLACK_S


def wall_of(ring: Ring, marker: Marker, now: float) -> float:
    """When a marker takes effect, in unix seconds; at once when its segment is not known."""
    segment = ring.segments.get(marker.sequence)
    return now if segment is None else segment.wall + (marker.time - segment.time) / CLOCK_HZ


def cues_of(segments: Iterable[Segment]) -> list[CueAt]:
    """The cues of a ring's segments in order of their times, each once though it was marked again."""
    found: dict[bytes, CueAt] = {}
    for segment in segments:
        for marker in segment.markers:
            if marker.kind == SCTE35 and marker.body not in found:
                at = segment.wall + (marker.time - segment.time) / CLOCK_HZ
                cue = _read(marker.body)
                if cue is not None:
                    found[marker.body] = CueAt(at, marker.time, marker.body, cue)
    return sorted(found.values(), key=lambda one: one.at)


def _read(section: bytes) -> Cue | None:
    try:
        return decode(section)
    except BadCueError:
        return None
