"""Recordings in the replica's file: a table of their own, looked up line by line, for there may be very many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.contract import codec
from rightcast.domain.recordings import Recording

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

SCHEMA = """
CREATE TABLE IF NOT EXISTS recording (
    id INTEGER PRIMARY KEY, line INTEGER NOT NULL, number INTEGER NOT NULL, body BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS recording_line ON recording (line)
"""


class RecordingRows:
    """Recordings by id and by line. `version` grows with every change."""

    def __init__(self, base: sqlite3.Connection) -> None:
        self._base = base
        self.version = 0

    def store(self, key: int, number: int, body: bytes | None, record: Recording | None) -> None:
        """Put one, or forget it when there is no record; inside the replica's transaction."""
        self.version += 1
        if record is None:
            self._base.execute("DELETE FROM recording WHERE id = ?", (key,))
        else:
            row = (key, record.line_id, number, body)
            self._base.execute("INSERT OR REPLACE INTO recording VALUES (?, ?, ?, ?)", row)

    def ids(self) -> Iterator[int]:
        """The ids of all."""
        return (key for (key,) in self._base.execute("SELECT id FROM recording"))

    def of_line(self, line_id: int) -> list[Recording]:
        """Those of a line, the newest first."""
        rows = self._base.execute("SELECT body FROM recording WHERE line = ?", (line_id,))
        found = [codec.decode(body, Recording) for (body,) in rows]
        return sorted(found, key=lambda one: (-one.start, -one.id))

    def find(self, recording_id: int) -> Recording | None:
        """The one of an id."""
        row = self._base.execute("SELECT body FROM recording WHERE id = ?", (recording_id,)).fetchone()
        return codec.decode(row[0], Recording) if row else None
