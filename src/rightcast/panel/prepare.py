"""Making a station ready: tables, groups, the first operator, the station's row, a full feed.

Doing it again changes nothing; it is also how an update brings old data forward.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import django
from django.apps import apps
from django.conf import settings as django_settings
from django.db import DatabaseError

from rightcast.contract.station import HANDOVER_VARIABLE
from rightcast.domain.errors import FolderNotWritableError
from rightcast.state.keys import station_key

if TYPE_CHECKING:
    from pathlib import Path

    from rightcast.contract.station import StationSettings
    from rightcast.panel.first_operator import Prepared


def set_up_django(settings: StationSettings) -> None:
    """Let this process use the panel's tables and operations for a station; once per process."""
    os.environ[HANDOVER_VARIABLE] = settings.handover()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rightcast.panel.settings")
    if not apps.ready:
        django.setup()


def prepare(settings: StationSettings) -> Prepared:
    """Bring the station's data up to date. Raises FolderNotWritableError."""
    _make_folder(settings.data)
    station_key(settings.keys)
    set_up_django(settings)
    from rightcast.panel.preparing import prepare_tables  # noqa: PLC0415 - models load after Django's set-up

    try:
        return prepare_tables(django_settings.STATION)
    except (DatabaseError, OSError) as error:
        raise FolderNotWritableError(
            f"The database {settings.database} cannot be used: {error}.",
            remedy="Check the disk and the folder's owner, or choose another folder with --data.",
            field="data",
        ) from error


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FolderNotWritableError(
            f"The data folder {folder} cannot be made: {error.strerror}.",
            remedy="Choose another with --data.",
            field="data",
        ) from error
