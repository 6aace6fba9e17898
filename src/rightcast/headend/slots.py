"""The files of one ring: which may be written next, and how much of the tmpfs they take.

A file grows to the largest segment it ever held; it is emptied only when memory is short, after the same rest.
"""

from __future__ import annotations

import os
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

REST_SEGMENTS = 2


class SlotFiles:
    """Hands out slot numbers; `slot.ts` in the folder is the file of a slot. `bytes_held`: what all files take."""

    def __init__(self, folder: Path) -> None:
        self.bytes_held = 0
        self._folder = folder
        self._resting: deque[tuple[int, int]] = deque()
        self._sizes: dict[int, int] = {}
        self._next = 0

    @property
    def numbers_used(self) -> int:
        """The first number never handed out so far."""
        return self._next

    def path(self, slot: int) -> Path:
        """The file of a slot."""
        return self._folder / f"{slot}.ts"

    def adopt(self, held: set[int], first_free: int) -> None:
        """Take over the folder of an earlier process: keep the held slots' files, remove all others."""
        self._next = first_free
        for file in self._folder.glob("*.ts"):
            if not file.stem.isdigit():
                continue
            slot = int(file.stem)
            if slot in held:
                self.grew(slot, file.stat().st_size)
            else:
                file.unlink(missing_ok=True)
            self._next = max(self._next, slot + 1)

    def take(self, sequence: int) -> int:
        """A slot for the segment `sequence`: one that has rested long enough, else a new one."""
        if self._resting and sequence - self._resting[0][1] > REST_SEGMENTS:
            return self._resting.popleft()[0]
        self._next += 1
        self._sizes[self._next - 1] = 0
        return self._next - 1

    def grew(self, slot: int, size: int) -> None:
        """The slot's file was written up to `size`."""
        before = self._sizes.get(slot, 0)
        if size > before:
            self.bytes_held += size - before
            self._sizes[slot] = size

    def rest(self, slot: int, sequence: int) -> None:
        """The slot's segment left the ring while `sequence` was the newest."""
        self._resting.append((slot, sequence))

    def empty_one(self, sequence: int, *, rested: bool = True) -> bool:
        """Give back the memory of one file out of use; False when none has any. `rested`: only if it may be rewritten.

        The file itself stays, so that readers which keep it open do not hold on to memory.
        """
        for slot, since in self._resting:
            if rested and sequence - since <= REST_SEGMENTS:
                break
            if self._sizes.get(slot):
                os.truncate(self.path(slot), 0)
                self.bytes_held -= self._sizes[slot]
                self._sizes[slot] = 0
                return True
        return False

    def remove_all(self) -> None:
        """Remove every file."""
        for slot in self._sizes:
            self.path(slot).unlink(missing_ok=True)
        self._sizes.clear()
        self.bytes_held = 0
        self._resting.clear()
