"""What this edge knows of the rings beside it: segments, parts, and who waits for the next one.

Follows announcements of the headend; reads nothing itself. The delivery loop and playlists stand on it.
"""

from __future__ import annotations

import asyncio
import logging
import math
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from rightcast.contract.ring import Announcement, Closed, Described, Down, Dropped, Marker, Opened, Part, Track, Up
from rightcast.domain.marking import TWIN, is_twin
from rightcast.domain.overlay import is_overlay
from rightcast.edge.cues import SLACK_S, cues_of
from rightcast.edge.http_message import Prepared, prepared
from rightcast.formats.hls.media import MediaSegment, media_playlist
from rightcast.formats.scte35_events import date_ranges

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rightcast.edge.endless_ts import Viewer

_log = logging.getLogger(__name__)
_KEPT_PARTS = 4
PLAYLIST_TYPE = "application/vnd.apple.mpegurl"


class Segment:
    """One segment of a ring. `end` is how many bytes may be read; `following` the segment after it.

    `waiting` holds the viewers that have everything up to `end`, and some that have left. `part_ends` leads from
    where a part begins to where it ends; `part_s` holds each part's duration, `independent` whether it is joinable,
    `tracks` what the ring was made of when the segment began. Once `gone`, nothing of the segment may be read.
    """

    __slots__ = (
        "_descriptor", "_shared", "closed", "duration", "end", "epoch", "epoch_began", "following", "gone",
        "independent", "joinable", "markers", "part_ends", "part_s", "parts", "path", "psi_bytes", "ring", "sequence",
        "slot", "time", "tracks", "waiting", "wall",
    )  # fmt: skip

    def __init__(self, ring: Ring, opened: Opened) -> None:
        self.ring = ring
        self.sequence = opened.sequence
        self.epoch = opened.epoch
        self.slot = opened.slot
        self.psi_bytes = opened.psi_bytes
        self.wall = opened.wall
        self.time = opened.time
        self.epoch_began = (opened.epoch_wall, opened.epoch_time) if opened.epoch_wall else None
        self.tracks = ring.tracks
        self.markers: list[Marker] = []
        self.part_s: list[float] = []
        self.independent: list[bool] = []
        self.parts: list[tuple[int, int]] = []
        self.part_ends: dict[int, int] = {}
        self.joinable = -1
        self.end = 0
        self.closed = False
        self.gone: bool = False
        self.duration = 0.0
        self.following: Segment | None = None
        self.waiting: list[Viewer] = []
        self.path = ring.folder / f"{opened.slot}.ts"
        self._descriptor = -1
        self._shared: dict[int, bytes] = {}

    @property
    def position(self) -> tuple[int, int]:
        """Epoch and sequence, by which readers order what they have seen."""
        return self.epoch, self.sequence

    @property
    def descriptor(self) -> int:
        """The open file of the segment. Raises OSError."""
        if self._descriptor < 0:
            self._descriptor = self.ring.slot_descriptor(self.path)
        return self._descriptor

    def forget_descriptor(self) -> None:
        """The ring closed its files; the next reading opens anew."""
        self._descriptor = -1

    def part_bytes(self, offset: int) -> bytes:
        """The rest of the part in which `offset` lies, read once for all who ask. Raises OSError."""
        for index in range(len(self.parts) - 1, -1, -1):
            start, end = self.parts[index]
            if start <= offset < end:
                data = self._shared.get(index)
                if data is None:
                    data = os.pread(self.descriptor, end - start, start)
                    self._shared[index] = data
                    while len(self._shared) > _KEPT_PARTS:
                        del self._shared[next(iter(self._shared))]
                return data if offset == start else data[offset - start :]
        return b""

    def add_part(self, part: Part) -> None:
        """The part is complete on tmpfs; one known already is ignored."""
        if part.index < len(self.parts):
            return
        self.parts.append((part.offset, part.offset + part.size))
        self.part_s.append(part.duration)
        self.independent.append(part.joinable)
        self.end = self.part_ends[part.offset] = part.offset + part.size
        if part.joinable:
            self.joinable = len(self.parts) - 1

    def part_end(self, offset: int) -> int:
        """Where the part ends in which `offset` lies; the end of all parts beyond them."""
        return next((end for start, end in self.parts if start <= offset < end), self.end)

    def drop(self) -> None:
        """Nothing of the segment may be read any more."""
        self.gone = True
        self._shared.clear()


class RingListener(Protocol):
    """Who serves the viewers of a ring; told after the ring has changed."""

    def grew(self, segment: Segment) -> None:
        """The segment has more bytes, was closed, or has a segment after it."""

    def dropped(self, segment: Segment) -> None:
        """The segment may not be read any more."""

    def down(self, ring: Ring) -> None:
        """The channel is no longer carried."""

    def stranded(self, ring: Ring, segments: Iterable[Segment]) -> None:
        """These segments vanished in a restart; their viewers go on with what came after."""


