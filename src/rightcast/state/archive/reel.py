"""A reel: the kept segments of one channel or one recording, in hour files with an index in SQLite.

One process writes a reel, any number read it. A segment is in the index only after its bytes are in its file.
"""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

HOUR_S = 3600
INDEX = "index.sqlite3"
TAKE_PREFIX = "take-"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS segment (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    start REAL NOT NULL, duration REAL NOT NULL, epoch INTEGER NOT NULL, time INTEGER NOT NULL,
    hour INTEGER NOT NULL, offset INTEGER NOT NULL, size INTEGER NOT NULL, psi INTEGER NOT NULL, joins BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS segment_start ON segment (start)
"""
_COLUMNS = "number, start, duration, epoch, time, hour, offset, size, psi, joins"
_JOINS = msgspec.json.Decoder(tuple[tuple[int, float], ...])


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One segment on a reel.

    `number` grows along the reel and is never used twice. `start` in unix seconds, `duration` in seconds, `time` in
    90 kHz ticks as the ring announced it. `epoch` is the reel's own: another one than before is a discontinuity.
    `hour`, `offset` and `size` (bytes) say where it lies; the first `psi` bytes are PAT and PMT. `joins` are the places
    where a decoder may begin, as (offset in the segment, seconds from its start); the first is (0, 0.0).
    """

    number: int
    start: float
    duration: float
    epoch: int
    time: int
    hour: int
    offset: int
    size: int
    psi: int
    joins: tuple[tuple[int, float], ...]

    @property
    def stop(self) -> float:
        """Unix seconds at its end."""
        return self.start + self.duration


def channel_reel(root: Path, channel_id: int) -> Path:
    """The folder of what is kept of a channel."""
    return root / f"channel-{channel_id}"


def take_reel(root: Path, take_id: int) -> Path:
    """The folder of one take of the recorder."""
    return root / f"{TAKE_PREFIX}{take_id}"


class ReelReader:
    """Reads a reel that exists; raises sqlite3.Error when it does not."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._base = sqlite3.connect(f"file:{folder / INDEX}?mode=ro", uri=True, isolation_level=None, timeout=5)

    def between(self, start: float, stop: float, limit: int = 100_000) -> list[Kept]:
        """Segments that run in some of the time from `start` to `stop` (unix seconds), in order."""
        rows = self._base.execute(
            f"SELECT {_COLUMNS} FROM segment WHERE start < ? AND start > ? AND start + duration > ?"  # noqa: S608 - ours
            " ORDER BY number LIMIT ?",
            (stop, start - HOUR_S, start, limit),
        )
        return [_kept(row) for row in rows]

    def after(self, number: int, limit: int = 100) -> list[Kept]:
        """Segments behind one, in order."""
        rows = self._base.execute(
            f"SELECT {_COLUMNS} FROM segment WHERE number > ? ORDER BY number LIMIT ?",  # noqa: S608 - ours
            (number, limit),
        )
        return [_kept(row) for row in rows]

    def segment(self, number: int) -> Kept | None:
        """The one of a number."""
        row = self._base.execute(f"SELECT {_COLUMNS} FROM segment WHERE number = ?", (number,)).fetchone()  # noqa: S608
        return _kept(row) if row else None

    def span(self) -> tuple[float, float] | None:
        """Unix seconds of the oldest start and the newest end; None of an empty reel."""
        row = self._base.execute("SELECT min(start), max(start + duration) FROM segment").fetchone()
        return None if row[0] is None else (row[0], row[1])

    def changed(self) -> int:
        """Another number whenever a writer has changed the reel."""
        return int(self._base.execute("PRAGMA data_version").fetchone()[0])

    def path(self, hour: int) -> Path:
        """The file of an hour (unix hours)."""
        return hour_path(self.folder, hour)

    def close(self) -> None:
        """Let go of the index."""
        self._base.close()


class ReelWriter:
    """Writes a reel, making it where there is none. Raises OSError and sqlite3.Error."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder = folder
        self._base = sqlite3.connect(folder / INDEX, isolation_level=None, timeout=10)
        self._base.execute("PRAGMA journal_mode=WAL")
        self._base.execute("PRAGMA synchronous=NORMAL")
        for statement in _SCHEMA.split(";"):
            self._base.execute(statement)
        row = self._base.execute("SELECT max(epoch) FROM segment").fetchone()
        self.epoch: int = row[0] if row[0] is not None else 0

    def append(
        self,
        data: bytes,
        *,
        start: float,
        duration: float,
        new_epoch: bool,
        time: int = 0,
        psi: int = 0,
        joins: Sequence[tuple[int, float]] = ((0, 0.0),),
    ) -> int:
        """Keep a segment; returns its number."""
        hour = int(start // HOUR_S)
        path = hour_path(self.folder, hour)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            offset = os.fstat(descriptor).st_size
            os.write(descriptor, data)
        finally:
            os.close(descriptor)
        self.epoch += new_epoch
        row = (start, duration, self.epoch, time, hour, offset, len(data), psi, msgspec.json.encode(joins))
        done = self._base.execute(
            "INSERT INTO segment (start, duration, epoch, time, hour, offset, size, psi, joins)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            row,
        )
        return done.lastrowid or 0

    def forget_hour(self, hour: int) -> None:
        """Remove what was kept in an hour (unix hours), index first."""
        self._base.execute("DELETE FROM segment WHERE hour = ?", (hour,))
        hour_path(self.folder, hour).unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the index."""
        self._base.close()


def hour_path(folder: Path, hour: int) -> Path:
    """The file of an hour (unix hours) on a reel."""
    return folder / f"{hour}.ts"


def _kept(row: tuple[int, float, float, int, int, int, int, int, int, bytes]) -> Kept:
    number, start, duration, epoch, time, hour, offset, size, psi, joins = row
    return Kept(
        number=number,
        start=start,
        duration=duration,
        epoch=epoch,
        time=time,
        hour=hour,
        offset=offset,
        size=size,
        psi=psi,
        joins=_JOINS.decode(joins),
    )
