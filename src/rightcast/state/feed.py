"""The change feed from the panel to headends and edges.

The file twin is one SQLite file that keeps only the newest revision of each key, so a new edge
reads exactly the present state and a long-lived feed does not grow.
"""

from __future__ import annotations

import secrets
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from rightcast.contract.catalogue import FORMAT, Change, Kind, Revision, body_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS feed (identity TEXT NOT NULL, format INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS revision (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    key INTEGER NOT NULL,
    body BLOB,
    UNIQUE (kind, key) ON CONFLICT REPLACE
);
"""


class Feed(Protocol):
    """An ordered, compacted list of revisions with any number of readers."""

    def identity(self) -> str:
        """A name that changes when the feed was made anew; replicas of another identity start over."""

    def publish(self, changes: Sequence[Change]) -> int:
        """Append changes in order, all or none; returns the last revision's number."""

    def read(self, after: int, limit: int = 1000) -> list[Revision]:
        """Revisions with a number above `after`, oldest first."""

    def latest(self) -> int:
        """The last revision's number, 0 when there is none. Cheap enough to ask ten times a second."""

    def find(self, kind: Kind, key: int) -> Revision | None:
        """The newest revision of one key; None when it never had any."""


class FileFeed:
    """A feed in one SQLite file, written by panel or cli, read by every process of a station."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._base = sqlite3.connect(path, isolation_level=None, timeout=10, check_same_thread=False)
        self._base.execute("PRAGMA journal_mode=WAL")
        self._base.execute("PRAGMA synchronous=NORMAL")
        self._seen = (-1, 0)
        with self._writing():
            for statement in filter(str.strip, _SCHEMA.split(";")):
                self._base.execute(statement)
            if self._base.execute("SELECT 1 FROM feed").fetchone() is None:
                self._base.execute("INSERT INTO feed VALUES (?, ?)", (secrets.token_hex(8), FORMAT))

    def identity(self) -> str:
        """A name that changes when the feed was made anew."""
        return str(self._base.execute("SELECT identity FROM feed").fetchone()[0])

    def publish(self, changes: Sequence[Change]) -> int:
        """Append changes in order, all or none; returns the last revision's number."""
        rows = [(change.kind.value, change.key, body_of(change)) for change in changes]
        with self._writing():
            self._base.executemany("INSERT INTO revision (kind, key, body) VALUES (?, ?, ?)", rows)
        self._seen = (-1, 0)
        return self._number()

    def read(self, after: int, limit: int = 1000) -> list[Revision]:
        """Revisions with a number above `after`, oldest first."""
        rows = self._base.execute(
            "SELECT number, kind, key, body FROM revision WHERE number > ? ORDER BY number LIMIT ?", (after, limit)
        )
        return [Revision(number, Kind(kind), key, body) for number, kind, key, body in rows]

    def latest(self) -> int:
        """The last revision's number; asks the table only when another process changed the file."""
        version = self._base.execute("PRAGMA data_version").fetchone()[0]
        if version != self._seen[0]:
            self._seen = (version, self._number())
        return self._seen[1]

    def find(self, kind: Kind, key: int) -> Revision | None:
        """The newest revision of one key; None when it never had any."""
        row = self._base.execute("SELECT number, body FROM revision WHERE kind = ? AND key = ?", (kind.value, key))
        found = row.fetchone()
        return None if found is None else Revision(found[0], kind, key, found[1])

    def close(self) -> None:
        """Let go of the file."""
        self._base.close()

    def _number(self) -> int:
        return int(self._base.execute("SELECT coalesce(max(number), 0) FROM revision").fetchone()[0])

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self._base.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._base.execute("ROLLBACK")
            raise
        self._base.execute("COMMIT")
