"""Which session had which content key, in the log: once when it begins, then a line a minute with how often.

A player may ask for a key hundreds of times; the log is for finding a leak, not for counting.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

EVERY_S = 60.0
_REMEMBERED = 20_000

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Told:
    at: float
    unsaid: int = 0


class KeyLog:
    """Notes answers to requests for keys. What it remembers is bounded; what falls out is told anew."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._told: OrderedDict[tuple[str, int, str, int], _Told] = OrderedDict()

    def note(self, sid: str, channel_id: int, name: str, status: int) -> None:
        """A session asked for key `name` of a channel and was answered `status`."""
        now, what = self._clock(), (sid, channel_id, name[:40], status)
        told = self._told.get(what)
        if told is not None and now - told.at < EVERY_S:
            told.unsaid += 1
            return
        again = f", {told.unsaid} times more before" if told is not None and told.unsaid else ""
        self._told[what] = _Told(now)
        self._told.move_to_end(what)
        if len(self._told) > _REMEMBERED:
            self._told.popitem(last=False)
        _log.info("Key %s of channel %d: %d for session %s%s", what[2], channel_id, status, sid, again)
