"""Pixel data of DVB subtitles: run lengths of 2, 4 and 8 bits, drawn line by line into a region.

ETSI EN 300 743 sections 7.2.5.1 and 7.2.5.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_MAP_2_TO_4, _MAP_2_TO_8, _MAP_4_TO_8 = 0x20, 0x21, 0x22
_END_OF_LINE = 0xF0
_DEFAULT_MAPS = {
    (2, 4): bytes((0, 7, 8, 15)),
    (2, 8): bytes((0, 0x77, 0x88, 0xFF)),
    (4, 8): bytes(value * 0x11 for value in range(16)),
}


@dataclass(slots=True)
class Canvas:
    """A region while it is drawn: one byte for each pixel, its place in the table of colours."""

    width: int
    height: int
    depth: int
    pixels: bytearray

    def run(self, x: int, y: int, length: int, value: int) -> None:
        """Draw some pixels of one value; what lies outside is cut off."""
        end = min(x + length, self.width)
        if 0 <= y < self.height and x < end:
            start = y * self.width
            self.pixels[start + x : start + end] = bytes((value,)) * (end - x)


class _Cursor:
    """Bits of coded pixels, up to eight at a time; zeros behind their end, which end every string."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self._bit = at * 8

    @property
    def byte(self) -> int:
        """Where the next whole byte begins."""
        return -(-self._bit // 8)

    def take(self, count: int) -> int:
        """The next bits as a number."""
        at, within = divmod(self._bit, 8)
        self._bit += count
        window = int.from_bytes(self._data[at : at + 2].ljust(2, b"\0"), "big")
        return window >> 16 - within - count & (1 << count) - 1


def draw(canvas: Canvas, data: bytes, *, x: int, y: int, keeps_1: bool) -> None:
    """Draw an object's lines from `y` on, leaving out every second. Ends where the data makes no sense any more."""
    maps = dict(_DEFAULT_MAPS)
    column, at = x, 0
    while at < len(data) and y < canvas.height:
        kind = data[at]
        at += 1
        if kind in _STRINGS:
            depth, runs = _STRINGS[kind]
            mapped = maps.get((depth, canvas.depth))
            cursor = _Cursor(data, at)
            for length, value in runs(cursor):
                if not (keeps_1 and value == 1):
                    canvas.run(column, y, length, mapped[value] if mapped else value & (1 << canvas.depth) - 1)
                column += length
            at = cursor.byte
        elif kind in _MAPS:
            key, size = _MAPS[kind]
            maps[key] = _map(key, data[at : at + size])
            at += size
        elif kind == _END_OF_LINE:
            column, y = x, y + 2
        else:
            return


def _map(key: tuple[int, int], entries: bytes) -> bytes:
    """A table from few colours to many (section 7.2.5.1): half bytes for regions of four bits."""
    if key == (2, 4):
        entries = bytes(one >> shift & 15 for one in entries for shift in (4, 0))
    return entries.ljust(1 << key[0], b"\0")


def _runs_2(bits: _Cursor) -> Iterator[tuple[int, int]]:
    while True:
        value = bits.take(2)
        if value:
            yield 1, value
        elif bits.take(1):
            length = bits.take(3) + 3
            yield length, bits.take(2)
        elif bits.take(1):
            yield 1, 0
        else:
            match bits.take(2):
                case 0:
                    return
                case 1:
                    yield 2, 0
                case 2:
                    length = bits.take(4) + 12
                    yield length, bits.take(2)
                case _:
                    length = bits.take(8) + 29
                    yield length, bits.take(2)


def _runs_4(bits: _Cursor) -> Iterator[tuple[int, int]]:
    while True:
        value = bits.take(4)
        if value:
            yield 1, value
        elif not bits.take(1):
            length = bits.take(3)
            if not length:
                return
            yield length + 2, 0
        elif not bits.take(1):
            length = bits.take(2) + 4
            yield length, bits.take(4)
        else:
            match bits.take(2):
                case 0:
                    yield 1, 0
                case 1:
                    yield 2, 0
                case 2:
                    length = bits.take(4) + 9
                    yield length, bits.take(4)
                case _:
                    length = bits.take(8) + 25
                    yield length, bits.take(4)


def _runs_8(bits: _Cursor) -> Iterator[tuple[int, int]]:
    while True:
        value = bits.take(8)
        if value:
            yield 1, value
            continue
        coloured, length = bits.take(1), bits.take(7)
        if coloured:
            yield length, bits.take(8)
        elif length:
            yield length, 0
        else:
            return


_STRINGS: dict[int, tuple[int, Callable[[_Cursor], Iterator[tuple[int, int]]]]] = {
    0x10: (2, _runs_2),
    0x11: (4, _runs_4),
    0x12: (8, _runs_8),
}
_MAPS = {_MAP_2_TO_4: ((2, 4), 2), _MAP_2_TO_8: ((2, 8), 4), _MAP_4_TO_8: ((4, 8), 16)}
