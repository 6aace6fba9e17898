"""Starts the real `rightcast serve` in a temporary folder on free ports, and looks at what it started."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from rightcast.serve.lock import remembered_settings
from tests import warm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rightcast.contract.station import StationSettings

PROGRAM = (sys.executable, "-c", "from rightcast.cli.main import main; main()")
DEADLINE_S = 60.0


def wait_until(condition: Callable[[], bool], what: str, deadline_s: float = DEADLINE_S) -> None:
    """Return when `condition` holds; fail after `deadline_s`."""
    end = time.monotonic() + deadline_s
    while not condition():
        assert time.monotonic() < end, f"not within {deadline_s} s: {what}"
        time.sleep(0.02)


@dataclass(slots=True)
class RunningStation:
    """A `rightcast serve` process and its folder. Its terminal is the file `said`."""

    process: subprocess.Popen[bytes]
    data: Path
    output: Path

    @property
    def said(self) -> str:
        return self.output.read_text()

    @property
    def settings(self) -> StationSettings:
        return remembered_settings(self.data)

    def children(self) -> dict[str, int]:
        """Names (as in `ps`) and pids of the processes it started."""
        found: dict[str, int] = {}
        with contextlib.suppress(psutil.NoSuchProcess):
            for child in psutil.Process(self.process.pid).children():
                with contextlib.suppress(psutil.NoSuchProcess):
                    found[" ".join(child.cmdline()).strip()] = child.pid
        return found

    def everything(self) -> list[psutil.Process]:
        """All living processes below it."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def until_on_air(self) -> None:
        """Wait until it says what to open."""
        wait_until(lambda: "Ctrl-C" in self.said or self.process.poll() is not None, "station on air")
        assert self.process.poll() is None, self.said

    def interrupt(self, number: int = signal.SIGINT) -> int:
        """Signal it and wait for its end; returns the exit code."""
        self.process.send_signal(number)
        return self.process.wait(20)

    def run(self, *arguments: str) -> Any:
        """A command beside it, with --json."""
        done = warm.run([*arguments, "--data", str(self.data), "--json"], env=os.environ)
        return json.loads(done.stdout)


@contextlib.contextmanager
def running(data: Path, *options: str) -> Iterator[RunningStation]:
    """A station from its start to its end."""
    data.parent.mkdir(parents=True, exist_ok=True)
    output = data.parent / f"{data.name}.said"
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("RIGHTCAST_", "DJANGO_"))}
    ports = () if "--listen" in options else ("--listen", "127.0.0.1:0")
    with output.open("wb") as terminal:
        process = subprocess.Popen(
            [*PROGRAM, "serve", "--data", str(data), "--console", "127.0.0.1:0", *ports, *options],
            stdin=subprocess.DEVNULL,
            stdout=terminal,
            stderr=subprocess.STDOUT,
            env=environment,
        )
    station = RunningStation(process, data, output)
    try:
        yield station
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those that still run; one that only waits to be buried does not."""
    found = []
    for one in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            if one.is_running() and one.status() != psutil.STATUS_ZOMBIE:
                found.append(one)
    return found
