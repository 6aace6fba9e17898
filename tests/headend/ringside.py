"""Stands beside a ring as an edge does: hears what is announced and reads the files at that moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rightcast.contract.ring import Announcement, Closed, Down, Dropped, Opened, Part, Up
from rightcast.headend.ring import Ring
from rightcast.headend.segmenter import Segmenter

if TYPE_CHECKING:
    from pathlib import Path

START = 1_000_000.0


@dataclass
class Seen:
    """A segment as an edge saw it; `data` is its file when it closed."""

    opened: Opened
    parts: list[Part] = field(default_factory=list)
    closed: Closed | None = None
    data: bytes = b""
    head: bytes = b""

    @property
    def duration(self) -> float:
        assert self.closed is not None
        return self.closed.duration

    @property
    def media(self) -> bytes:
        """The segment without the tables, and the packet announcing a break, that were put before it."""
        start = self.opened.psi_bytes
        return self.data[start + 188 * self.announces_break :]

    @property
    def announces_break(self) -> bool:
        """Whether the first packet behind the tables says that time and counters start anew."""
        first = self.data[self.opened.psi_bytes :][:6]
        return first[3] & 0x30 == 0x20 and first[4:] == bytes((183, 0x80))


class Ringside:
    """A ring in a folder, and everything it announced."""

    def __init__(self, folder: Path, *, playlist_segments: int = 6, max_bytes: int = 1 << 30) -> None:
        self.folder = folder
        self.told: list[Announcement] = []
        self.segments: list[Seen] = []
        self.dropped: list[int] = []
        self.ups: list[Up] = []
        self.down = False
        self.ring = Ring(1, folder, announce=self.hear, playlist_segments=playlist_segments, max_bytes=max_bytes)

    def hear(self, message: Announcement) -> None:
        self.told.append(message)
        match message:
            case Up():
                self.ups.append(message)
                self.segments = []
            case Opened():
                self.segments.append(Seen(message))
            case Part():
                self._segment(message.sequence).parts.append(message)
                end = message.offset + message.size
                assert len(self._file(message.sequence, end)) == end
            case Closed():
                segment = self._segment(message.sequence)
                segment.closed = message
                segment.data = self._file(message.sequence, message.size)
            case Dropped():
                self.dropped.append(message.sequence)
            case Down():
                self.down = True

    @property
    def closed(self) -> list[Seen]:
        """Whole segments, in order."""
        return [segment for segment in self.segments if segment.closed is not None]

    def _segment(self, sequence: int) -> Seen:
        return next(seen for seen in reversed(self.segments) if seen.opened.sequence == sequence)

    def _file(self, sequence: int, size: int) -> bytes:
        with (self.folder / f"{self._segment(sequence).opened.slot}.ts").open("rb") as file:
            return file.read(size)


class Studio(Ringside):
    """A ring with its segmenter, fed in simulated time."""

    def __init__(self, folder: Path, *, segment_s: float = 2.0, part_s: float = 0.25, max_bytes: int = 1 << 30) -> None:
        super().__init__(folder, max_bytes=max_bytes)
        self.segmenter = Segmenter(self.ring, segment_s=segment_s, part_s=part_s)
        self.now = START

    def feed(self, data: bytes, *, block: int = 188 * 70, per_block_s: float = 0.1) -> None:
        """Bytes in blocks, one each tick."""
        for start in range(0, len(data), block):
            self.now += per_block_s
            self.segmenter.feed(data[start : start + block], self.now)
            self.segmenter.tick(self.now)

    def silence(self, seconds: float) -> None:
        """Nothing arrives."""
        for _ in range(round(seconds * 10)):
            self.now += 0.1
            self.segmenter.tick(self.now)
