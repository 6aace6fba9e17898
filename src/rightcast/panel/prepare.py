"""Making a station ready: tables, groups, the first operator, the station's row, a full feed.

Doing it again changes nothing; it is also how an update brings old data forward. One process does it at a time: a
command that is typed while the station starts waits for the tables instead of making them too.
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

import django
from django.apps import apps
from django.conf import settings as django_settings
from django.db import DatabaseError

from rightcast.contract.station import HANDOVER_VARIABLE
from rightcast.domain.errors import ConflictError, FolderNotWritableError
from rightcast.state.keys import station_key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rightcast.contract.station import StationSettings
    from rightcast.panel.first_operator import Prepared

_PATIENCE_S = 120.0
"""Longer than bringing a large station's tables forward takes."""


def set_up_django(settings: StationSettings) -> None:
    """Let this process use the panel's tables and operations for a station; once per process."""
    os.environ[HANDOVER_VARIABLE] = settings.handover()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rightcast.panel.settings")
    if not apps.ready:
        django.setup()


def prepare(settings: StationSettings) -> Prepared:
    """Bring the station's data up to date, once nobody else does. Raises FolderNotWritableError, ConflictError."""
    _make_folder(settings.data)
    with _alone(settings.data):
        station_key(settings.keys)
        set_up_django(settings)
        return _prepare_tables(settings)


def await_preparing(settings: StationSettings) -> None:
    """Wait until no other process prepares this station. Raises ConflictError when that takes minutes."""
    with _alone(settings.data):
        pass


def _prepare_tables(settings: StationSettings) -> Prepared:
    from rightcast.panel.preparing import prepare_tables  # noqa: PLC0415 - models load after Django's set-up

    try:
        return prepare_tables(django_settings.STATION)
    except (DatabaseError, OSError) as error:
        raise FolderNotWritableError(
            f"The database {settings.database} cannot be used: {error}.",
            remedy="Check the disk and the folder's owner, or choose another folder with --data.",
            field="data",
        ) from error


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other processes from preparing the station in this folder; the lock dies with its holder."""
    deadline = time.monotonic() + _PATIENCE_S
    with _lock_file(folder) as file:
        while not _locked(file):
            if time.monotonic() > deadline:
                raise ConflictError(
                    f"Another process has been preparing the station in {folder} for {_PATIENCE_S:.0f} seconds.",
                    remedy="Wait until it ends, or end it, and try again.",
                    field="data",
                )
            time.sleep(0.05)
        yield


def _lock_file(folder: Path) -> IO[str]:
    try:
        return (folder / ".preparing").open("a")
    except OSError as error:
        raise FolderNotWritableError(
            f"Nothing can be written in the data folder {folder}: {error.strerror}.",
            remedy="Check the disk and the folder's owner, or choose another folder with --data.",
            field="data",
        ) from error


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FolderNotWritableError(
            f"The data folder {folder} cannot be made: {error.strerror}.",
            remedy="Choose another with --data.",
            field="data",
        ) from error
