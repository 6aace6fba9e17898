"""Writes a reel: bytes go from file to file within the kernel, rows follow in one transaction for many segments.

The index is repaired against the files when a reel is opened, so that it agrees with them after any death.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from rightcast.state.archive.records import (
    FILE_COLUMNS,
    FILE_S,
    FORMAT,
    INDEX,
    SCHEMA,
    SEGMENT_COLUMNS,
    UNDESCRIBED,
    Contents,
    Gap,
    Kept,
    KeptFile,
    NewSegment,
    file_of,
    file_path,
    kept_of,
)
from rightcast.state.archive.repair import Repaired, repair

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_CACHE_KIB = 256
_WAL_PAGES = 200
"""Pages after which the write-ahead log is brought into the index: some 100 segments, less than a megabyte."""


class ReelWriter:
    """The one writer of a reel, making it where there is none. Raises OSError and sqlite3.Error.

    `stage` segments and then `commit` them. After an OSError of `stage` nothing of that segment is left.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder = folder
        self._base = sqlite3.connect(folder / INDEX, isolation_level=None, timeout=10, check_same_thread=False)
        self._base.execute("PRAGMA journal_mode=WAL")
        self._base.execute("PRAGMA synchronous=NORMAL")
        self._base.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
        self._base.execute(f"PRAGMA wal_autocheckpoint={_WAL_PAGES}")
        self._prepare()
        self.repaired: Repaired = repair(self._base, folder)
        self.newest: Kept | None = self._newest()
        self._staged: list[tuple[object, ...]] = []
        self._before: tuple[Kept | None, KeptFile | None] | None = None
        self._gaps: list[Gap] = []
        self._contents: dict[Contents, int] = {}
        self._fresh: list[tuple[int, Contents]] = []
        self._descriptor = -1
        self._current = self._last_file()
        self._next_number = self._sequence_of("segment") + 1
        self._next_file = self._sequence_of("file") + 1

    @property
    def epoch(self) -> int:
        """The epoch of the newest segment."""
        return self.newest.epoch if self.newest is not None else 0

    @property
    def current(self) -> KeptFile | None:
        """The file that is written to, staged segments included."""
        return self._current

    def stage(self, source: int, size: int, segment: NewSegment, *, new_epoch: bool, at: int = 0) -> Kept:
        """Copy `size` bytes from place `at` of the file open as `source` to the reel; not yet in the index.

        Raises OSError, also when `source` holds less.
        """
        return self._stage(segment, size, new_epoch=new_epoch, source=source, at=at)

    def unstage(self) -> None:
        """Take back the segment staged last; it must not have been committed."""
        if self._staged and self._before is not None:
            self.newest, self._current = self._before
            self._before = None
            self._staged.pop()
            self._cut(self._size())

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
        contents: Contents = UNDESCRIBED,
    ) -> int:
        """Keep a segment that is at hand as bytes, index included; returns its number."""
        segment = NewSegment(
            start=start, duration=duration, time=time, psi=psi, joins=tuple(joins), contents=contents
        )  # fmt: skip
        number = self._stage(segment, len(data), new_epoch=new_epoch, data=data).number
        self.commit()
        return number

    def note_gap(self, gap: Gap) -> None:
        """Say of which stretch nothing is kept; in the index with the next commit."""
        self._gaps.append(gap)

    def commit(self, *, durable: bool = False) -> None:
        """Bring what was staged into the index. `durable`: bytes and index survive a loss of power from here on."""
        if durable and self._descriptor >= 0:
            os.fdatasync(self._descriptor)
            os.posix_fadvise(self._descriptor, 0, self._size(), os.POSIX_FADV_DONTNEED)
        if not (self._staged or self._gaps or durable):
            return
        if durable:
            self._base.execute("PRAGMA synchronous=FULL")
        try:
            with self._writing():
                self._write_rows()
        finally:
            if durable:
                self._base.execute("PRAGMA synchronous=NORMAL")
        self._staged.clear()
        self._gaps.clear()
        self._fresh.clear()

    def files(self) -> list[KeptFile]:
        """The files of the reel, oldest first, as the index has them."""
        return [file_of(row) for row in self._base.execute(f"SELECT {FILE_COLUMNS} FROM file ORDER BY file")]  # noqa: S608

    def recent(self, count: int) -> list[Kept]:
        """The newest segments in the index, newest first."""
        rows = self._base.execute(
            f"SELECT {SEGMENT_COLUMNS} FROM segment ORDER BY number DESC LIMIT ?",  # noqa: S608 - ours
            (count,),
        )
        return [kept_of(row) for row in rows]

    def forget(self, files: Sequence[KeptFile]) -> None:
        """Remove files and their segments, index first. What is written to goes too; the next segment opens another."""
        with self._writing():
            for one in files:
                self._base.execute("DELETE FROM segment WHERE number >= ? AND file = ?", (one.first, one.file))
                self._base.execute("DELETE FROM file WHERE file = ?", (one.file,))
            oldest = self._base.execute("SELECT min(start) FROM file").fetchone()[0]
            self._base.execute("DELETE FROM gap WHERE ? IS NULL OR stop <= ?", (oldest, oldest))
        for one in files:
            if self._current is not None and one.file == self._current.file:
                self._leave_file()
                self._current = None
            file_path(self.folder, one.file).unlink(missing_ok=True)

    def place(self, file: int, place: int) -> None:
        """Say that a file lies in another place now."""
        self._base.execute("UPDATE file SET place = ? WHERE file = ?", (place, file))

    def close(self) -> None:
        """Let go of index and file; what was staged and not committed is gone at the next opening."""
        self._leave_file()
        self._base.close()

    # Bytes

    def _stage(
        self, segment: NewSegment, size: int, *, new_epoch: bool, source: int = -1, data: bytes = b"", at: int = 0
    ) -> Kept:
        file = self._file_for(segment.start)
        offset = file.bytes
        try:
            if source >= 0:
                _copy(source, self._descriptor, offset, size, at)
            else:
                _write(self._descriptor, offset, data)
        except OSError:
            self._cut(offset)
            raise
        kept = Kept(
            number=self._next_number,
            start=segment.start,
            duration=segment.duration,
            epoch=self.epoch + new_epoch,
            time=segment.time,
            file=file.file,
            offset=offset,
            size=size,
            psi=segment.psi,
            joins=segment.joins,
            contents=self._contents_number(segment.contents),
            ring_epoch=segment.ring_epoch,
            sequence=segment.sequence,
        )
        self._next_number += 1
        self._before = (self.newest, file)
        self._staged.append(_row(kept))
        self.newest = kept
        self._current = KeptFile(
            file=file.file,
            first=file.first,
            start=min(file.start, kept.start),
            stop=max(file.stop, kept.stop),
            bytes=offset + size,
            place=0,
        )
        return kept

    def _file_for(self, start: float) -> KeptFile:
        """The file that a segment belongs to, opened; another stretch of time than before begins a new one."""
        current = self._current
        if current is None or current.place != 0 or start // FILE_S != current.start // FILE_S:
            self.commit(durable=self._descriptor >= 0)
            self._leave_file()
            current = KeptFile(
                file=self._next_file, first=self._next_number, start=start, stop=start, bytes=0, place=0
            )  # fmt: skip
            self._next_file += 1
        if self._descriptor < 0:
            path = file_path(self.folder, current.file)
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._current = current
        return current

    def _cut(self, size: int) -> None:
        """Back to `size`; a disk that does not even take that is told by the error that led here."""
        try:
            os.ftruncate(self._descriptor, size)
        except OSError as error:
            if error.errno not in {errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.EROFS}:
                raise

    def _leave_file(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _size(self) -> int:
        return self._current.bytes if self._current is not None else 0

    # Rows

    def _prepare(self) -> None:
        known = self._base.execute("PRAGMA user_version").fetchone()[0]
        if known not in {0, FORMAT}:
            raise sqlite3.DatabaseError(f"the reel {self.folder} is of format {known}, this version writes {FORMAT}")
        with self._writing():
            for statement in SCHEMA.split(";"):
                self._base.execute(statement)
            self._base.execute(f"PRAGMA user_version={FORMAT}")

    def _write_rows(self) -> None:
        for number, contents in self._fresh:
            row = (number, contents.codecs, contents.video, msgspec.json.encode(contents.tracks))
            self._base.execute("INSERT INTO contents VALUES (?, ?, ?, ?)", row)
        marks = ", ".join("?" * 13)
        self._base.executemany(f"INSERT INTO segment ({SEGMENT_COLUMNS}) VALUES ({marks})", self._staged)  # noqa: S608 - ours
        if self._staged and self._current is not None:
            one = self._current
            self._base.execute(
                f"INSERT INTO file ({FILE_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (file) DO UPDATE SET"  # noqa: S608
                " start = excluded.start, stop = excluded.stop, bytes = excluded.bytes",
                (one.file, one.first, one.start, one.stop, one.bytes, one.place),
            )
        self._base.executemany("INSERT INTO gap VALUES (?, ?, ?)", [(g.start, g.stop, g.cause) for g in self._gaps])

    def _contents_number(self, contents: Contents) -> int:
        known = self._contents.get(contents)
        if known is None:
            row = (contents.codecs, contents.video, msgspec.json.encode(contents.tracks))
            found = self._base.execute(
                "SELECT contents FROM contents WHERE codecs = ? AND video = ? AND tracks = ?", row
            ).fetchone()
            if found is None:
                last = self._base.execute("SELECT coalesce(max(contents), 0) FROM contents").fetchone()[0]
                known = last + len(self._fresh) + 1
                self._fresh.append((known, contents))
            else:
                known = found[0]
            self._contents[contents] = known
        return known

    def _newest(self) -> Kept | None:
        return next(iter(self.recent(1)), None)

    def _last_file(self) -> KeptFile | None:
        row = self._base.execute(f"SELECT {FILE_COLUMNS} FROM file ORDER BY file DESC LIMIT 1").fetchone()  # noqa: S608
        return file_of(row) if row else None

    def _sequence_of(self, table: str) -> int:
        row = self._base.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
        return int(row[0]) if row else 0

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self._base.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._base.execute("ROLLBACK")
            raise
        self._base.execute("COMMIT")


def _row(kept: Kept) -> tuple[object, ...]:
    joins = msgspec.json.encode(kept.joins)
    return (
        *(kept.number, kept.start, kept.duration, kept.epoch, kept.time, kept.file, kept.offset, kept.size, kept.psi),
        *(joins, kept.contents, kept.ring_epoch, kept.sequence),
    )


def _copy(source: int, target: int, offset: int, size: int, at: int = 0) -> None:
    """Bytes from place `at` of one file to a place in another, within the kernel.

    sendfile(2), because copy_file_range(2) does not go from one file system to another of another kind.
    """
    os.lseek(target, offset, os.SEEK_SET)
    done = 0
    while done < size:
        count = os.sendfile(target, source, at + done, size - done)
        if count == 0:
            raise OSError(errno.ESTALE, "the segment is shorter than was announced")
        done += count


def _write(target: int, offset: int, data: bytes) -> None:
    done = 0
    while done < len(data):
        done += os.pwrite(target, memoryview(data)[done:], offset + done)
