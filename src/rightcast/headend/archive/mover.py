"""The thread that moves whole files: to the second disk, into the store, back from it, and out of it.

It touches no index: what it has done is told to the writing thread, which decides what follows.
"""

from __future__ import annotations

import enum
import logging
import os
import queue
import shutil
import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightcast.domain.errors import RightcastError
from rightcast.state.archive.records import file_path, stored_name

if TYPE_CHECKING:
    from pathlib import Path

    from rightcast.state.archive.store import Store

MOST_WAITING = 8

_log = logging.getLogger(__name__)


class Move(enum.StrEnum):
    """What is done with a file."""

    TO_SECOND = "to the second disk"
    TO_STORE = "into the store"
    FETCH = "from the store"
    DELETE = "out of the store"


@dataclass(frozen=True, slots=True)
class Errand:
    """One file of a reel to move; `reel` is the name of its folder."""

    move: Move
    reel: str
    file: int

    @property
    def name(self) -> str:
        """The file's name elsewhere."""
        return stored_name(self.reel, self.file)


class Mover:
    """Runs errands one after the other."""

    def __init__(self, root: Path, second: Path | None, store: Store | None) -> None:
        self._root = root
        self.second = second
        self.store = store
        self._errands: queue.Queue[Errand | None] = queue.Queue(MOST_WAITING)
        self._done: deque[tuple[Errand, str]] = deque()
        self._under_way: set[Errand] = set()
        self._thread = threading.Thread(target=self._run, name="mover", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether the thread still runs."""
        return self._thread.is_alive()

    def send(self, errand: Errand) -> bool:
        """Have a file moved; False when too much is under way, or this is already."""
        if errand in self._under_way:
            return False
        try:
            self._errands.put_nowait(errand)
        except queue.Full:
            return False
        self._under_way.add(errand)
        return True

    def done(self) -> list[tuple[Errand, str]]:
        """Errands that ended since this was last asked, each with what went wrong, or nothing."""
        found = []
        while self._done:
            found.append(self._done.popleft())
        self._under_way.difference_update(errand for errand, _ in found)
        return found

    def close(self) -> None:
        """No more; what is under way is not waited for, and begun again by the next process."""
        try:
            self._errands.put_nowait(None)
        except queue.Full:
            _log.info("Files are being moved at the end; they are moved again later")

    def _run(self) -> None:
        while (errand := self._errands.get()) is not None:
            try:
                self._do(errand)
            except (OSError, RightcastError) as error:
                self._done.append((errand, str(error)))
            else:
                self._done.append((errand, ""))

    def _do(self, errand: Errand) -> None:
        path = file_path(self._root / errand.reel, errand.file)
        match errand.move:
            case Move.TO_SECOND if self.second is not None:
                _copy(path, self.second / errand.name)
            case Move.TO_STORE if self.store is not None:
                self.store.put(errand.name, path)
            case Move.FETCH if self.store is not None:
                draft = path.with_suffix(".draft")
                self.store.fetch(errand.name, draft)
                draft.replace(path)
            case Move.DELETE if self.store is not None:
                self.store.delete(errand.name)
            case _:
                raise OSError(f"there is no place to move {errand.name} {errand.move.value}")


def _copy(source: Path, target: Path) -> None:
    """Copy a file so that it is whole or not there, and leave the page cache to others."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = target.with_suffix(".draft")
    with source.open("rb") as reading, draft.open("wb") as writing:
        shutil.copyfileobj(reading, writing, 1 << 20)
        writing.flush()
        os.fsync(writing.fileno())
        for file in (reading, writing):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    draft.replace(target)
