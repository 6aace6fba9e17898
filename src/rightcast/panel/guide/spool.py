"""Shows of a file, put aside on disk by guide channel until the whole file is known to be sound.

So a guide of any size and in any order is imported in little memory, and a broken one changes nothing. A channel whose
shows are in order, as nearly all are, is never decoded again.
"""

from __future__ import annotations

import os
import tempfile
from array import array
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, Self

from rightcast.contract.guide_bodies import decode_shows, encode_show
from rightcast.domain.guide import DAY_S, day_of
from rightcast.domain.guide_order import in_order, is_tidy
from rightcast.panel.guide.bodies import listed, neutral

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

    from rightcast.domain.guide import Show
    from rightcast.formats.xmltv_oddities import Findings


@dataclass(frozen=True, slots=True)
class Window:
    """Which days are kept: from `first` to `last`, both included."""

    first: int
    last: int

    def holds(self, start: int) -> bool:
        """Whether a show of this beginning is kept."""
        return self.first * DAY_S <= start < (self.last + 1) * DAY_S


@dataclass(slots=True)
class Told:
    """What a file tells of one channel: encoded days, and from when on."""

    since: int = 0
    count: int = 0
    days: dict[int, bytes] = field(default_factory=dict)


class _Place(NamedTuple):
    """Where a show lies; `stop` is 0 where it is not certain."""

    start: int
    stop: int
    line: int
    offset: int
    length: int


_NUMBERS = len(_Place._fields)
_OFFSET = _Place._fields.index("offset")


@dataclass(slots=True)
class Sheaf:
    """Shows encoded, a comma behind each, and by guide channel the numbers of their places, counted from the first."""

    bodies: list[bytes] = field(default_factory=list)
    places: dict[str, list[int]] = field(default_factory=dict)
    size: int = 0

    def add(self, show: Show) -> None:
        """One more; its `id` is the line it came from."""
        body = encode_show(show)
        shared = show.details is not None and show.details.clump
        places = self.places.setdefault(show.guide_id, [])
        places += (show.start, 0 if shared else show.stop, show.id, self.size, len(body))
        self.bodies += (body, b",")
        self.size += len(body) + 1


class Spool:
    """A temporary file of shows. Close it, or use it as a context."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = tempfile.TemporaryFile(buffering=1 << 20, dir=folder)  # noqa: SIM115 - closed by `close`
        self._places: dict[str, array[int]] = {}
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
        """Put one aside; its `id` is the line it came from."""
        sheaf = Sheaf()
        sheaf.add(show)
        self.take(sheaf)

    def take(self, sheaf: Sheaf) -> None:
        """Put many aside."""
        self._file.writelines(sheaf.bodies)
        for guide_id, numbers in sheaf.places.items():
            places = self._places.setdefault(guide_id, array("q"))
            first = len(places) + _OFFSET
            places.extend(numbers)
            for place in range(first, len(places), _NUMBERS):
                places[place] += self._end
        self._end += sheaf.size

    def last_starts(self) -> dict[str, int]:
        """When the last show of each channel begins."""
        return {guide_id: places[-_NUMBERS] for guide_id, places in self._places.items()}

    def guide_ids(self) -> list[str]:
        """Channels that have shows, in the order in which they came."""
        return list(self._places)

    def told(self, guide_id: str, window: Window, findings: Findings) -> Told:
        """A channel's days, in order and free of overlaps. What is outside the window is left out and noted."""
        self._file.flush()
        kept = []
        for place in self._listed(guide_id):
            if window.holds(place.start):
                kept.append(place)
            else:
                findings.note("too-old" if day_of(place.start) < window.first else "too-far", place.line)
        kept.sort(key=lambda place: place.start)
        if not kept:
            return Told()
        if is_tidy((place.start, place.stop) for place in kept):
            return self._as_it_is(kept)
        shows = in_order(map(self._show, kept), findings.note)
        by_day: dict[int, list[Show]] = {}
        for one in shows:
            by_day.setdefault(day_of(one.start), []).append(one)
        days = {day: neutral(members) for day, members in by_day.items()}
        return Told(kept[0].start, len(shows), days)

    def _as_it_is(self, kept: list[_Place]) -> Told:
        by_day: dict[int, list[_Place]] = {}
        for place in kept:
            by_day.setdefault(day_of(place.start), []).append(place)
        return Told(kept[0].start, len(kept), {day: self._day(places) for day, places in by_day.items()})

    def _day(self, places: list[_Place]) -> bytes:
        """The list of a day, read at once where its shows lie one behind the other, as they do in nearly all guides."""
        first, last = places[0], places[-1]
        span = last.offset + last.length - first.offset
        if all(one.offset + one.length + 1 == other.offset for one, other in pairwise(places)):
            return b"[%b]" % os.pread(self._file.fileno(), span, first.offset)
        return listed(map(self._body, places))

    def _listed(self, guide_id: str) -> Iterator[_Place]:
        numbers = iter(self._places[guide_id])
        return map(_Place._make, zip(*[numbers] * _NUMBERS, strict=True))

    def _body(self, place: _Place) -> bytes:
        return os.pread(self._file.fileno(), place.length, place.offset)

    def _show(self, place: _Place) -> Show:
        (show,) = decode_shows(listed([self._body(place)]))
        return replace(show, id=place.line)
