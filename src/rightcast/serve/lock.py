"""One station per data folder: a lock that dies with its holder, and the settings it runs under.

Commands read both, to learn whether the station is on air and at which addresses.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from rightcast.contract.station import StationSettings
from rightcast.domain.errors import ConflictError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PATIENCE_S = 0.5
"""A command that asks `on_air` holds the lock for a blink; starting must not fail for that."""


@contextmanager
def station_lock(data: Path) -> Iterator[None]:
    """Hold the data folder for this process; raises ConflictError when another station has it."""
    path = _lock_path(data)
    with path.open("a+") as file:
        deadline = time.monotonic() + _PATIENCE_S
        while not _locked(file.fileno(), fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                file.seek(0)
                raise ConflictError(
                    f"A station is already on air in {data} (process {file.read().strip() or 'unknown'}).",
                    remedy="Stop it first, or choose another folder with --data.",
                    field="data",
                )
            time.sleep(0.05)
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def on_air(data: Path) -> bool:
    """Whether a station runs in this data folder now."""
    try:
        with _lock_path(data).open("r") as file:
            free = _locked(file.fileno(), fcntl.LOCK_SH)
    except OSError:
        return False
    return not free


def remember_settings(settings: StationSettings) -> None:
    """Write down under which settings the station runs, for commands given beside it."""
    draft = settings.data / f".station.json.{os.getpid()}"
    draft.write_text(settings.handover())
    draft.replace(settings.data / "station.json")


def remembered_settings(data: Path) -> StationSettings:
    """The settings of the station that runs, or ran last, in this folder; the defaults when none ever did."""
    with contextlib.suppress(OSError, msgspec.DecodeError, msgspec.ValidationError, NotImplementedError):
        return replace(StationSettings.from_handover((data / "station.json").read_text()), data=data)
    return StationSettings(data=data)


def _lock_path(data: Path) -> Path:
    return data / "station.lock"


def _locked(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
