"""Keeps a long row of short transactions from keeping others out of the database."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

WORK_S = 0.025
REST_S = 0.001


class Pace:
    """A pause after every 25 ms of work: whoever waits for the write lock gets it then, at the latest."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._since = clock()

    def breathe(self) -> None:
        """Between two transactions."""
        if self._clock() - self._since >= WORK_S:
            self._sleep(REST_S)
            self._since = self._clock()
