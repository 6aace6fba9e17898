"""What a programme clock is worth: against the bytes of a constant bitrate, and against the clock of arrival.

ETSI TR 101 290 section 5.3.2.6 and annex I, as far as it can be told from packets that came over a network.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

TICKS_PER_US = 27.0
ACCURACY_US = 0.5
"""The tolerance of a clock's value (2.4 of section 5.2)."""

_CONSTANT_US = 20.0
_FEWEST_MARKS = 8
_REMEMBERED_S = 120
_REGRESS_EVERY = 10
_FEWEST_SAMPLES = 60  # over less time, the headend's beat of 100 ms would be most of the figure
_BELIEVED = 0.01  # beyond, the bytes do not come at their own pace: a file, a burst, a line that stalls


WRAP = (1 << 33) * 300
LONGEST_STEP = 27_000_000
"""A clock that moves by more than a second, or back, has jumped; by less, it came late."""

# Eight bytes from an adaptation field's length on, as one number: length, signs, clock.
_SIGNS_AT = 48
_LENGTH_AT = 56
_SHORTEST = 7
_DISCONTINUITY, _PCR = 0x80, 0x10


class Clocks:
    """Gathers the adaptation fields in which clocks may be, and gives them as steps of time (27 MHz)."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """The stream stopped, or another one begins."""
        self._places: list[NDArray[np.int64]] = []
        self._fields: list[NDArray[np.uint64]] = []
        self._interruptions: list[int] = []
        self._last: int | None = None
        self._announced = False

    def interrupt(self, place: int) -> None:
        """The first clock at or behind this packet follows no other."""
        if not self._interruptions or self._interruptions[-1] != place:
            self._interruptions.append(place)

    def add(self, places: NDArray[np.int64], fields: NDArray[np.uint64]) -> None:
        """Packets of the clock with an adaptation field: their numbers, and eight bytes from its length on."""
        self._places.append(places)
        self._fields.append(fields)

    def take(self) -> tuple[NDArray[np.int64], NDArray[np.int64], int] | None:
        """Packets with a clock, the steps to them from the one before, and how many jumped unannounced.

        A step that cannot be told, or is announced, or a jump, is 0. None without any clock.
        """
        if not self._places:
            return None
        places = np.concatenate(self._places)
        fields = np.concatenate(self._fields).astype(np.int64)
        self._places, self._fields = [], []
        filled = (fields >> _LENGTH_AT & 0xFF).nonzero()[0]
        places, fields = places[filled], fields[filled]
        signs = fields >> _SIGNS_AT
        chosen = ((signs & _PCR != 0) & (signs >> 8 & 0xFF >= _SHORTEST)).nonzero()[0]
        announced = (signs & _DISCONTINUITY != 0).nonzero()[0]
        if not chosen.size:
            self._announced |= announced.size > 0
            return None
        places, values = places[chosen], _values(fields[chosen])
        free = np.zeros(len(places), np.bool_)
        free[0] = self._announced or self._last is None
        self._announced = False
        for row in announced.tolist():  # the clock in that packet, or else the next one
            index = int(chosen.searchsorted(row))
            self._announced = index == len(free)
            free[index : index + 1] = True
        if self._interruptions:
            self._free_interrupted(places, free)
        steps = np.empty_like(values)
        steps[0] = values[0] - (self._last or 0)
        np.subtract(values[1:], values[:-1], out=steps[1:])
        self._last = int(values[-1])
        steps[steps < -WRAP // 2] += WRAP
        wild = ((steps < 0) | (steps > LONGEST_STEP)) & ~free
        steps[wild | free] = 0
        return places, steps, int(np.count_nonzero(wild))

    def _free_interrupted(self, places: NDArray[np.int64], free: NDArray[np.bool_]) -> None:
        later = []
        for place in self._interruptions:
            index = int(np.searchsorted(places, place))
            if index < len(places):
                free[index] = True
            else:
                later.append(place)
        self._interruptions = later[-1:]


def _values(fields: NDArray[np.int64]) -> NDArray[np.int64]:
    """Clock values in ticks of 27 MHz (ISO/IEC 13818-1 section 2.4.3.5)."""
    return np.asarray((fields >> 15 & 0x1FFFFFFFF) * 300 + (fields & 0x1FF))


class ClockFigures:
    """`offset_ppm`: how much faster the clock runs than arrival, over one to two minutes; `jitter_ms`: how far arrival
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
        if self._added % _REGRESS_EVERY == 0 and len(self._samples) >= _FEWEST_SAMPLES:
            slope, worst = _line(np.array(self._samples))
            if slope is not None and abs(slope - 1) <= _BELIEVED:
                self.offset_ppm, self.jitter_ms = round((slope - 1) * 1e6, 1), round(worst * 1000, 1)


def accuracy(marks: NDArray[np.int64]) -> tuple[float | None, int]:
    """Of packet numbers and clock values (27 MHz): the worst error in microseconds, and how many exceed 0.5.

    None when the bitrate is not constant: then the bytes between two clocks tell nothing.
    """
    if len(marks) < _FEWEST_MARKS:
        return None, 0
    points = marks.astype(np.float64)
    residuals = np.abs(_residuals(points, points))
    middle = len(residuals) // 2
    typical = float(np.partition(residuals, middle)[middle])  # the median, as good as
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
