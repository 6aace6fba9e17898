"""A play and how much of it is known: its plan grows from page to page of a reel, as far as it is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.domain.catchup import LATE_START_S
from rightcast.edge.past.reels import LENGTH_S

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rightcast.edge.past.plan import Plan
    from rightcast.edge.past.reels import Reels

LONGEST_SEGMENT_S = 20.0
ENDS_AFTER_S = 60.0
"""What has not come so long after it was due will not."""


class Course:
    """Fills a plan from a reel."""

    def __init__(self, reels: Reels, folder: Path, plan: Plan, *, clock: Callable[[], float]) -> None:
        self._reels = reels
        self._clock = clock
        self._page = int((plan.asked.start - LONGEST_SEGMENT_S) // LENGTH_S)
        self._grown = clock()
        self.folder = folder
        self.plan = plan

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        stop, now = self.plan.asked.stop, self._clock()
        return self._page * LENGTH_S >= stop or now > max(stop, self._grown) + ENDS_AFTER_S or self._stalled(now)

    @property
    def is_level(self) -> bool:
        """Whether the newest page has been read, so that only time brings more."""
        return self._reels.grows(self._page)

    async def begin(self) -> bool:
        """Find with what the play begins; False when nothing near the moment asked for is kept."""
        latest = self.plan.asked.start + LATE_START_S
        while self.plan.first is None and self._page * LENGTH_S <= min(latest, self._clock(), self.plan.asked.stop):
            if not await self.further():
                break
        first = self.plan.first
        return first is not None and first.start <= latest

    async def whole(self) -> None:
        """Read as far as there is something now."""
        while await self.further():
            pass

    async def further(self) -> bool:
        """Read one page more; False when there is none now."""
        plan, reels = self.plan, self._reels
        if self._page * LENGTH_S >= plan.asked.stop:
            return False
        grew = plan.add(await reels.page(self.folder, self._page))
        if grew:
            self._grown = self._clock()
        if not reels.grows(self._page):
            self._page += 1
            return True
        begun = (self._page + 1) * LENGTH_S <= self._clock()
        if begun and await reels.page(self.folder, self._page + 1):
            self._page += 1
            return True
        return False

    def _stalled(self, now: float) -> bool:
        return self.is_level and now > self._grown + ENDS_AFTER_S
