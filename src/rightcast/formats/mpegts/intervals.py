"""Things that must come at least so often: how many times one of them did not.

One error for each whole limit that passes without it, as measuring instruments count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Interval:
    """One such thing, awaited from `begin` on. Times and `limit` in the same unit; they never go back."""

    __slots__ = ("_due", "_limit")

    def __init__(self, limit: float, begin: float) -> None:
        self._limit = limit
        self._due = begin + limit

    def met(self, moments: NDArray[np.float64]) -> int:
        """It came at these moments, in order; how many limits were missed before each."""
        missed = self.overdue(float(moments[0]))
        gaps = moments[1:] - moments[:-1]
        if gaps.size and gaps.max() > self._limit:
            long = gaps[gaps > self._limit]
            missed += int((np.ceil(long / self._limit) - 1).sum())
        self._due = float(moments[-1]) + self._limit
        return missed

    def overdue(self, now: float) -> int:
        """It has not come until `now`; how many limits were missed that were not counted yet."""
        if now <= self._due:
            return 0
        missed = int(-((self._due - now) // self._limit))
        self._due += missed * self._limit
        return missed
