"""One channel's ring: the last segments in files on tmpfs, announced part by part.

Every output reads from here. A closed segment survives the process: `index.json` tells the next one what is there.
"""

from __future__ import annotations

import errno
import logging
import os
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec import Raw

from rightcast.contract.ring import Announcement, Closed, Described, Down, Dropped, Marker, Opened, Part, Track, Up
from rightcast.domain.errors import FolderNotWritableError, RingTooSmallError
from rightcast.headend.ring_index import INDEX, IndexedSegment, PackedIndex, packed, read_index, write_index
from rightcast.headend.slots import REST_SEGMENTS, SlotFiles

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

SPARE_SEGMENTS = 3
FEWEST_SEGMENTS = 3
_BUFFERS_PER_WRITE = 512  # below IOV_MAX

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Segment:
    opened: Opened
    parts: list[Part] = field(default_factory=list)
    closed: Closed | None = None
    markers: list[Marker] = field(default_factory=list)
    packed: Raw | None = None

    @property
    def announced_bytes(self) -> int:
        return self.parts[-1].offset + self.parts[-1].size if self.parts else 0

    def messages(self) -> list[Announcement]:
        told: list[Announcement] = [self.opened, *self.parts, *self.markers]
        return told if self.closed is None else [*told, self.closed]

    def indexed(self) -> Raw | None:
        """How the index remembers it; None while it is open."""
        if self.packed is None and self.closed is not None:
            self.packed = packed(IndexedSegment(self.opened, self.parts, self.closed, self.markers))
        return self.packed


