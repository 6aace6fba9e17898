"""What the terminal shows while a station starts: one short line per step, with a tick and seconds.

On a terminal the steps still awaited stand in a last line that is written over; elsewhere only finished lines appear.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable

_WIDTH = 44


class Progress:
    """Lines about steps of a start. `clock` counts seconds from any moment."""

    def __init__(self, stream: TextIO, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._began = clock()
        self._live = stream.isatty()
        self._awaited: list[str] = []

    @property
    def elapsed_s(self) -> float:
        """Seconds since the start began."""
        return self._clock() - self._began

    def awaiting(self, *steps: str) -> None:
        """Name steps that are under way."""
        self._awaited.extend(steps)
        self._redraw()

    def done(self, step: str, detail: str = "") -> None:
        """A step is done."""
        if step in self._awaited:
            self._awaited.remove(step)
        text = f"{step} {detail}".rstrip()
        self._line(f"  ✓ {text:<{_WIDTH}} {self.elapsed_s:5.1f} s")

    def failed(self, step: str, detail: str) -> None:
        """A step did not come to its end; says so and goes on."""
        if step in self._awaited:
            self._awaited.remove(step)
        self._line(f"  ✗ {step}: {detail}")

    def say(self, text: str) -> None:
        """Any other text, on lines of its own."""
        self._line(text)

    def clear(self) -> None:
        """Take the line of awaited steps away."""
        self._awaited.clear()
        self._redraw()

    def _line(self, text: str) -> None:
        self._stream.write(("\r\x1b[K" if self._live else "") + text + "\n")
        self._redraw()

    def _redraw(self) -> None:
        if self._live:
            waiting = f"  … {', '.join(self._awaited)}" if self._awaited else ""
            self._stream.write("\r\x1b[K" + waiting[:78])
        self._stream.flush()
