"""What a programme clock is worth: against the bytes of a constant bitrate, and against the clock of arrival.

ETSI TR 101 290 section 5.3.2.6 and annex I, as far as it can be told from packets that came over a network.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

TICKS_PER_US = 27.0
ACCURACY_US = 0.5
"""The tolerance of a clock's value (2.4 of section 5.2)."""

_CONSTANT_US = 20.0
_FEWEST_MARKS = 8
_REMEMBERED_S = 120
_REGRESS_EVERY = 10
_BELIEVED = 0.01  # beyond, the bytes do not come at their own pace: a file, a burst, a line that stalls


class ClockFigures:
    """`offset_ppm`: how much faster the clock runs than arrival, over up to two minutes; `jitter_ms`: how far arrival
    strays from that line, the headend's own 100 ms beat included; `accuracy_us`: worst error of a value against the
    bytes, where the bitrate is constant. None while unknown.
    """

    def __init__(self) -> None:
        self.offset_ppm: float | None = None
        self.jitter_ms: float | None = None
        self.accuracy_us: float | None = None
        self._samples: deque[tuple[float, float]] = deque(maxlen=_REMEMBERED_S)
        self._added = 0

    def forget(self) -> None:
        """The clock begins anew."""
        self._samples.clear()

    def add(self, arrived: float, clock_s: float) -> None:
        """About once a second: the clock's value, and when it arrived (unix seconds)."""
        self._samples.append((arrived, clock_s))
        self._added += 1
        if self._added % _REGRESS_EVERY == 0 and len(self._samples) >= _REGRESS_EVERY:
            slope, worst = _line(np.array(self._samples))
            if slope is not None and abs(slope - 1) <= _BELIEVED:
                self.offset_ppm, self.jitter_ms = round((slope - 1) * 1e6, 1), round(worst * 1000, 1)


def accuracy(marks: Sequence[tuple[int, int]]) -> tuple[float | None, int]:
    """Of packet numbers and clock values (27 MHz): the worst error in microseconds, and how many exceed 0.5.

    None when the bitrate is not constant: then the bytes between two clocks tell nothing.
    """
    if len(marks) < _FEWEST_MARKS:
        return None, 0
    points = np.array(marks, np.float64)
    residuals = np.abs(_residuals(points, points))
    typical = float(np.median(residuals))
    if typical > _CONSTANT_US * TICKS_PER_US:
        return None, 0
    kept = points[residuals <= max(4 * typical, ACCURACY_US * TICKS_PER_US)]
    if len(kept) >= _FEWEST_MARKS:
        residuals = np.abs(_residuals(points, kept))
    worst = float(residuals.max()) / TICKS_PER_US
    # A tick is 0.037 us; a value is a whole number of them.
    return round(worst, 2), int(np.count_nonzero(residuals > ACCURACY_US * TICKS_PER_US + 1))


def _residuals(points: np.ndarray, fitted: np.ndarray) -> np.ndarray:
    """How far the points lie from the straight line through `fitted`."""
    middle = fitted.mean(axis=0)
    x, y = (fitted - middle).T
    slope = float(x @ y) / (float(x @ x) or 1.0)
    return np.asarray((points[:, 1] - middle[1]) - slope * (points[:, 0] - middle[0]))


def _line(samples: np.ndarray) -> tuple[float | None, float]:
    """Slope of the second column over the first, and the largest distance from the line."""
    x, y = (samples - samples.mean(axis=0)).T
    spread = float(x @ x)
    if spread <= 0:
        return None, 0.0
    slope = float(x @ y) / spread
    return slope, float(np.abs(y - slope * x).max())