class Ring:
    """The ring of one channel; exists without segments while the channel is not on air.

    `version` grows whenever something of it may have changed; `playlist_segments` is the live window.
    """

    def __init__(
        self,
        channel_id: int,
        *,
        playlist_segments: int,
        segment_s: float,
        listener: RingListener,
        rendition: int = 0,
    ) -> None:
        self.channel_id = channel_id
        self.rendition = rendition
        self.name = ""
        self.codecs = ""
        self.video = True
        self.tracks: list[Track] = []
        self.up = False
        self.twin: Ring | None = None  # the second variant of a marked rung
        self.version = 0
        self.grown = 0.0  # by the monotonic clock
        self.folder = Path()
        self.segments: dict[int, Segment] = {}
        self.audience: set[Viewer] = set()
        self.adrift: set[Viewer] = set()
        self._listener = listener
        self.playlist_segments = playlist_segments
        self._target_duration = max(1, math.ceil(segment_s))
        self._playlist: Prepared | None = None
        self._newest: Segment | None = None
        self._replaced: dict[int, Segment] = {}
        self._descriptors: dict[Path, int] = {}
        self._changes: list[asyncio.Future[None]] = []

    @property
    def target_duration(self) -> int:
        """Whole seconds that no segment was longer than; never shrinks."""
        return self._target_duration

    def newest_joinable(self, since: float = 0.0) -> tuple[Segment, int] | None:
        """Where a new viewer starts: a segment and the index of a part in it that began at `since` or later."""
        for segment in reversed(self.segments.values()):
            if segment.joinable >= 0:
                begun = segment.wall + sum(segment.part_s[: segment.joinable]) >= since - SLACK_S
                return (segment, segment.joinable) if begun else None
        return None

    def after(self, position: tuple[int, int]) -> Segment | None:
        """The first segment beyond a position that a viewer has reached."""
        return next((one for one in self.segments.values() if one.position > position and one.parts), None)

    def closed_segments(self) -> list[Segment]:
        """The whole segments that playlists show, the oldest first."""
        return [one for one in self.segments.values() if one.closed][-self.playlist_segments :]

    def playlist(self) -> Prepared | None:
        """The answer with the media playlist; None while no segment is closed."""
        if self._playlist is None:
            closed = self.closed_segments()
            if not closed:
                return None
            rows = [
                MediaSegment(one.sequence, one.epoch, one.duration, one.wall, f"{one.sequence}.ts") for one in closed
            ]
            ranges = date_ranges(cues_of(self.segments.values()))
            body = media_playlist(rows, target_duration=self._target_duration, date_ranges=ranges)
            self._playlist = prepared(PLAYLIST_TYPE, body.encode(), ("Cache-Control", "no-cache"))
        return self._playlist

    def show(self, segments: int) -> None:
        """From now on playlists show so many segments."""
        if segments != self.playlist_segments:
            self.playlist_segments = segments
            self._playlist = None
            self.version += 1

    async def until(self, condition: Callable[[], bool], *, timeout_s: float) -> bool:
        """Wait until something holds of the ring; False when it did not come true in time."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_s
        while not condition():
            left = deadline - loop.time()
            if left <= 0:
                return False
            change: asyncio.Future[None] = loop.create_future()
            self._changes.append(change)
            await asyncio.wait((change,), timeout=left)
        return True

    def slot_descriptor(self, path: Path) -> int:
        """The open file of a slot; slots are written again and again, so it stays open. Raises OSError."""
        descriptor = self._descriptors.get(path, -1)
        if descriptor < 0:
            descriptor = self._descriptors[path] = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        return descriptor

    def apply(self, message: Announcement) -> None:
        """Follow one announcement."""
        match message:
            case Part():
                self._part(message)
            case Opened():
                self._opened(message)
            case Closed():
                self._closed(message)
            case Dropped():
                self._dropped(message)
            case Up():
                self._raise(message)
            case Described():
                self.codecs, self.video, self.tracks = message.codecs, message.video, message.tracks
            case Marker():
                self._mark(message)
            case Down():
                self.lower()

    def settle(self) -> None:
        """A replay is over: what it did not name again is lost. Wakes those who wait for a change."""
        if self._replaced:
            lost, self._replaced = list(self._replaced.values()), {}
            for segment in lost:
                segment.drop()
            self._listener.stranded(self, lost)
        self.version += 1
        self.grown = time.monotonic()
        changes, self._changes = self._changes, []
        for change in changes:
            if not change.done():
                change.set_result(None)

    def lower(self) -> None:
        """The channel is no longer carried: its viewers are cut."""
        self._replaced.clear()
        for segment in self.segments.values():
            segment.drop()
        self._listener.down(self)
        self._forget()
        self.up = False

    def _raise(self, message: Up) -> None:
        """Segments known from before wait in `_replaced` to be named again by the replay."""
        self._replaced.update(self.segments)
        for segment in self._replaced.values():
            segment.forget_descriptor()
        self._forget()
        self.folder = Path(message.path)
        self.name, self.codecs, self.video, self.tracks = message.name, message.codecs, message.video, message.tracks
        self.up = True

    def _forget(self) -> None:
        for descriptor in self._descriptors.values():
            os.close(descriptor)
        self._descriptors.clear()
        self.segments = {}
        self._newest = None
        self._playlist = None

    def _opened(self, message: Opened) -> None:
        known = self._replaced.get(message.sequence)
        if known is not None and (known.epoch, known.slot) == (message.epoch, message.slot):
            segment = self._replaced.pop(message.sequence)
            segment.following = None
        else:
            segment = Segment(self, message)
        previous, self._newest = self._newest, segment
        self.segments[message.sequence] = segment
        if previous is not None:
            previous.closed = True
            previous.following = segment
            self._listener.grew(previous)

    def _part(self, message: Part) -> None:
        segment = self.segments.get(message.sequence)
        if segment is None:
            return
        segment.add_part(message)
        self._listener.grew(segment)

    def _mark(self, message: Marker) -> None:
        segment = self.segments.get(message.sequence)
        if segment is not None and message not in segment.markers:
            segment.markers.append(message)

    def _closed(self, message: Closed) -> None:
        segment = self.segments.get(message.sequence)
        if segment is None:
            return
        segment.duration = message.duration
        segment.closed = True
        self._target_duration = max(self._target_duration, math.ceil(round(message.duration, 3)))
        self._playlist = None

    def _dropped(self, message: Dropped) -> None:
        segment = self.segments.pop(message.sequence, None)
        if segment is None:
            return
        segment.drop()
        self._playlist = None
        self._listener.dropped(segment)


def _no_ring(_: Ring) -> None:
    """Nobody minds what a ring carries."""


def _nobody(_: Ring, __: Marker) -> None:
    """Nobody wants to hear of markers."""


class Rings:
    """All rings that this edge has heard or was asked of, by channel and rendition; `marked` is told of markers.

    `described` is told, before anything of it is sent, when a ring carries something, or something else.
    """

    def __init__(
        self,
        make: Callable[[int, int], Ring],
        *,
        marked: Callable[[Ring, Marker], None] = _nobody,
        described: Callable[[Ring], None] = _no_ring,
    ) -> None:
        self._make = make
        self._marked = marked
        self._described = described
        self._rings: dict[tuple[int, int], Ring] = {}
        self._renditions: dict[int, list[Ring]] = {}

    def get(self, channel_id: int, rendition: int = 0) -> Ring:
        """The ring of a channel's rendition; an empty one when nothing was announced yet."""
        ring = self._rings.get((channel_id, rendition))
        if ring is None:
            ring = self._rings[channel_id, rendition] = self._make(channel_id, rendition)
            if is_overlay(rendition):
                pass  # one session's own: no list of the channel's renditions has it
            elif is_twin(rendition):
                self.get(channel_id, rendition - TWIN).twin = ring
            else:
                self._renditions.setdefault(channel_id, []).append(ring)
        return ring

    def of_channel(self, channel_id: int) -> list[Ring]:
        """The rings of a channel that are up, the broadcast itself first; second variants of marked rungs apart."""
        rings = (ring for ring in self._renditions.get(channel_id, ()) if ring.up)
        return sorted(rings, key=lambda ring: ring.rendition)

    def all(self) -> Iterable[Ring]:
        """Every ring, also those not on air."""
        return self._rings.values()

    def apply(self, batch: Iterable[Announcement]) -> set[int]:
        """Follow one batch of announcements; returns the channels it was about."""
        touched: dict[tuple[int, int], Ring] = {}
        for message in batch:
            key = (message.channel, message.rendition)
            ring = touched.get(key)
            if ring is None:
                ring = touched[key] = self.get(*key)
            tracks, empty = ring.tracks, not ring.segments
            ring.apply(message)
            if ring.tracks is not tracks or (empty and ring.segments):
                self._described(ring)
            if isinstance(message, Marker):
                self._marked(ring, message)
        for ring in touched.values():
            ring.settle()
        return {channel for channel, _ in touched}
