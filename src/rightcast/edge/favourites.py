"""Channels that viewers marked on their boxes, by device, in one small file shared by the edges of a machine.

They are a convenience: where the file cannot be read there are none, and where it cannot be written the box is told.
"""

from __future__ import annotations

import logging
import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MOST_CHANNELS = 1000
_WAIT_S = 0.1
"""How long another edge's write is waited for: viewers wait meanwhile."""

_log = logging.getLogger(__name__)


class Favourites:
    """Ids of channels by the number of a credential. The file is opened when it is first needed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._base: sqlite3.Connection | None = None

    def of(self, credential_id: int) -> tuple[int, ...]:
        """What a device marked, in its order."""
        if self._base is None and not self._path.exists():
            return ()
        try:
            row = self._open().execute("SELECT channels FROM marked WHERE device = ?", (credential_id,)).fetchone()
        except (sqlite3.Error, OSError) as error:
            _log.warning("Favourites cannot be read: %s", error)
            return ()
        return tuple(int(one) for one in row[0].split(",") if one) if row else ()

    def keep(self, credential_id: int, channel_ids: Iterable[int]) -> bool:
        """Replace what a device marked, at most a thousand channels; whether it is kept."""
        text = ",".join(map(str, list(dict.fromkeys(channel_ids))[:MOST_CHANNELS]))
        try:
            base = self._open()
            base.execute("INSERT OR REPLACE INTO marked (device, channels) VALUES (?, ?)", (credential_id, text))

        except (sqlite3.Error, OSError) as error:
            _log.warning("Favourites cannot be written: %s", error)
            return False
        return True

    def close(self) -> None:
        """Let go of the file."""
        if self._base is not None:
            self._base.close()
            self._base = None

    def _open(self) -> sqlite3.Connection:
        if self._base is None:
            base = sqlite3.connect(self._path, isolation_level=None, timeout=_WAIT_S)
            base.execute("PRAGMA journal_mode=WAL")
            base.execute("PRAGMA synchronous=NORMAL")
            base.execute("CREATE TABLE IF NOT EXISTS marked (device INTEGER PRIMARY KEY, channels TEXT NOT NULL)")
            self._base = base
        return self._base
