"""One supervised process: started, watched, started again with back-off, ended when asked.

It lives in a process group of its own, so that Ctrl-C reaches the supervisor alone, which ends children in order.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
import time
from typing import TYPE_CHECKING

from rightcast.contract.station import HANDOVER_VARIABLE
from rightcast.serve.child import NEEDS_OPERATOR, PARENT_VARIABLE, room_name
from rightcast.serve.failures import take_failure

if TYPE_CHECKING:
    from collections.abc import Callable

    from rightcast.contract.station import StationSettings
    from rightcast.domain.errors import RightcastError

FIRST_DELAY_S = 0.1
LONGEST_DELAY_S = 10.0
STEADY_S = 20.0
"""A process that ran this long did start well; its next death begins the back-off anew."""
GRACE_S = 5.0

# glibc gives every large receive buffer back to the kernel at once; kept, the edge answers three times as much.
_EDGE_ENVIRONMENT = {
    "MALLOC_TRIM_THRESHOLD_": "268435456",
    "MALLOC_MMAP_THRESHOLD_": "134217728",
    "MALLOC_TOP_PAD_": "16777216",
}

log = logging.getLogger(__name__)


def next_delay(last_s: float, uptime_s: float) -> float:
    """Seconds to wait before the next start, given the last wait and how long the process ran after it."""
    if uptime_s >= STEADY_S:
        return FIRST_DELAY_S
    return min(max(last_s * 2, FIRST_DELAY_S), LONGEST_DELAY_S)


class SupervisedProcess:
    """A room's process. `on_failure` is told when it cannot work before somebody changes something."""

    def __init__(
        self, room: str, index: int, settings: StationSettings, *, on_failure: Callable[[RightcastError], None]
    ) -> None:
        self.name = room_name(room, index)
        self.pid = 0
        self._room = room
        self._index = index
        self._settings = settings
        self._on_failure = on_failure
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = asyncio.Event()

    async def run_once(self) -> int:
        """Start the process and wait for its end; returns the exit code, negative for a signal."""
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "rightcast.serve.child", self._room, str(self._index)),
            env=self._environment(),
            stdin=asyncio.subprocess.DEVNULL,
            process_group=0,
        )
        self.pid = self._process.pid
        log.info("%s started as process %d", self.name, self.pid)
        if self._stopping.is_set():
            self._signal(signal.SIGTERM)
        return await self._process.wait()

    async def keep(self) -> None:
        """Start the process whenever it is not there, until `stop`."""
        delay = 0.0
        while not self._stopping.is_set():
            started = time.monotonic()
            code = await self.run_once()
            self._signal(signal.SIGKILL)  # what it may have left in its process group
            if self._stopping.is_set():
                return
            uptime = time.monotonic() - started
            if code == NEEDS_OPERATOR and delay == 0.0 and uptime < STEADY_S:
                self._on_failure(take_failure(self._settings, self.name))
                return
            delay = next_delay(delay, uptime)
            why = take_failure(self._settings, self.name) if code == NEEDS_OPERATOR else describe_exit(code)
            log.warning("%s ended after %.0f s (%s); starting it again", self.name, uptime, why)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), delay)

    async def stop(self) -> None:
        """Ask the process to end, and end it after GRACE_S."""
        self._stopping.set()
        process = self._process
        if process is None:
            return
        if process.returncode is None:
            self._signal_leader(signal.SIGTERM)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), GRACE_S)
        if process.returncode is None:
            log.warning("%s did not end within %.0f s and is killed", self.name, GRACE_S)
        self.kill()

    def kill(self) -> None:
        """End the process and all it started, at once."""
        self._stopping.set()
        self._signal(signal.SIGKILL)

    def _signal_leader(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def _signal(self, number: signal.Signals) -> None:
        if self.pid:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, number)

    def _environment(self) -> dict[str, str]:
        extra = _EDGE_ENVIRONMENT if self._room == "edge" else {}
        handed = {HANDOVER_VARIABLE: self._settings.handover(), PARENT_VARIABLE: str(os.getpid())}
        return {**os.environ, **handed, **extra}


def describe_exit(code: int) -> str:
    """An exit code in words."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
