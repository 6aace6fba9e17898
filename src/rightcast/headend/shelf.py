"""Stands in for a ring where a source is only stood by: keeps what came since its last key frame, in memory.

With it a channel can turn to the source at once, and viewers see a picture without waiting for the next key frame.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightcast.contract.ring import Announcement, Track

MOST_BYTES = 24 << 20
"""More than ten seconds at 18 Mbit/s; a stream without key frames must not fill the memory."""


class Shelf:
    """What a segmenter writes to in place of a ring. `begun` counts the key frames at which it began anew."""

    closed_segments = 0
    is_open = False
    position = 0

    def __init__(self) -> None:
        self.begun = 0
        self._tables = b""
        self._kept: list[bytes] = []
        self._fresh: list[bytes | memoryview] = []
        self._size = 0

    def contents(self) -> bytes:
        """Tables, and everything since the last key frame; empty when there was none or it was too much."""
        return b"".join((self._tables, *self._kept)) if self._kept else b""

    def snapshot(self) -> list[Announcement]:
        """Nothing is told of it."""
        return []

    def describe(self, *, codecs: str, video: bool, tracks: Sequence[Track] = ()) -> None:
        """Nobody is told."""

    def mark(self, time: int, kind: str, body: bytes) -> None:
        """Nobody is told."""

    def open_segment(self, psi: bytes, *, wall: float, new_epoch: bool, time: int = 0) -> None:
        """Begin anew."""
        self._tables, self._kept, self._fresh = psi, [], []
        self._size = self.position = len(psi)
        self.is_open = True
        self.begun += 1

    def write(self, data: bytes | memoryview) -> None:
        """Keep more; the buffer may change after the next `commit`."""
        self._fresh.append(data)
        self.position += len(data)

    def commit(self) -> None:
        """Make what was written our own."""
        if not self._fresh:
            return
        data = b"".join(self._fresh)
        self._fresh = []
        self._size += len(data)
        if self._size > MOST_BYTES:
            self._kept = []
        elif self._kept or self._size == len(self._tables) + len(data):
            self._kept.append(data)

    def end_part(self, duration: float, *, joinable: bool, upto: int | None = None) -> None:
        """Parts do not matter here."""
        self.commit()

    def close_segment(self, duration: float) -> None:
        """What ended is no place to begin."""
        self._fresh = []
        self.is_open = False