class Ring:
    """Written by one segmenter: open_segment, then write and end_part in turn, then close_segment.

    What is written reaches the file with `commit`, `end_part` or `close_segment`; buffers given to
    `write` must stay unchanged until then. Raises FolderNotWritableError and RingTooSmallError.
    """

    def __init__(
        self,
        channel_id: int,
        folder: Path,
        *,
        announce: Callable[[Announcement], None],
        playlist_segments: int,
        max_bytes: int,
        rendition: int = 0,
        name: str = "",
    ) -> None:
        self.channel_id = channel_id
        self.rendition = rendition
        self.name = name
        self.codecs = ""
        self.video = True
        self.tracks: list[Track] = []
        self._folder = folder
        self._announce = announce
        self.playlist_segments = playlist_segments
        self._max_bytes = max_bytes
        self._files = SlotFiles(folder)
        self._segments: deque[_Segment] = deque()
        self._next_sequence = 0
        self._next_epoch = 0
        self._begun = False
        self._epoch_began = (0.0, 0)
        self._descriptor = -1
        self._written = 0
        self._size = 0
        self._buffers: list[bytes | memoryview] = []
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._recover()
        except OSError as error:
            raise _cannot_write(folder, error) from error
        for message in self.snapshot():
            announce(message)

    @property
    def bytes_held(self) -> int:
        """Bytes of tmpfs that the ring's files take."""
        return self._files.bytes_held

    @property
    def is_open(self) -> bool:
        """Whether a segment is being written."""
        return self._descriptor >= 0

    @property
    def position(self) -> int:
        """Bytes given to the open segment so far."""
        return self._size

    @property
    def closed_segments(self) -> int:
        """How many whole segments the ring holds."""
        return len(self._segments) - self.is_open

    @property
    def newest(self) -> tuple[int, Path, int] | None:
        """Sequence, file and size of the newest whole segment."""
        for segment in reversed(self._segments):
            if segment.closed is not None:
                return segment.opened.sequence, self._files.path(segment.opened.slot), segment.closed.size
        return None

    def allot(self, max_bytes: int) -> None:
        """How many bytes of tmpfs the ring may take from its next part on."""
        self._max_bytes = max_bytes

    def snapshot(self) -> list[Announcement]:
        """Everything that an edge which knows nothing must hear, the open segment included."""
        told: list[Announcement] = [self._up()]
        for segment in self._segments:
            told += segment.messages()
        return told

    def describe(self, *, codecs: str, video: bool, tracks: Sequence[Track] = ()) -> None:
        """Say what the stream is made of; edges hear it when it differs from what they know."""
        if (codecs, video, [*tracks]) == (self.codecs, self.video, self.tracks):
            return
        self.codecs, self.video, self.tracks = codecs, video, [*tracks]
        if not self._segments:
            self._announce(self._up())
            return
        told = Described(self.channel_id, codecs, video, self.rendition, self.tracks)
        self._announce(told)

    def mark(self, time: int, kind: str, body: bytes) -> None:
        """Attach something timed to the newest segment; without one it is passed over. `time` as in `Opened`."""
        if not self._segments:
            return
        segment = self._segments[-1]
        marker = Marker(self.channel_id, segment.opened.sequence, time, kind, body, self.rendition)
        segment.markers.append(marker)
        segment.packed = None
        self._announce(marker)

    def open_segment(self, psi: bytes, *, wall: float, new_epoch: bool, time: int = 0) -> None:
        """Begin a segment with its tables; `wall` in unix seconds, `time` in ticks as in `Opened`.

        The first of a process is a new epoch anyway.
        """
        sequence = self._next_sequence
        new_epoch = new_epoch or not self._begun
        self._begun = True
        self._next_epoch += new_epoch
        if new_epoch:
            self._epoch_began = (wall, time)
        slot = self._files.take(sequence)
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC
            self._descriptor = os.open(self._files.path(slot), flags, 0o600)
        except OSError as error:
            raise _cannot_write(self._folder, error) from error
        opened = Opened(
            channel=self.channel_id,
            sequence=sequence,
            epoch=self._next_epoch - 1,
            slot=slot,
            psi_bytes=len(psi),
            wall=wall,
            time=time,
            rendition=self.rendition,
            epoch_wall=self._epoch_began[0],
            epoch_time=self._epoch_began[1],
        )
        self._next_sequence += 1
        self._segments.append(_Segment(opened))
        self._written = self._size = 0
        self._announce(opened)
        self.write(psi)
        if new_epoch:  # should this process die, its number of the epoch must not be used again
            self._write_index()

    def write(self, data: bytes | memoryview) -> None:
        """Append whole packets to the open segment."""
        self._buffers.append(data)
        self._size += len(data)

    def end_part(self, duration: float, *, joinable: bool, upto: int | None = None) -> None:
        """All written since the last part is a part of `duration` seconds; what is behind `upto` stays for the next."""
        self.commit()
        segment = self._segments[-1]
        offset = segment.announced_bytes
        end = self._size if upto is None else upto
        if end <= offset:
            return
        part = Part(
            channel=self.channel_id,
            sequence=segment.opened.sequence,
            index=len(segment.parts),
            offset=offset,
            size=end - offset,
            duration=round(duration, 6),
            joinable=joinable,
            rendition=self.rendition,
        )
        segment.parts.append(part)
        self._announce(part)
        self._keep_within_budget()

    def close_segment(self, duration: float) -> None:
        """The open segment is complete up to its last part; `duration` in seconds."""
        self.commit()
        segment = self._segments[-1]
        segment.closed = Closed(
            channel=self.channel_id,
            sequence=segment.opened.sequence,
            size=segment.announced_bytes,
            duration=round(duration, 6),
            rendition=self.rendition,
        )
        os.close(self._descriptor)
        self._descriptor = -1
        self._announce(segment.closed)
        while len(self._segments) > self.playlist_segments + SPARE_SEGMENTS:
            self._drop_oldest()
        self._write_index()

    def commit(self) -> None:
        """Bring what was written into the file, in one call."""
        if not self._buffers:
            return
        buffers, self._buffers = self._buffers, []
        try:
            self._store(buffers)
        except OSError as error:
            raise _cannot_write(self._folder, error) from error
        self._files.grew(self._segments[-1].opened.slot, self._written)

    def leave(self) -> None:
        """The process ends: the open segment is closed at its last part, files stay for the next process."""
        if self.is_open:
            self._buffers.clear()
            segment = self._segments[-1]
            if segment.parts:
                self.close_segment(sum(part.duration for part in segment.parts))
            else:
                self._abandon()
        self._write_index()

    def close(self) -> None:
        """The channel is no longer carried: edges are told, files are removed."""
        if self.is_open:
            self._abandon()
        self._segments.clear()
        self._announce(Down(channel=self.channel_id, rendition=self.rendition))
        self._files.remove_all()
        (self._folder / INDEX).unlink(missing_ok=True)
        try:
            self._folder.rmdir()
        except OSError as error:
            _log.info("The folder %s of a ring stays: %s", self._folder, error)

    def _abandon(self) -> None:
        os.close(self._descriptor)
        self._descriptor = -1
        self._buffers.clear()
        self._segments.pop()
        self._next_sequence -= 1

    def _up(self) -> Up:
        return Up(
            channel=self.channel_id,
            path=str(self._folder),
            codecs=self.codecs,
            video=self.video,
            rendition=self.rendition,
            name=self.name,
            tracks=self.tracks,
        )

    def _store(self, buffers: Sequence[bytes | memoryview]) -> None:
        for start in range(0, len(buffers), _BUFFERS_PER_WRITE):
            batch = buffers[start : start + _BUFFERS_PER_WRITE]
            done = self._write_once(batch)
            total = sum(len(data) for data in batch)
            while done < total:  # a tmpfs under pressure may take less than it was given
                done += self._write_once([memoryview(b"".join(batch))[done:]])

    def _write_once(self, buffers: Sequence[bytes | memoryview]) -> int:
        """Write at the end; when the tmpfs is full, the oldest segments and rested files make room."""
        while True:
            try:
                count = os.pwritev(self._descriptor, buffers, self._written)
            except OSError as error:
                if error.errno != errno.ENOSPC or not self._make_room():
                    raise
            else:
                self._written += count
                return count

    def _make_room(self) -> bool:
        """Free a file now, even one that a reader which was cut off may still hold; False when none is left."""
        if self._files.empty_one(self._next_sequence, rested=False):
            return True
        if len(self._segments) <= FEWEST_SEGMENTS:
            return False
        self._drop_oldest()
        return self._files.empty_one(self._next_sequence, rested=False)

    def _keep_within_budget(self) -> None:
        if self._files.bytes_held * (1 + REST_SEGMENTS / FEWEST_SEGMENTS) <= self._max_bytes:
            return  # as nearly always: what is live is no more than what the files take
        while self._files.bytes_held > self._max_bytes and self._files.empty_one(self._next_sequence):
            pass
        while len(self._segments) > FEWEST_SEGMENTS:
            live = sum(self._bytes_of(segment) for segment in self._segments)
            if live * (1 + REST_SEGMENTS / len(self._segments)) <= self._max_bytes:  # dropped ones rest for a while
                return
            self._drop_oldest()

    def _bytes_of(self, segment: _Segment) -> int:
        return self._size if segment.closed is None else segment.closed.size

    def _drop_oldest(self) -> None:
        gone = self._segments.popleft().opened
        self._files.rest(gone.slot, self._next_sequence - 1)
        self._announce(Dropped(channel=self.channel_id, sequence=gone.sequence, rendition=self.rendition))

    def _write_index(self) -> None:
        index = PackedIndex(
            next_sequence=self._next_sequence - self.is_open,
            next_epoch=self._next_epoch,
            next_slot=self._files.numbers_used,
            codecs=self.codecs,
            video=self.video,
            tracks=self.tracks,
            segments=[raw for segment in self._segments if (raw := segment.indexed()) is not None],
        )
        write_index(self._folder, index)

    def _recover(self) -> None:
        index = read_index(self._folder)
        self.codecs, self.video, self.tracks = index.codecs, index.video, index.tracks
        self._next_sequence, self._next_epoch = index.next_sequence, index.next_epoch
        whole = [segment for segment in index.segments if self._is_whole(segment)]
        self._segments.extend(_Segment(one.opened, one.parts, one.closed, one.markers) for one in whole)
        # One number more: the interrupted segment's slot may still be read.
        self._files.adopt({segment.opened.slot for segment in whole}, index.next_slot + 1)

    def _is_whole(self, segment: IndexedSegment) -> bool:
        path = self._files.path(segment.opened.slot)
        return path.is_file() and path.stat().st_size >= segment.closed.size


def _cannot_write(folder: Path, error: OSError) -> FolderNotWritableError | RingTooSmallError:
    if error.errno == errno.ENOSPC:
        return RingTooSmallError(
            f"The tmpfs of the ring {folder} is full.",
            remedy="Enlarge it, lower the ring budget, or carry fewer channels in this place.",
        )
    return FolderNotWritableError(
        f"The ring cannot be written in {folder}: {error.strerror}.",
        remedy="Give the user that runs Rightcast write permission there.",
    )
