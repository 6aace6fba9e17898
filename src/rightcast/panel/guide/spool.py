"""Shows of a file, put aside on disk by guide channel until the whole file is known to be sound.

So a guide of any size and in any order is imported in little memory, and a broken one changes nothing.
"""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING, Self

from rightcast.contract.guide_bodies import decode_shows, encode_shows

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from rightcast.domain.guide import Show

_HELD = 8192
"""Shows held in memory, of all channels together."""


class Spool:
    """A temporary file of shows. Close it, or use it as a context."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed by `close`
        self._held: dict[str, list[Show]] = {}
        self._count = 0
        self._places: dict[str, list[tuple[int, int]]] = {}
        self._end = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file, which is gone then."""
        self._file.close()

    def add(self, show: Show) -> None:
        """Put one aside."""
        self._held.setdefault(show.guide_id, []).append(show)
        self._count += 1
        if self._count >= _HELD:
            self._flush()

    def guide_ids(self) -> list[str]:
        """Channels that have shows, in the order in which they came."""
        return list(dict.fromkeys([*self._places, *self._held]))

    def shows(self, guide_id: str) -> list[Show]:
        """Those of a channel, in the order in which they came."""
        found: list[Show] = []
        for place, length in self._places.get(guide_id, ()):
            self._file.seek(place)
            found.extend(decode_shows(self._file.read(length)))
        return [*found, *self._held.get(guide_id, ())]

    def _flush(self) -> None:
        self._file.seek(self._end)
        for guide_id, shows in self._held.items():
            body = encode_shows(shows)
            self._file.write(body)
            self._places.setdefault(guide_id, []).append((self._end, len(body)))
            self._end += len(body)
        self._held, self._count = {}, 0
