"""Making a station ready: tables, groups, the first operator, the station's row, a full feed.

Doing it again changes nothing; it is also how an update brings old data forward.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import django
from django.apps import apps
from django.conf import settings as django_settings
from django.db import DatabaseError

from rightcast.contract.station import HANDOVER_VARIABLE
from rightcast.domain import credentials
from rightcast.domain.errors import FolderNotWritableError
from rightcast.state.keys import station_key

if TYPE_CHECKING:
    from pathlib import Path

    from rightcast.contract.station import StationSettings

OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Prepared:
    """What `prepare` found or made. `password` is "" once the operator has chosen another."""

    user: str
    password: str
    fresh: bool


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


def operator_of(settings: StationSettings) -> Prepared:
    """Name and first password of the operator, as kept for `rightcast demo`; needs no database."""
    try:
        kept = json.loads((settings.keys / "operator.json").read_bytes())
    except (OSError, ValueError):
        return Prepared(OPERATOR, "", fresh=False)
    return Prepared(str(kept["user"]), str(kept["password"]), fresh=False)


def keep_operator(settings: StationSettings) -> Prepared:
    """Make up the first operator's password and keep it, readable by the owner only."""
    path = settings.keys / "operator.json"
    draft = settings.keys / f".operator.{os.getpid()}"
    made = Prepared(OPERATOR, credentials.new_secret(16), fresh=True)
    draft.touch(mode=0o600)
    draft.write_text(json.dumps({"user": made.user, "password": made.password}))
    draft.replace(path)
    return made


def forget_operator(settings: StationSettings) -> None:
    """Drop the first password from disk, once the operator has chosen another."""
    (settings.keys / "operator.json").unlink(missing_ok=True)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FolderNotWritableError(
            f"The data folder {folder} cannot be made: {error.strerror}.",
            remedy="Choose another with --data.",
            field="data",
        ) from error
