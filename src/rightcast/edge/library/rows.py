"""Titles in the replica's file: a table of their own, for there may be a hundred thousand.

They are decoded one by one when a list of them is made, and never kept all at once.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from rightcast.contract import codec
from rightcast.domain.guide_words import folded
from rightcast.domain.library import Holding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from rightcast.domain.library import TitleKind

SCHEMA = """
CREATE TABLE IF NOT EXISTS title (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, collection INTEGER NOT NULL, added INTEGER NOT NULL,
    until REAL, name TEXT NOT NULL, words TEXT NOT NULL, body BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS title_order ON title (kind, added DESC, id DESC, collection, until);
CREATE TABLE IF NOT EXISTS episode (id INTEGER PRIMARY KEY, title INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS episode_title ON episode (title)
"""


class TitleRows:
    """Holdings by id, by episode and in lists. `version` grows with every change."""

    def __init__(self, base: sqlite3.Connection, path: Path) -> None:
        self._base = base
        self._path = path
        self.version = 0

    def store(self, key: int, body: bytes | None, record: Holding | None) -> None:
        """Put one, or forget it when there is no record; inside the replica's transaction."""
        self.version += 1
        self._base.execute("DELETE FROM episode WHERE title = ?", (key,))
        if record is None:
            self._base.execute("DELETE FROM title WHERE id = ?", (key,))
            return
        title = record.title
        until = None if record.until is None else record.until.timestamp()
        name, words = folded(title.name), folded(f"{title.name} {title.original_name}")
        row = (key, title.kind.value, title.category_id, title.added, until, name, words, body)
        self._base.execute("INSERT OR REPLACE INTO title VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
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

    def places(self, kind: TitleKind, *, search: str = "", by_name: bool = False) -> list[tuple[int, int, float]]:
        """Id, collection and end of the offer (unix seconds, or 0.0) of a kind, the newest first or by name.

        In any thread: the file is opened anew.
        """
        order = "name, id" if by_name else "added DESC, id DESC"
        with closing(self._opened()) as base:
            rows = base.execute(
                f"SELECT id, collection, coalesce(until, 0.0) FROM title WHERE kind = ? AND instr(words, ?)"  # noqa: S608 - ours
                f" ORDER BY {order}",
                (kind.value, folded(search)),
            )
            return rows.fetchall()

    def bodies(self, ids: Iterable[int]) -> Iterator[Holding]:
        """Holdings of ids, in their order; in any thread."""
        with closing(self._opened()) as base:
            for key in ids:
                row = base.execute("SELECT body FROM title WHERE id = ?", (key,)).fetchone()
                if row is not None:
                    yield codec.decode(row[0], Holding)

    def used(self, kind: TitleKind) -> list[int]:
        """Collections that hold something of a kind."""
        return [
            key for (key,) in self._base.execute("SELECT DISTINCT collection FROM title WHERE kind = ?", (kind.value,))
        ]

    def _opened(self) -> sqlite3.Connection:
        return sqlite3.connect(f"{self._path.absolute().as_uri()}?mode=ro", uri=True, timeout=5)
