"""How much of the tmpfs the rings may take, and what that leaves for each channel. Sizes in bytes."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightcast.domain.errors import FolderNotWritableError, RingTooSmallError

if TYPE_CHECKING:
    from rightcast.contract.station import StationSettings
    from rightcast.domain.lineup import Channel

LEAST_SHARE_BYTES = 6_000_000
"""Three segments of two seconds at 8 Mbit/s: less is no ring."""
MOST_SHARE_BYTES = 256_000_000


def ring_budget(settings: StationSettings) -> int:
    """Bytes for all rings of the station: the setting, else half of what is free and held by rings already.

    Raises FolderNotWritableError, and RingTooSmallError when not even one channel fits.
    """
    root = settings.ring_root
    try:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        held = sum(file.stat().st_size for file in root.glob("ring/*/*") if file.is_file())
        free = shutil.disk_usage(root).free
    except OSError as error:
        raise FolderNotWritableError(
            f"The folder of the ring {root} cannot be used: {error.strerror}.",
            remedy="Choose another tmpfs folder with --ring.",
            field="ring",
        ) from error
    budget = settings.ring_budget_bytes or (free + held) // 2
    if budget < LEAST_SHARE_BYTES:
        raise too_small(settings, budget, 1)
    return budget


@dataclass(frozen=True, slots=True)
class Room:
    """The station's budget, divided over the rings of the channels that run: each has one, and one for each rung.

    `always` rings are there all the time, in whichever of the `headends` processes. The others start when
    somebody watches; no process knows those of its siblings, so each counts as many there as it runs itself.
    """

    budget_bytes: int
    always: int
    headends: int = 1

    @property
    def most(self) -> int:
        """How many rings the budget holds in all."""
        return self.budget_bytes // LEAST_SHARE_BYTES

    @property
    def on_demand(self) -> int:
        """How many of them one process may fill on demand."""
        return max(self.most - self.always, 0) // self.headends

    def share_bytes(self, on_demand: int) -> int:
        """Bytes for each ring while so many are there on demand in this process."""
        running = min(self.always, self.most) + on_demand * self.headends
        return max(share_of(self.budget_bytes, running), LEAST_SHARE_BYTES)


def rings_of(channel: Channel) -> int:
    """How many rings a channel fills while it runs."""
    return 1 + len(channel.ladder.made)


def share_of(budget_bytes: int, rings: int) -> int:
    """Bytes for each of so many rings."""
    return min(budget_bytes // max(rings, 1), MOST_SHARE_BYTES)


def too_small(settings: StationSettings, budget_bytes: int, rings: int) -> RingTooSmallError:
    """The failure of a budget that does not hold so many rings: one for each channel and each rung of its ladder."""
    return RingTooSmallError(
        f"The ring may take {budget_bytes / 1e6:.0f} MB on {settings.ring_root}; "
        f"{rings} channels and rungs need at least {rings * LEAST_SHARE_BYTES / 1e6:.0f} MB.",
        remedy="Enlarge the tmpfs (mount -o remount,size=...), raise the ring budget, or carry fewer channels.",
        field="ring",
    )
