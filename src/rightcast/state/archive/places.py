"""Where files of reels may lie: on the first disk, on a second one, in a store; and how a reader asks for one.

What lies on the second disk is linked to from the first, so that readers need not know. What lies in a store is
fetched by the archivist alone, into its place on the first disk, when a reader has left a note.
"""

from __future__ import annotations

import enum
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

NOTES = "asked"
"""The folder of notes beside the reels; a note is an empty file, named like the reel and the number of its file."""


class Place(enum.IntEnum):
    """Where a file lies; newer ones before older ones."""

    FIRST = 0
    SECOND = 1
    STORE = 2


def ask_for(reel: Path, file: int) -> None:
    """Leave a note that a file is needed. Raises OSError."""
    notes = reel.parent / NOTES
    notes.mkdir(exist_ok=True, mode=0o700)
    (notes / f"{reel.name}.{file}").touch()


def asked(root: Path) -> list[tuple[str, int]]:
    """The reels (by folder name) and files that readers have asked for."""
    found = []
    with suppress(FileNotFoundError):
        for path in (root / NOTES).iterdir():
            reel, _, file = path.name.rpartition(".")
            if reel and file.isdigit():
                found.append((reel, int(file)))
    return found


def answered(root: Path, reel: str, file: int) -> None:
    """Take a note away, whatever came of it. Raises OSError."""
    (root / NOTES / f"{reel}.{file}").unlink(missing_ok=True)
