"""What a reel's index tells: segments, the files they lie in, gaps, and what the stream was made of.

The index is SQLite, its layout is FORMAT; times are unix seconds, sizes bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from rightcast.contract.ring import Track

if TYPE_CHECKING:
    from pathlib import Path

FILE_S = 600
"""A file holds the segments that began in one stretch of so many seconds; files are what is forgotten and moved."""
LONGEST_SEGMENT_S = 3600
FORMAT = 2
INDEX = "index.sqlite3"
SCHEMA = """
CREATE TABLE IF NOT EXISTS segment (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    start REAL NOT NULL, duration REAL NOT NULL, epoch INTEGER NOT NULL, time INTEGER NOT NULL,
    file INTEGER NOT NULL, offset INTEGER NOT NULL, size INTEGER NOT NULL, psi INTEGER NOT NULL, joins BLOB NOT NULL,
    contents INTEGER NOT NULL, ring_epoch INTEGER NOT NULL, sequence INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS segment_start ON segment (start);
CREATE TABLE IF NOT EXISTS file (
    file INTEGER PRIMARY KEY AUTOINCREMENT,
    first INTEGER NOT NULL, start REAL NOT NULL, stop REAL NOT NULL, bytes INTEGER NOT NULL, place INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS gap (start REAL NOT NULL, stop REAL NOT NULL, cause TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS gap_start ON gap (start);
CREATE TABLE IF NOT EXISTS contents (
    contents INTEGER PRIMARY KEY, codecs TEXT NOT NULL, video INTEGER NOT NULL, tracks BLOB NOT NULL,
    UNIQUE (codecs, video, tracks)
)
"""
SEGMENT_COLUMNS = "number, start, duration, epoch, time, file, offset, size, psi, joins, contents, ring_epoch, sequence"
FILE_COLUMNS = "file, first, start, stop, bytes, place"

SegmentRow = tuple[int, float, float, int, int, int, int, int, int, bytes, int, int, int]

_JOINS = msgspec.json.Decoder(tuple[tuple[int, float], ...])
_TRACKS = msgspec.json.Decoder(tuple[Track, ...])


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One segment on a reel.

    `number` grows along the reel and is never used twice. `start` in unix seconds, `duration` in seconds, `time` in
    90 kHz ticks as the ring announced it. `epoch` is the reel's own: another one than before is a discontinuity.
    `file`, `offset` and `size` (bytes) say where it lies; the first `psi` bytes are PAT and PMT. `joins` are the places
    where a decoder may begin, as (offset in the segment, seconds from its start); the first is (0, 0.0). `contents`:
    what it is made of, see `ReelReader.contents`. `ring_epoch` and `sequence`: its name in the ring it came from.
    """

    number: int
    start: float
    duration: float
    epoch: int
    time: int
    file: int
    offset: int
    size: int
    psi: int
    joins: tuple[tuple[int, float], ...]
    contents: int = 0
    ring_epoch: int = 0
    sequence: int = 0

    @property
    def stop(self) -> float:
        """Unix seconds at its end."""
        return self.start + self.duration


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """A file of a reel. `first`: the number of its first segment; `place`: which store it is in, 0 the first disk."""

    file: int
    first: int
    start: float
    stop: float
    bytes: int
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A stretch of which nothing is kept though it lies within the reel; `cause`: see `rightcast.domain.archive`."""

    start: float
    stop: float
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a stream is made of, as the ring described it."""

    codecs: str = ""
    video: bool = True
    tracks: tuple[Track, ...] = ()


UNDESCRIBED = Contents()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSegment:
    """A segment to keep. `start`, `duration`, `time`, `psi` and `joins` as in `Kept`."""

    start: float
    duration: float
    time: int = 0
    psi: int = 0
    joins: tuple[tuple[int, float], ...] = ((0, 0.0),)
    contents: Contents = UNDESCRIBED
    ring_epoch: int = 0
    sequence: int = 0


def kept_of(row: SegmentRow) -> Kept:
    """A row of SEGMENT_COLUMNS."""
    number, start, duration, epoch, time, file, offset, size, psi, joins, contents, ring_epoch, sequence = row
    return Kept(
        number=number,
        start=start,
        duration=duration,
        epoch=epoch,
        time=time,
        file=file,
        offset=offset,
        size=size,
        psi=psi,
        joins=_JOINS.decode(joins),
        contents=contents,
        ring_epoch=ring_epoch,
        sequence=sequence,
    )


def file_of(row: tuple[int, int, float, float, int, int]) -> KeptFile:
    """A row of FILE_COLUMNS."""
    file, first, start, stop, size, place = row
    return KeptFile(file=file, first=first, start=start, stop=stop, bytes=size, place=place)


def contents_of(row: tuple[str, int, bytes]) -> Contents:
    """A row of codecs, video, tracks."""
    return Contents(codecs=row[0], video=bool(row[1]), tracks=_TRACKS.decode(row[2]))


def file_path(folder: Path, file: int) -> Path:
    """A file of a reel."""
    return folder / f"{file:08d}.ts"


def stored_name(reel: str, file: int) -> str:
    """A file's name on a second disk and in a store, below their roots; `reel` is the name of its folder."""
    return f"{reel}/{file:08d}.ts"
