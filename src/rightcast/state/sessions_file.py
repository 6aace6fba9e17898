"""Leases in one SQLite file on tmpfs: shared by the edge processes of one machine.

Nothing in it needs to survive a power cut, so it is written without waiting for any disk.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from rightcast.state.sessions import UNCAPPED, Caps, Lease, Refused, placed, shared_lease

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS lease (
    sid TEXT PRIMARY KEY,
    line_id INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    device TEXT NOT NULL,
    kind TEXT NOT NULL,
    opened REAL NOT NULL,
    expires REAL NOT NULL,
    right_id INTEGER NOT NULL DEFAULT 0,
    holders INTEGER NOT NULL DEFAULT 1
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS lease_line ON lease (line_id);
CREATE INDEX IF NOT EXISTS lease_expires ON lease (expires);
CREATE INDEX IF NOT EXISTS lease_right ON lease (right_id, expires, line_id, device);
"""
_SHAPE = 2
"""Of the table; a file of another shape is from before an update, and the sessions of that time are gone."""
_FIELDS = "sid, line_id, channel_id, device, kind, opened, expires, right_id"


class FileSessions:
    """The leases of all lines in a file; see `rightcast.state.sessions.Sessions`."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._base = sqlite3.connect(path, isolation_level=None, timeout=5)
        self._base.execute("PRAGMA journal_mode=WAL")
        self._base.execute("PRAGMA synchronous=OFF")
        with self._writing():
            if self._base.execute("PRAGMA user_version").fetchone()[0] != _SHAPE:
                self._base.execute("DROP TABLE IF EXISTS lease")
                self._base.execute(f"PRAGMA user_version = {_SHAPE}")
            for statement in filter(str.strip, _SCHEMA.split(";")):
                self._base.execute(statement)

    async def acquire(self, wanted: Lease, *, limit: int, now: float, caps: Caps = UNCAPPED) -> Lease | Refused:
        """Grant `wanted`, share the lease of a double open, or refuse."""
        with self._writing():
            self._base.execute("DELETE FROM lease WHERE expires <= ?", (now,))
            alive = self._alive(wanted.line_id, now)
            shared = shared_lease(alive, wanted)
            if shared is not None:
                return self._share(shared, wanted.expires)
            standing = self.standing(wanted.right_id, wanted.line_id, now=now)[1] if caps.total else 0
            leaving = placed(alive, standing, wanted, limit, caps)
            if isinstance(leaving, Refused):
                return leaving
            self._base.executemany("DELETE FROM lease WHERE sid = ?", [(one.sid,) for one in leaving])
            self._base.execute(
                f"INSERT OR REPLACE INTO lease ({_FIELDS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - constant
                msgspec.structs.astuple(wanted),
            )
            return wanted

    def standing(self, right_id: int, line_id: int, *, now: float, device: str = "", sid: str = "") -> tuple[int, int]:
        """How many living leases stand on a right: of a line, and of all."""
        row = self._base.execute(
            "SELECT coalesce(sum(line_id = ?), 0), count(*) FROM lease"
            " WHERE right_id = ? AND expires > ? AND NOT (line_id = ? AND device = ?) AND sid != ?",
            (line_id, right_id, now, line_id, device, sid),
        ).fetchone()
        return row[0], row[1]

    async def rest(self, sid: str, right_id: int) -> None:
        """The session stands on another right from now on."""
        self._base.execute("UPDATE lease SET right_id = ? WHERE sid = ?", (right_id, sid))

    async def renew(self, sid: str, *, until: float, now: float) -> bool:
        """Move a lease's expiry; False when it is gone."""
        return not await self.renew_all((sid,), until=until, now=now)

    async def renew_all(self, sids: Sequence[str], *, until: float, now: float) -> frozenset[str]:
        """Move the expiry of many leases; returns those that are gone."""
        gone = set()
        with self._writing():
            for sid in sids:
                changed = self._base.execute(
                    "UPDATE lease SET expires = max(expires, ?) WHERE sid = ? AND expires > ?", (until, sid, now)
                )
                if not changed.rowcount:
                    gone.add(sid)
        return frozenset(gone)

    async def release(self, sid: str) -> None:
        """Give up one hold; the last one frees the screen."""
        with self._writing():
            self._base.execute("UPDATE lease SET holders = holders - 1 WHERE sid = ?", (sid,))
            self._base.execute("DELETE FROM lease WHERE sid = ? AND holders <= 0", (sid,))

    async def revoke(self, sid: str) -> None:
        """Free the screen whatever holds it."""
        self._base.execute("DELETE FROM lease WHERE sid = ?", (sid,))

    async def revoke_edge(self, edge: str) -> None:
        """Free every screen of an edge."""
        self._base.execute("DELETE FROM lease WHERE sid >= ? AND sid < ?", (f"{edge}.", f"{edge}/"))

    async def of_line(self, line_id: int, *, now: float) -> list[Lease]:
        """The living leases of a line, oldest first."""
        return self._alive(line_id, now)

    def close(self) -> None:
        """Let go of the file."""
        self._base.close()

    def _share(self, lease: Lease, expires: float) -> Lease:
        until = max(expires, lease.expires)
        self._base.execute("UPDATE lease SET holders = holders + 1, expires = ? WHERE sid = ?", (until, lease.sid))
        return msgspec.structs.replace(lease, expires=until)

    def _alive(self, line_id: int, now: float) -> list[Lease]:
        rows = self._base.execute(
            f"SELECT {_FIELDS} FROM lease WHERE line_id = ? AND expires > ? ORDER BY opened, sid",  # noqa: S608
            (line_id, now),
        )
        return [Lease(**dict(zip(Lease.__struct_fields__, row, strict=True))) for row in rows]

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self._base.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._base.execute("ROLLBACK")
            raise
        self._base.execute("COMMIT")
