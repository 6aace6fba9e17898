"""Session records on their way from an edge to the panel: files of JSON lines, written by the one, taken by the other.

They survive both ends: what was written lies on disk until it was taken in, in an order that names tell.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from rightcast.contract.session_records import SpoolDropped, Written, decode_lines, encode_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MOST_BYTES = 64 << 20
"""Of one edge: about two hundred thousand records."""
FILE_BYTES = 1 << 20
_FEW_FILES = 8
_OPEN, _READY = ".open", ".jsonl"


class SpoolWriter:
    """The files of one edge. `append` blocks on the disk; call it in a thread, one call at a time."""

    def __init__(
        self, folder: Path, edge: int, *, max_bytes: int = MOST_BYTES, clock: Callable[[], float] = time.time
    ) -> None:
        self._folder = folder
        self._edge = f"e{edge}-"
        self._max_bytes = max_bytes
        self._clock = clock
        self._current: Path | None = None
        self._dropped = 0

    def adopt(self) -> None:
        """Hand over what a process before this one left unfinished. Raises OSError."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for path in self._folder.glob(f"{self._edge}*{_OPEN}"):
            path.rename(path.with_suffix(_READY))

    def append(self, records: list[Written]) -> None:
        """Add records; on disk when this returns. While few files wait they are handed over at once. Raises OSError."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        waiting = sorted(self._folder.glob(f"{self._edge}*{_READY}"))
        self._make_room(waiting)
        if self._dropped:
            records = [SpoolDropped(at=self._clock(), lines=self._dropped), *records]
        if self._current is None:
            self._current = self._folder / f"{self._edge}{time.time_ns():020d}{_OPEN}"
        descriptor = os.open(self._current, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            _write_all(descriptor, encode_lines(records))
            os.fdatasync(descriptor)
            size = os.fstat(descriptor).st_size
        finally:
            os.close(descriptor)
        self._dropped = 0
        if size >= FILE_BYTES or len(waiting) < _FEW_FILES:
            self.hand_over()

    def hand_over(self) -> None:
        """Nothing more is added to the file that is open. Raises OSError."""
        if self._current is not None:
            with suppress(FileNotFoundError):
                self._current.rename(self._current.with_suffix(_READY))
            self._current = None

    def _make_room(self, waiting: list[Path]) -> None:
        sizes = {path: path.stat().st_size for path in waiting if path.exists()}
        total = sum(sizes.values())
        for path, size in sizes.items():
            if total <= self._max_bytes:
                return
            with suppress(FileNotFoundError):
                self._dropped += path.read_bytes().count(b"\n")
                path.unlink()
            total -= size


def waiting_files(folder: Path) -> list[Path]:
    """What the edges handed over, oldest first."""
    return sorted(folder.glob(f"*{_READY}"), key=lambda path: path.stem.partition("-")[2])


def taken(path: Path) -> Iterator[tuple[list[Written], int]]:
    """The records of a file and how many lines were unreadable; the file goes once the caller comes back for more.

    Use it as `for records, unread in taken(path): ...`: an exception in the body leaves the file to the next try.
    """
    yield decode_lines(path.read_bytes())
    path.unlink(missing_ok=True)


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
