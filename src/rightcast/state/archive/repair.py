"""Brings the index of a reel and its files into agreement after a death: run whenever a reel is opened for writing.

Bytes without a row are cut, rows without bytes are dropped; what is dropped is told.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightcast.state.archive.records import FILE_COLUMNS, KeptFile, file_of

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Repaired:
    """What did not agree. A process that dies leaves bytes beyond the index; only a loss of power loses rows."""

    cut_bytes: int = 0
    lost_segments: int = 0
    strays: int = 0


def repair(base: sqlite3.Connection, folder: Path) -> Repaired:
    """Compare every file on the first disk with the index. Raises OSError and sqlite3.Error."""
    sizes = {
        int(entry.name[:-3]): entry.stat().st_size
        for entry in os.scandir(folder)
        if entry.name.endswith(".ts") and entry.name[:-3].isdigit()
    }
    cut = lost = strays = 0
    known = [file_of(row) for row in base.execute(f"SELECT {FILE_COLUMNS} FROM file")]  # noqa: S608 - ours
    for one in known:
        size = sizes.pop(one.file, 0)
        if one.place != 0:
            continue
        if size > one.bytes:
            os.truncate(folder / f"{one.file:08d}.ts", one.bytes)
            cut += size - one.bytes
        elif size < one.bytes:
            lost += _shorten(base, folder, one, size)
    for draft in folder.glob("*.draft"):
        draft.unlink(missing_ok=True)
    for file in sizes:
        (folder / f"{file:08d}.ts").unlink(missing_ok=True)
        strays += 1
    return Repaired(cut, lost, strays)


def _shorten(base: sqlite3.Connection, folder: Path, one: KeptFile, size: int) -> int:
    """Drop the rows of a file beyond `size`, and the file when none is left."""
    gone = base.execute("DELETE FROM segment WHERE file = ? AND offset + size > ?", (one.file, size)).rowcount
    start, stop, end = base.execute(
        "SELECT min(start), max(start + duration), max(offset + size) FROM segment WHERE file = ?", (one.file,)
    ).fetchone()
    path = folder / f"{one.file:08d}.ts"
    if end is None:
        base.execute("DELETE FROM file WHERE file = ?", (one.file,))
        path.unlink(missing_ok=True)
    else:
        base.execute("UPDATE file SET start = ?, stop = ?, bytes = ? WHERE file = ?", (start, stop, end, one.file))
        os.truncate(path, end)
    return gone
