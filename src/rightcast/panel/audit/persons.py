"""Keys of the persons that the trail speaks of: made when first needed, destroyed when a person is erased."""

from __future__ import annotations

import secrets
import time
from functools import lru_cache
from typing import TYPE_CHECKING

from django.apps import apps
from django.conf import settings
from django.db import connection

from rightcast.state.keys import derived_key, station_key
from rightcast.state.sealing import MARK, SALT_BYTES, person_key, seal, unseal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from pathlib import Path

    from rightcast.panel.audit.models import PersonKey

PERSONS = frozenset({"line", "staff"})
"""Subjects that are persons: what is said of them is sealed without being asked for."""
ERASED = "erased"
_REMEMBERED_S = 5.0
_MOST_REMEMBERED = 4096
Person = tuple[str, int]
_salts: dict[Person, tuple[float, str]] = {}


def keys_for(persons: Iterable[Person]) -> Mapping[Person, bytes | None]:
    """The key of each person, made when there is none; None for one who was erased. Inside a transaction."""
    wanted = set(persons)
    if not wanted:
        return {}
    rows = _rows(wanted)
    missing = [
        _table()(kind=kind, person_id=number, salt=secrets.token_hex(SALT_BYTES))
        for kind, number in sorted(wanted - rows.keys())
    ]
    if missing:
        _table().objects.bulk_create(missing)
        rows |= {(row.kind, row.person_id): row.salt for row in missing}
    station = _station_key(settings.STATION.keys)
    return {who: person_key(station, salt) if salt else None for who, salt in rows.items()}


def sealed(text: str, who: Person, key: bytes | None, column: str) -> str:
    """A person's text as the table keeps it; of an erased person nothing more is kept."""
    return ERASED if key is None else seal(text, key, _place(who[0], who[1], column))


def opened(text: str, kind: str, number: int | None, column: str) -> str:
    """A kept text in clear, or ERASED when the person's key is gone. Others' erasures are seen within seconds."""
    if not text.startswith(MARK) or number is None:
        return text
    for salt in (_remembered(kind, number), _fresh(kind, number)):
        if salt:
            found = unseal(text, person_key(_station_key(settings.STATION.keys), salt), _place(kind, number, column))
            if found is not None:
                return found
    return ERASED


def destroy(kind: str, number: int, now: datetime) -> bool:
    """Make a person's texts unreadable for ever; False when that was done before. Inside a transaction."""
    row, _ = _table().objects.get_or_create(kind=kind, person_id=number)
    _salts.pop((kind, number), None)
    if row.erased_at is not None:
        return False
    row.salt, row.erased_at = "", now
    row.save()
    return True


def _remembered(kind: str, number: int) -> str:
    found = _salts.get((kind, number))
    return found[1] if found is not None and time.monotonic() - found[0] < _REMEMBERED_S else ""


def _fresh(kind: str, number: int) -> str:
    salt = _rows({(kind, number)}).get((kind, number), "")
    if len(_salts) >= _MOST_REMEMBERED:
        _salts.clear()
    _salts[kind, number] = (time.monotonic(), salt)
    return salt


def _rows(persons: set[Person]) -> dict[Person, str]:
    """Salts of those who have one. A deed asks for one or two persons, so the question is written out."""
    found: dict[Person, str] = {}
    wanted = sorted(persons)
    with connection.cursor() as cursor:
        for at in range(0, len(wanted), 400):
            some = wanted[at : at + 400]
            where = " OR ".join(["(kind = %s AND person_id = %s)"] * len(some))
            cursor.execute(
                f"SELECT kind, person_id, salt FROM audit_personkey WHERE {where}",  # noqa: S608 - placeholders only
                [value for one in some for value in one],
            )
            found |= {(kind, number): salt for kind, number, salt in cursor.fetchall()}
    return found


def _place(kind: str, number: int, column: str) -> str:
    return f"{kind}:{number}:{column}"


def _table() -> type[PersonKey]:
    return apps.get_model("audit", "PersonKey")


@lru_cache(maxsize=8)
def _station_key(folder: Path) -> bytes:
    return derived_key(station_key(folder), "persons")
