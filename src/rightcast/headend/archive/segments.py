"""Follows the headends' announcements and tells of each segment that is complete, where it lies and what it is.

Of a channel's renditions only the first is kept. What a headend replays on connecting is told again: keepers know it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rightcast.contract.ring import (
    SCTE35,
    Announcement,
    Closed,
    Described,
    Down,
    Dropped,
    Marker,
    Opened,
    Part,
    Up,
)
from rightcast.domain.cues import SignalledState
from rightcast.domain.errors import BadCueError
from rightcast.formats.mpegts.scte35.section import decode
from rightcast.formats.mpegts.scte35.words import signals_of
from rightcast.formats.mpegts.units import CLOCK_HZ
from rightcast.headend.slots import REST_SEGMENTS
from rightcast.state.archive.records import UNDESCRIBED, Contents, NewSegment

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

REMEMBERED_S = 3600.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A complete segment in a ring. `size` in bytes, `duration` in seconds; `path` is its file, to be read at once.

    `forbidden`: the provider's signals do not allow it to be kept (SCTE 35 section 10.3.3.1, archive_allowed_flag).
    `ring` counts how often the channel's ring came up: another one than before means that its headend was away.
    """

    channel_id: int
    path: Path
    opened: Opened
    parts: tuple[Part, ...]
    size: int
    duration: float
    contents: Contents = UNDESCRIBED
    forbidden: bool = False
    ring: int = 1

    @property
    def start(self) -> float:
        """Unix seconds."""
        return self.opened.wall

    @property
    def stop(self) -> float:
        """Unix seconds."""
        return self.opened.wall + self.duration

    @property
    def name(self) -> tuple[int, int, float]:
        """What tells it from every other of its channel: epoch and sequence of the ring, and when it began."""
        return (self.opened.epoch, self.opened.sequence, self.opened.wall)

    @property
    def to_keep(self) -> NewSegment:
        """How it is written on a reel."""
        return NewSegment(
            start=self.start,
            duration=self.duration,
            time=self.opened.time,
            psi=self.opened.psi_bytes,
            joins=_joins(self.parts),
            contents=self.contents,
            ring_epoch=self.opened.epoch,
            sequence=self.opened.sequence,
        )


@dataclass(slots=True)
class _Ring:
    folder: Path
    contents: Contents
    signals: SignalledState
    number: int = 1
    opened: dict[int, Opened] = field(default_factory=dict)
    parts: dict[int, list[Part]] = field(default_factory=dict)
    dropped: dict[int, int] = field(default_factory=dict)
    newest: int = -1


class Rings:
    """What the headends hold. `closed` is told of segments of wanted channels, in the order they were closed."""

    def __init__(self, closed: Callable[[Segment], None]) -> None:
        self._closed = closed
        self._rings: dict[int, _Ring] = {}
        self._ups: dict[int, int] = {}
        self.wanted: Collection[int] = frozenset()

    def apply(self, batch: list[Announcement]) -> None:
        """Follow one batch."""
        for message in batch:
            if message.rendition:
                continue
            match message:
                case Up():
                    self._up(message)
                case Down():
                    self._rings.pop(message.channel, None)
                case _:
                    ring = self._rings.get(message.channel)
                    if ring is not None:
                        self._follow(ring, message)

    def holds(self, segment: Segment) -> bool:
        """Whether the bytes of a segment are still what they were when it was told; may be asked by any thread."""
        ring = self._rings.get(segment.channel_id)
        if ring is None or ring.opened.get(segment.opened.sequence) != segment.opened:
            return False
        since = ring.dropped.get(segment.opened.sequence)
        return since is None or ring.newest - since <= REST_SEGMENTS - 1

    def _up(self, up: Up) -> None:
        before = self._rings.get(up.channel)
        signals = before.signals if before is not None else SignalledState()
        number = self._ups[up.channel] = self._ups.get(up.channel, 0) + 1
        self._rings[up.channel] = _Ring(Path(up.path), _contents(up), signals, number)

    def _follow(self, ring: _Ring, message: Announcement) -> None:
        match message:
            case Described():
                ring.contents = _contents(message)
            case Opened():
                ring.opened[message.sequence] = message
                ring.newest = max(ring.newest, message.sequence)
                self._forget_overwritten(ring)
            case Part():
                ring.parts.setdefault(message.sequence, []).append(message)
            case Marker():
                self._mark(ring, message)
            case Closed():
                self._close(ring, message)
            case Dropped():
                ring.dropped[message.sequence] = ring.newest

    def _close(self, ring: _Ring, closed: Closed) -> None:
        opened = ring.opened.get(closed.sequence)
        parts = ring.parts.pop(closed.sequence, [])
        if opened is None or closed.channel not in self.wanted or not closed.size:
            return
        segment = Segment(
            channel_id=closed.channel,
            path=ring.folder / f"{opened.slot}.ts",
            opened=opened,
            parts=tuple(parts),
            size=closed.size,
            duration=closed.duration,
            contents=ring.contents,
            forbidden=_is_forbidden(ring.signals, opened.wall, opened.wall + closed.duration),
            ring=ring.number,
        )
        self._closed(segment)

    def _mark(self, ring: _Ring, marker: Marker) -> None:
        opened = ring.opened.get(marker.sequence)
        if marker.kind != SCTE35 or opened is None:
            return
        try:
            cue = decode(marker.body)
        except BadCueError as error:
            _log.warning("A cue of channel %d cannot be read: %s", marker.channel, error)
            return
        at = opened.wall + (marker.time - opened.time) / CLOCK_HZ
        state = ring.signals
        for signal in signals_of(cue, at):
            state = state.after(signal)
        ring.signals = state.without_past(opened.wall - REMEMBERED_S)

    def _forget_overwritten(self, ring: _Ring) -> None:
        """Numbers of segments whose files may be written anew."""
        for sequence in [one for one, since in ring.dropped.items() if ring.newest - since > REST_SEGMENTS]:
            del ring.dropped[sequence]
            ring.opened.pop(sequence, None)
            ring.parts.pop(sequence, None)


def _contents(told: Up | Described) -> Contents:
    return Contents(codecs=told.codecs, video=told.video, tracks=tuple(told.tracks))


def _is_forbidden(signals: SignalledState, start: float, stop: float) -> bool:
    """Whether keeping was forbidden in any of the time from `start` to `stop`."""
    return any(
        one.since < stop and start < one.until and not one.restrictions.archive_allowed for one in signals.segments
    )


def _joins(parts: tuple[Part, ...]) -> tuple[tuple[int, float], ...]:
    """Places where a decoder may begin."""
    joins = [(0, 0.0)]
    elapsed = 0.0
    for part in parts:
        if part.joinable and part.offset:
            joins.append((part.offset, round(elapsed, 6)))
        elapsed += part.duration
    return tuple(joins)
