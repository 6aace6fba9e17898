"""A reel: the kept segments of one channel or one recording, in files of ten minutes with an index in SQLite.

One process writes a reel, any number read it. A segment is in the index only after its bytes are in its file.
"""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING

from rightcast.state.archive.places import Place, ask_for
from rightcast.state.archive.records import (
    FILE_COLUMNS,
    INDEX,
    LONGEST_SEGMENT_S,
    SEGMENT_COLUMNS,
    UNDESCRIBED,
    Contents,
    Gap,
    Kept,
    KeptFile,
    contents_of,
    file_of,
    file_path,
    kept_of,
)
from rightcast.state.archive.reel_writer import ReelWriter

if TYPE_CHECKING:
    from pathlib import Path

TAKE_PREFIX = "take-"

__all__ = [
    "TAKE_PREFIX",
    "Contents",
    "Gap",
    "Kept",
    "KeptFile",
    "ReelReader",
    "ReelWriter",
    "channel_reel",
    "take_reel",
    "takes_on_disk",
]


def channel_reel(root: Path, channel_id: int) -> Path:
    """The folder of what is kept of a channel."""
    return root / f"channel-{channel_id}"


def take_reel(root: Path, take_id: int) -> Path:
    """The folder of one take of the recorder."""
    return root / f"{TAKE_PREFIX}{take_id}"


def takes_on_disk(root: Path) -> dict[int, int]:
    """Bytes of the files of each take in the archive, by the take's id; looks at every one of them."""
    found = {}
    for folder in root.glob(f"{TAKE_PREFIX}*"):
        number = folder.name.removeprefix(TAKE_PREFIX)
        if number.isdigit():
            found[int(number)] = sum(_size(file) for file in folder.glob("*.ts"))
    return found


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0


class ReelReader:
    """Reads a reel that exists; raises sqlite3.Error when it does not."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._base = sqlite3.connect(f"file:{folder / INDEX}?mode=ro", uri=True, isolation_level=None, timeout=5)
        self._base.execute("PRAGMA cache_size=-512")

    def between(self, start: float, stop: float, limit: int = 100_000) -> list[Kept]:
        """Segments that run in some of the time from `start` to `stop` (unix seconds), in order."""
        rows = self._base.execute(
            f"SELECT {SEGMENT_COLUMNS} FROM segment WHERE start < ? AND start > ? AND start + duration > ?"  # noqa: S608 - ours
            " ORDER BY number LIMIT ?",
            (stop, start - LONGEST_SEGMENT_S, start, limit),
        )
        return [kept_of(row) for row in rows]

    def after(self, number: int, limit: int = 100) -> list[Kept]:
        """Segments behind one, in order."""
        rows = self._base.execute(
            f"SELECT {SEGMENT_COLUMNS} FROM segment WHERE number > ? ORDER BY number LIMIT ?",  # noqa: S608 - ours
            (number, limit),
        )
        return [kept_of(row) for row in rows]

    def segment(self, number: int) -> Kept | None:
        """The one of a number."""
        row = self._base.execute(f"SELECT {SEGMENT_COLUMNS} FROM segment WHERE number = ?", (number,)).fetchone()  # noqa: S608
        return kept_of(row) if row else None

    def span(self) -> tuple[float, float] | None:
        """Unix seconds of the oldest start and the newest end; None of an empty reel."""
        row = self._base.execute("SELECT min(start), max(stop) FROM file").fetchone()
        return None if row[0] is None else (row[0], row[1])

    def gaps(self, start: float, stop: float) -> list[Gap]:
        """Stretches between `start` and `stop` of which nothing is kept, in order, and why; those before the oldest
        and behind the newest segment are not told.
        """
        rows = self._base.execute(
            "SELECT start, stop, cause FROM gap WHERE start < ? AND stop > ? ORDER BY start", (stop, start)
        )
        return [Gap(start=row[0], stop=row[1], cause=row[2]) for row in rows]

    def files(self) -> list[KeptFile]:
        """The files of the reel, oldest first."""
        return [file_of(row) for row in self._base.execute(f"SELECT {FILE_COLUMNS} FROM file ORDER BY file")]  # noqa: S608

    def contents(self, number: int) -> Contents:
        """What segments whose `contents` is `number` are made of."""
        row = self._base.execute("SELECT codecs, video, tracks FROM contents WHERE contents = ?", (number,)).fetchone()
        return contents_of(row) if row else UNDESCRIBED

    def changed(self) -> int:
        """Another number whenever a writer has changed the reel."""
        return int(self._base.execute("PRAGMA data_version").fetchone()[0])

    def path(self, file: int) -> Path:
        """Where a file lies, unless it is in a store: what was moved to another disk is linked to."""
        return file_path(self.folder, file)

    def open_file(self, file: int) -> int | None:
        """A descriptor of a file, for the caller to close; None: it is in a store and being fetched, ask again soon.

        Never waits for anything but a local disk. Raises FileNotFoundError when it was forgotten, and OSError.
        """
        try:
            return os.open(self.path(file), os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            row = self._base.execute("SELECT place FROM file WHERE file = ?", (file,)).fetchone()
            if row is None or row[0] != Place.STORE:
                raise
        ask_for(self.folder, file)
        return None

    def close(self) -> None:
        """Let go of the index."""
        self._base.close()
