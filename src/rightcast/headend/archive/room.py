"""How much room the archive has on a disk."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightcast.domain.retention import allowed_bytes

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(slots=True)
class Room:
    """Bytes: what the archive holds and may hold, what the disk has free and in all. All 0: not measured yet."""

    used_bytes: int = 0
    allowed_bytes: int = 0
    free_bytes: int = 0
    total_bytes: int = 0

    def has(self, size: int) -> bool:
        """Whether `size` bytes more may be kept."""
        return not self.total_bytes or self.used_bytes + size <= self.allowed_bytes


def measure(root: Path, budget_bytes: int, used_bytes: int) -> Room:
    """Ask the disk that holds a folder. Raises OSError."""
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    disk = os.statvfs(root)
    free, total = disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize
    return Room(used_bytes, allowed_bytes(budget_bytes, used_bytes, free, total), free, total)
