"""A file of countries by address in MaxMind's format, which the operator supplies: GeoLite2 Country, DB-IP Lite."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import maxminddb

if TYPE_CHECKING:
    from pathlib import Path

_log = logging.getLogger(__name__)


class CountryFile:
    """A file of countries by address, held in memory whole: one that is written over cannot hurt who reads it."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._reader: maxminddb.Reader | None = None
        self._mark: tuple[int, ...] | None = None

    def is_stale(self) -> bool:
        """Whether the file is another one than was read last, or is gone."""
        return self._path is not None and self._seen() != self._mark

    def load(self) -> bool:
        """Read the file if it has changed; whether places may differ now. One that cannot be read changes nothing."""
        if self._path is None or not self.is_stale():
            return False
        self._mark = self._seen()
        if self._mark is None:
            _log.warning(
                "The country file %s is gone: places are not known, but for the operator's networks", self._path
            )
            self._reader = None
            return True
        try:
            self._reader = maxminddb.open_database(self._path, maxminddb.MODE_MEMORY)
        except (OSError, ValueError, maxminddb.InvalidDatabaseError) as error:
            _log.warning("The country file %s cannot be read, the one before it stays in use: %s", self._path, error)
            return False
        return True

    def country_of(self, address: str) -> str:
        """The ISO 3166-1 code of an address; "" where the file knows none."""
        if self._reader is None:
            return ""
        try:
            return country_in(self._reader.get(address))
        except (ValueError, maxminddb.InvalidDatabaseError):
            return ""

    def _seen(self) -> tuple[int, ...] | None:
        if self._path is None:
            return None
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino


def country_in(record: object) -> str:
    """The country of a record, as GeoLite2 and DB-IP (`country.iso_code`) or flat files (`country_code`) write it."""
    if not isinstance(record, dict):
        return ""
    found = record.get("country")
    code = found.get("iso_code") if isinstance(found, dict) else record.get("country_code", found)
    return code if isinstance(code, str) and len(code) == 2 and code.isalpha() and code.isascii() else ""
