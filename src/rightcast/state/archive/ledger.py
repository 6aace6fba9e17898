"""What was deleted from the archive and why, until the panel has written it into the audit trail.

Condensed: one entry per channel, cause and period; an entry is told once its period is over and never changes then.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightcast.domain.retention import Deleted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rightcast.state.archive.records import KeptFile

LEDGER = "ledger.sqlite3"
PERIODS_S = {Deleted.AGE: 86_400, Deleted.BUDGET: 3600}
"""Seconds of unix time that are told together; whatever an operator or a right caused is told within a minute."""
_SHORT_S = 60
_REMEMBERED_S = 60 * 86_400
_SCHEMA = """
CREATE TABLE IF NOT EXISTS deletion (
    channel INTEGER NOT NULL, cause TEXT NOT NULL, until INTEGER NOT NULL,
    files INTEGER NOT NULL, bytes INTEGER NOT NULL, start REAL NOT NULL, stop REAL NOT NULL,
    PRIMARY KEY (channel, cause, until)
);
CREATE TABLE IF NOT EXISTS orphan (name TEXT PRIMARY KEY)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """Files of a channel that were deleted before `until` for one cause; what they held began at `start`, unix seconds.

    `stop` is the end of the newest of them.
    """

    channel_id: int
    cause: str
    until: int
    files: int
    bytes: int
    start: float
    stop: float


class Ledger:
    """The archivist's side. Raises sqlite3.Error."""

    def __init__(self, root: Path) -> None:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._base = sqlite3.connect(root / LEDGER, isolation_level=None, timeout=10, check_same_thread=False)
        self._base.execute("PRAGMA journal_mode=WAL")
        self._base.execute("PRAGMA synchronous=NORMAL")
        for statement in _SCHEMA.split(";"):
            self._base.execute(statement)

    def note(self, channel_id: int, cause: Deleted, files: Sequence[KeptFile], now: float) -> None:
        """Say that files are about to be deleted: before they are, so that nothing goes untold."""
        period = PERIODS_S.get(cause, _SHORT_S)
        row = (
            *(channel_id, cause.value, int(now // period + 1) * period, len(files), sum(one.bytes for one in files)),
            *(min(one.start for one in files), max(one.stop for one in files)),
        )
        self._base.execute(
            "INSERT INTO deletion VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
            " files = files + excluded.files, bytes = bytes + excluded.bytes,"
            " start = min(start, excluded.start), stop = max(stop, excluded.stop)",
            row,
        )

    def orphan(self, name: str) -> None:
        """A file in a store is no longer wanted: remembered until it is really gone."""
        self._base.execute("INSERT OR IGNORE INTO orphan VALUES (?)", (name,))

    def orphans(self, limit: int = 16) -> list[str]:
        """Names of files in a store that are to be removed."""
        return [row[0] for row in self._base.execute("SELECT name FROM orphan LIMIT ?", (limit,))]

    def buried(self, name: str) -> None:
        """A file in a store was removed."""
        self._base.execute("DELETE FROM orphan WHERE name = ?", (name,))

    def prune(self, now: float) -> None:
        """Forget what the panel has long told."""
        self._base.execute("DELETE FROM deletion WHERE until < ?", (now - _REMEMBERED_S,))

    def close(self) -> None:
        """Let go of the file."""
        self._base.close()


def settled(root: Path, after: int, now: float) -> list[Deletion]:
    """Entries whose period ended after `after` and before `now`, in the order of their ends. Raises sqlite3.Error."""
    path = root / LEDGER
    if not path.exists():
        return []
    base = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None, timeout=5)
    try:
        rows = base.execute(
            "SELECT channel, cause, until, files, bytes, start, stop FROM deletion WHERE until > ? AND until < ?"
            " ORDER BY until, channel, cause",
            (after, now),
        )
        return [
            Deletion(
                channel_id=row[0], cause=row[1], until=row[2], files=row[3], bytes=row[4], start=row[5], stop=row[6]
            )
            for row in rows
        ]
    finally:
        base.close()
