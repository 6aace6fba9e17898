"""When each datagram of a stream leaves: spread by the stream's own clock, a bounded moment after it came.

ISO/IEC 13818-1 section 2.4.2.2: between two clock references (PCR) bytes arrive at a constant rate. Pure; seconds of
a monotonic clock that the caller names.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rightcast.formats.mpegts import packets as ts
from rightcast.formats.mpegts.packets import PACKET_BYTES
from rightcast.formats.mpegts.units import WRAP

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKETS_PER_DATAGRAM = 7
DATAGRAM_BYTES = PACKETS_PER_DATAGRAM * PACKET_BYTES
RESERVE_S = 0.35
"""What should still wait to be sent when the next part comes: it may be late by so much without a gap."""
LONGEST_RESERVE_S = 1.0
LONGEST_QUEUE = 16_384
_SLEW_S = 0.000_1
_FAST_SLEW_S = 0.01
_LONGEST_GAP_S = 1.0
_CLOCK_HZ = 27_000_000
_PCR_FLAG = 0x10


class Datagram(NamedTuple):
    """Seven packets. `media_s` counts on where the stream's own clock jumps; `due` is when they leave."""

    due: float
    media_s: float
    payload: bytes


class Pacer:
    """One stream's queue. `late`: how often it ran dry, so that receivers had to wait."""

    def __init__(self) -> None:
        self.late = 0
        self.dropped = 0
        self._queue: deque[Datagram] = deque()
        self._buffer = b""
        self._base = 0
        self._last: tuple[int, float] | None = None
        self._clock: tuple[int, float] | None = None
        self._clock_pid = -1
        self._rate = 0.0
        self._anchor: float | None = None

    def __len__(self) -> int:
        return len(self._queue)

    @property
    def next_due(self) -> float | None:
        """When the next datagram leaves."""
        return self._queue[0].due if self._queue else None

    def due(self, now: float, most: int) -> list[Datagram]:
        """Take what should have left by now, at most so many: after a stall nothing leaves in a burst."""
        queue = self._queue
        taken: list[Datagram] = []
        while queue and queue[0][0] <= now and len(taken) < most:
            taken.append(queue.popleft())
        return taken

    def feed(self, data: bytes, duration_s: float, now: float, *, continues: bool = True) -> None:
        """Whole packets of a part that lasts `duration_s`; `continues` False: another epoch, the clock may jump.

        What comes behind the last clock reference waits until the next one tells how long it takes.
        """
        if not continues:
            self._clock, self._clock_pid = None, -1
        begins = self._base + len(self._buffer)
        self._buffer += data
        points = self._points(data, begins, duration_s)
        first = self._last or points[0]
        self._last = points[-1]
        reach = min(self._last[0] - self._base, len(self._buffer) - DATAGRAM_BYTES)
        if reach < 0:
            return
        starts = np.arange(0, reach + 1, DATAGRAM_BYTES)
        places, moments = zip(first, *points, strict=True)
        known = np.interp(starts + self._base, np.array(places), np.array(moments)).tolist()
        self._hold(known[0], now)
        self._enqueue(starts.tolist(), known)

    def reset(self) -> None:
        """The stream ended: what is queued still leaves, what comes next starts anew."""
        self._base += len(self._buffer)
        self._buffer = b""
        self._clock = self._anchor = None

    def clear(self) -> None:
        """Nothing more leaves."""
        self._queue.clear()
        self.reset()

    def _enqueue(self, starts: list[int], known: list[float]) -> None:
        anchor = self._anchor or 0.0
        end = starts[-1] + DATAGRAM_BYTES
        self._queue.extend(
            Datagram(anchor + moment, moment, self._buffer[at : at + DATAGRAM_BYTES])
            for at, moment in zip(starts, known, strict=True)
        )
        self._buffer = self._buffer[end:]
        self._base += end
        while len(self._queue) > LONGEST_QUEUE:
            self._queue.popleft()
            self.dropped += 1

    def _points(self, data: bytes, begins: int, duration_s: float) -> list[tuple[int, float]]:
        """Places in the stream whose media time is known now, the part's own end where it has no clock reference."""
        points: list[tuple[int, float]] = []
        last = self._last
        for at, clock in self._clocks(data):
            place = begins + at
            moment = self._moment(place, clock, last)
            if last is not None and moment > last[1]:
                self._rate = (place - last[0]) / (moment - last[1])
            self._clock = (clock, moment)
            last = (place, moment)
            points.append(last)
        if not points:
            before = last or (begins, 0.0)
            points = [before] if last is None else []
            points.append((begins + len(data), before[1] + duration_s))
        return points

    def _moment(self, place: int, clock: int, last: tuple[int, float] | None) -> float:
        """The media time of a clock reference; where the clock jumps, time goes on at the last rate."""
        if last is None:
            return 0.0
        if self._clock is not None:
            step_s = _seconds(self._clock[0], clock)
            if 0 <= step_s <= _LONGEST_GAP_S:
                return max(self._clock[1] + step_s, last[1])
        return last[1] + ((place - last[0]) / self._rate if self._rate else 0.0)

    def _clocks(self, data: bytes) -> Iterator[tuple[int, int]]:
        headers = ts.headers_of(memoryview(data), len(data) // PACKET_BYTES)
        for row in ((headers & ts.ADAPTATION) != 0).nonzero()[0].tolist():
            at = row * PACKET_BYTES
            if data[at + 4] < 7 or not data[at + 5] & _PCR_FLAG:
                continue
            pid = (data[at + 1] & 0x1F) << 8 | data[at + 2]
            if self._clock_pid < 0:
                self._clock_pid = pid
            if pid == self._clock_pid:
                yield at, _clock(data, at)

    def _hold(self, starts_s: float, now: float) -> None:
        """Keep the reserve: late parts move everything after them, slow drift is followed slowly."""
        if self._anchor is None:
            self._anchor = now + RESERVE_S - starts_s
            return
        reserve = self._anchor + starts_s - now
        if reserve < 0:
            self.late += 1
            self._anchor += RESERVE_S - reserve
        elif reserve > LONGEST_RESERVE_S:
            self._anchor -= _FAST_SLEW_S
        else:
            self._anchor += _SLEW_S if reserve < RESERVE_S else -_SLEW_S


def _clock(data: bytes, at: int) -> int:
    base = data[at + 6] << 25 | data[at + 7] << 17 | data[at + 8] << 9 | data[at + 9] << 1 | data[at + 10] >> 7
    return base * 300 + ((data[at + 10] & 1) << 8 | data[at + 11])


def _seconds(before: int, after: int) -> float:
    wrap = WRAP * 300
    return ((after - before + (wrap >> 1)) % wrap - (wrap >> 1)) / _CLOCK_HZ
