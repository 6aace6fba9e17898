"""Where viewers are: the operator's networks, then a country file in MaxMind's format, read anew when it changes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from rightcast.domain.places import Networks, Place, place_of
from rightcast.state.countries import CountryFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rightcast.edge.replica import Replica

LOOK_S = 1.0
_REMEMBERED = 50_000


class Places:
    """Answers where an address is; each is looked up once until networks or file change."""

    def __init__(self, replica: Replica, path: Path | None) -> None:
        self._replica = replica
        self._file = CountryFile(path)
        self._file.load()
        self._station = replica.station
        self._networks = Networks(replica.station.networks)
        self._known: dict[str, Place] = {}

    def of(self, address: str) -> Place:
        """Where an address is."""
        if self._station is not self._replica.station:
            self._station = self._replica.station
            self._networks = Networks(self._station.networks)
            self._known.clear()
        found = self._known.get(address)
        if found is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            found = self._known[address] = place_of(address, self._networks, self._file.country_of)
        return found

    async def watch(self, changed: Callable[[], None]) -> None:
        """Look at the file each second; `changed` is called after another one was read."""
        while True:
            await asyncio.sleep(LOOK_S)
            if self._file.is_stale() and await asyncio.to_thread(self._file.load):
                self._known.clear()
                changed()
