"""What devices marked as favourites, for those who answer or erase on a person's behalf; edges own the file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_WAIT_S = 5.0


def marked_by(path: Path, device_ids: Sequence[int]) -> dict[int, list[int]]:
    """Ids of channels by device; of those that marked some."""
    if not path.exists():
        return {}
    with closing(sqlite3.connect(path, timeout=_WAIT_S)) as base:
        rows = [base.execute("SELECT channels FROM marked WHERE device = ?", (one,)).fetchone() for one in device_ids]
    return {
        device: [int(one) for one in row[0].split(",") if one]
        for device, row in zip(device_ids, rows, strict=True)
        if row
    }


def forget_marks(path: Path, device_ids: Sequence[int]) -> None:
    """What these devices marked is gone, from the file's free pages too."""
    if not path.exists():
        return
    with closing(sqlite3.connect(path, timeout=_WAIT_S)) as base:
        base.execute("PRAGMA secure_delete = ON")
        base.executemany("DELETE FROM marked WHERE device = ?", [(one,) for one in device_ids])
        base.commit()
