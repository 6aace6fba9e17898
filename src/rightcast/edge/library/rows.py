"""Titles in the replica's file: a table of their own, for there may be a hundred thousand.

They are decoded one by one when a list of them is made, and never kept all at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.contract import codec
from rightcast.domain.library import Holding

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    from rightcast.domain.library import TitleKind

SCHEMA = """
CREATE TABLE IF NOT EXISTS title (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, collection INTEGER NOT NULL, added INTEGER NOT NULL, body BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS title_collection ON title (collection, kind);
CREATE TABLE IF NOT EXISTS episode (id INTEGER PRIMARY KEY, title INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS episode_title ON episode (title)
"""
_MOST_COLLECTIONS = 500
"""Fewer than SQLite's least limit of variables in a statement."""


class TitleRows:
    """Holdings by id, by episode and by collection. `version` grows with every change."""

    def __init__(self, base: sqlite3.Connection) -> None:
        self._base = base
        self.version = 0

    def store(self, key: int, body: bytes | None, record: Holding | None) -> None:
        """Put one, or forget it when there is no record; inside the replica's transaction."""
        self.version += 1
        self._base.execute("DELETE FROM episode WHERE title = ?", (key,))
        if record is None:
            self._base.execute("DELETE FROM title WHERE id = ?", (key,))
            return
        title = record.title
        row = (key, title.kind.value, title.category_id, title.added, body)
        self._base.execute("INSERT OR REPLACE INTO title VALUES (?, ?, ?, ?, ?)", row)
        episodes = [(one.episode.id, key) for one in record.episodes]
        self._base.executemany("INSERT OR REPLACE INTO episode VALUES (?, ?)", episodes)

    def ids(self) -> Iterator[int]:
        """The ids of all."""
        return (key for (key,) in self._base.execute("SELECT id FROM title"))

    def find(self, title_id: int) -> Holding | None:
        """The one of an id."""
        row = self._base.execute("SELECT body FROM title WHERE id = ?", (title_id,)).fetchone()
        return codec.decode(row[0], Holding) if row else None

    def of_episode(self, episode_id: int) -> Holding | None:
        """The series that an episode belongs to."""
        row = self._base.execute("SELECT title FROM episode WHERE id = ?", (episode_id,)).fetchone()
        return self.find(row[0]) if row else None

    def of(self, collections: Iterable[int], kind: TitleKind) -> Iterator[Holding]:
        """Those of a kind in some collections, the newest first."""
        wanted = sorted(collections)[:_MOST_COLLECTIONS]
        places = ",".join("?" * len(wanted))
        rows = self._base.execute(
            f"SELECT body FROM title WHERE kind = ? AND collection IN ({places}) ORDER BY added DESC, id DESC",  # noqa: S608 - only placeholders
            (kind.value, *wanted),
        )
        return (codec.decode(body, Holding) for (body,) in rows)
