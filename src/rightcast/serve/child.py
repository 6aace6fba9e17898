"""One process of a station: reads the handed-over settings, takes its name, runs its room.

Started by the supervisor as `python -m rightcast.serve.child ROOM INDEX`; the composition root of the planes.
"""

from __future__ import annotations

import asyncio
import ctypes
import logging
import os
import signal
import sys
import warnings
from typing import TYPE_CHECKING

import setproctitle

from rightcast.contract.station import HANDOVER_VARIABLE, StationSettings
from rightcast.domain.errors import RightcastError
from rightcast.serve.failures import leave_failure
from rightcast.serve.logs import configure_logs, log_uncaught

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

NEEDS_OPERATOR = 3
"""Exit code of a room that cannot work until somebody changes something; starting it again is no remedy."""
PARENT_VARIABLE = "RIGHTCAST_PARENT"
_PR_SET_PDEATHSIG = 1

log = logging.getLogger(__name__)


def room_name(room: str, index: int) -> str:
    """What a room's process is called in `ps` and in log file names: planes that come in numbers count from 1."""
    return f"{room} {index + 1}" if room in {"headend", "edge"} else room


def die_with_parent() -> None:
    """Let the kernel end this process when the supervisor dies, however it dies (PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    parent = os.environ.get(PARENT_VARIABLE, "")
    if parent.isdigit() and os.getppid() != int(parent):
        raise SystemExit(0)  # it died between our start and the call above


def main(arguments: Sequence[str]) -> int:
    """Run one room until it ends; returns the exit code."""
    if len(arguments) != 2 or arguments[0] not in ROOMS or not arguments[1].isdigit():
        sys.stderr.write(f"usage: python -m rightcast.serve.child {'|'.join(ROOMS)} INDEX\n")
        return 2
    handed = os.environ.get(HANDOVER_VARIABLE)
    if handed is None:
        sys.stderr.write(f"{HANDOVER_VARIABLE} is not set; `rightcast serve` starts this process.\n")
        return 2
    die_with_parent()
    room, index = arguments[0], int(arguments[1])
    name = room_name(room, index)
    settings = StationSettings.from_handover(handed)
    setproctitle.setproctitle(f"rightcast: {name}")
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # of libraries to programmers, not to operators
    configure_logs(settings.data / "logs" / f"{name.replace(' ', '-')}.log", name)
    sys.excepthook = log_uncaught
    try:
        ROOMS[room](settings, index)
    except RightcastError as error:
        log.info("cannot work: %s", error)  # the supervisor says it on the terminal
        leave_failure(settings, name, error)
        return NEEDS_OPERATOR
    except KeyboardInterrupt:
        return 0
    return 0


def _prepare(settings: StationSettings, _index: int) -> None:
    from rightcast.panel.prepare import prepare  # noqa: PLC0415 - each process loads its own room only
    from rightcast.serve.demo import fill_demo  # noqa: PLC0415

    prepare(settings)
    if settings.demo:
        fill_demo(settings)


def _panel(settings: StationSettings, _index: int) -> None:
    from rightcast.panel.main import run  # noqa: PLC0415

    run(settings)


def _jobs(settings: StationSettings, _index: int) -> None:
    from rightcast.panel.jobs.main import run  # noqa: PLC0415

    run(settings)


def _headend(settings: StationSettings, index: int) -> None:
    from rightcast.headend.main import run  # noqa: PLC0415

    asyncio.run(run(settings, index))


def _edge(settings: StationSettings, index: int) -> None:
    from rightcast.edge.main import run  # noqa: PLC0415

    asyncio.run(run(settings, index))


def _sender(settings: StationSettings, _index: int) -> None:
    from rightcast.headend.output.main import run  # noqa: PLC0415

    asyncio.run(run(settings))


def _archivist(settings: StationSettings, _index: int) -> None:
    from rightcast.headend.archive.main import run  # noqa: PLC0415

    asyncio.run(run(settings))


ROOMS: dict[str, Callable[[StationSettings, int], None]] = {
    "prepare": _prepare,
    "panel": _panel,
    "jobs": _jobs,
    "headend": _headend,
    "edge": _edge,
    "sender": _sender,
    "archivist": _archivist,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
