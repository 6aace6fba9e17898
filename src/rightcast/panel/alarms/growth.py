"""How much a counter of a report grew within a window of time."""

from __future__ import annotations

from collections import deque


class Growth:
    """How much a counter grew within a window; a counter that falls has begun anew."""

    def __init__(self) -> None:
        self._last: int | None = None
        self._grown: deque[tuple[float, int]] = deque(maxlen=256)

    def seen(self, value: int, now: float, window_s: float) -> int:
        """The counter stands at `value`; its growth within the last `window_s` seconds."""
        if self._last is not None and value > self._last:
            self._grown.append((now, value - self._last))
        self._last = value
        while self._grown and now - self._grown[0][0] > window_s:
            self._grown.popleft()
        return sum(count for _, count in self._grown)
