"""Follows one teletext page through a stream: what it shows, and from when on.

Data units of EN 300 472, packets of EN 300 706 section 9. A page is complete when the next one of its magazine
begins (in serial transmission: any next one); it is shown from the time its header was sent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from rightcast.formats.teletext.characters import supplementary, with_mark
from rightcast.formats.teletext.coding import REVERSED, unhamming_8_4, unhamming_24_18, without_parity
from rightcast.formats.teletext.page import COLUMNS, Line, read_page

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rightcast.formats.mpegts.pes import Pes

_UNIT_BYTES = 44
_TELETEXT_UNITS = frozenset({0x02, 0x03})
_PACKET_BYTES = 42
_G2, _MARKED, _SET_POSITION, _TERMINATION = 0x0F, 0x10, 0x04, 0x1F


class Shown(NamedTuple):
    """From `time` (ticks, as in the stream) on the page shows these lines; none: it was cleared."""

    time: int
    lines: tuple[Line, ...]


@dataclass(slots=True)
class _Coming:
    """The wanted page while its packets arrive."""

    time: int
    option: int
    rows: dict[int, bytes] = field(default_factory=dict)
    enhanced: dict[tuple[int, int], str] = field(default_factory=dict)
    active_row: int = 0
    region: int | None = None


class PageDecoder:
    """Feed PES packets in order, take what they show. `page`: magazine (8 for 0) and page in hex, like 0x888.

    `region`: which letters the national options choose from, until the sender says so itself.
    """

    def __init__(self, page: int, *, region: int = 0) -> None:
        self._magazine = page >> 8 & 7
        self._number = page & 0xFF
        self._region = region
        self._pts: int | None = None
        self._coming: _Coming | None = None
        self._kept: dict[int, bytes] = {}
        self._shown: list[Shown] = []

    def feed(self, packets: Iterable[Pes]) -> list[Shown]:
        """What these packets complete, in order."""
        for pes in packets:
            if pes.pts is not None:
                self._pts = pes.pts
            if self._pts is not None and pes.payload and 0x10 <= pes.payload[0] <= 0x1F:
                self._data_units(pes.payload, self._pts)
        shown, self._shown = self._shown, []
        return shown

    def finish(self) -> list[Shown]:
        """What the page shows at the end of the data, though its end did not come."""
        self._complete()
        shown, self._shown = self._shown, []
        return shown

    def _data_units(self, payload: bytes, pts: int) -> None:
        place = 1
        while place + 2 + _UNIT_BYTES <= len(payload):
            unit, length = payload[place], payload[place + 1]
            if unit in _TELETEXT_UNITS and length == _UNIT_BYTES:
                data = payload[place + 4 : place + 4 + _PACKET_BYTES].translate(REVERSED)
                self._packet(data, pts)
            place += 2 + length

    def _packet(self, data: bytes, pts: int) -> None:
        low, high = unhamming_8_4(data[0]), unhamming_8_4(data[1])
        if low < 0 or high < 0:
            return
        magazine, number = low & 7, high << 1 | low >> 3
        if number == 0:
            self._header(magazine, data[2:], pts)
        elif magazine != self._magazine:
            return
        elif number == 29:
            self._designation(data[2:], of_page=False)
        elif self._coming is not None:
            self._row(self._coming, number, data[2:])

    def _header(self, magazine: int, data: bytes, pts: int) -> None:
        digits = [unhamming_8_4(byte) for byte in data[:8]]
        serial = digits[7] >= 0 and bool(digits[7] & 1)
        if magazine == self._magazine or serial:
            self._complete()
        if magazine != self._magazine or min(digits) < 0:
            return
        if digits[1] << 4 | digits[0] != self._number:
            return
        erases = bool(digits[3] & 8)
        control = digits[7]
        option = (control >> 1 & 1) << 2 | (control >> 2 & 1) << 1 | control >> 3 & 1  # C12 C13 C14
        self._coming = _Coming(pts, option, {} if erases else dict(self._kept))

    def _row(self, coming: _Coming, number: int, data: bytes) -> None:
        if 1 <= number <= 24:
            coming.rows[number] = bytes(without_parity(byte) for byte in data[:COLUMNS])
        elif number == 26:
            _enhance(coming, data)
        elif number == 28:
            self._designation(data, of_page=True)

    def _designation(self, data: bytes, *, of_page: bool) -> None:
        """The character region of a page (X/28) or of its whole magazine (M/29); section 9.4.2."""
        triplet = unhamming_24_18(data[1:4]) if unhamming_8_4(data[0]) in {0, 4} else None
        if triplet is None:
            return
        region = triplet >> 10 & 15
        if not of_page:
            self._region = region
        elif self._coming is not None and triplet & 0xF == 0:  # a page of characters, not of data
            self._coming.region = region

    def _complete(self) -> None:
        coming, self._coming = self._coming, None
        if coming is None:
            return
        self._kept = coming.rows
        region = self._region if coming.region is None else coming.region
        lines = read_page(coming.rows, coming.enhanced, region=region, option=coming.option)
        self._shown.append(Shown(coming.time, lines))


def _enhance(coming: _Coming, data: bytes) -> None:
    """Characters that level 1 does not have (section 12.3): those of the supplementary set, and with marks."""
    for place in range(1, 40, 3):
        triplet = unhamming_24_18(data[place : place + 3])
        if triplet is None:
            continue
        address, mode, code = triplet & 0x3F, triplet >> 6 & 0x1F, triplet >> 11
        if address >= COLUMNS:
            if mode == _SET_POSITION:
                coming.active_row = address - COLUMNS or 24
            elif mode == _TERMINATION:
                return
        elif mode == _G2:
            coming.enhanced[coming.active_row, address] = supplementary(code)
        elif mode >= _MARKED:
            coming.enhanced[coming.active_row, address] = with_mark(code, mode & 15)
