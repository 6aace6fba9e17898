"""The first operator's generated password: kept for `rightcast demo` until it is changed.

A file readable by its owner only; needs no database.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightcast.domain import credentials

if TYPE_CHECKING:
    from rightcast.contract.station import StationSettings

OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Prepared:
    """What `prepare` found or made. `password` is "" once the operator has chosen another."""

    user: str
    password: str
    fresh: bool


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
