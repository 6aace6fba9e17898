"""A ring that lets somebody listen: what goes into its segments is told as it comes, in whole packets.

What a ladder makes of a channel begins and breaks exactly where the broadcast's own segments do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from rightcast.headend.ring import Ring

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightcast.contract.ring import Track


class Tap(Protocol):
    """Hears a ring. Neither method may raise or wait; `data` is only lent."""

    def opened(self, *, new_epoch: bool, time: int, wall: float, tracks: Sequence[Track]) -> None:
        """A segment begins, `time` and `wall` as in `Opened`; its tables are the next that `write` brings."""

    def write(self, data: bytes | memoryview) -> None:
        """Packets of the open segment."""


class TappedRing(Ring):
    """A ring with at most one listener."""

    tap: Tap | None = None

    def open_segment(self, psi: bytes, *, wall: float, new_epoch: bool, time: int = 0) -> None:
        """As the ring's own."""
        if self.tap is not None:
            self.tap.opened(new_epoch=new_epoch, time=time, wall=wall, tracks=self.tracks)
        super().open_segment(psi, wall=wall, new_epoch=new_epoch, time=time)

    def write(self, data: bytes | memoryview) -> None:
        """As the ring's own."""
        super().write(data)
        if self.tap is not None:
            self.tap.write(data)
