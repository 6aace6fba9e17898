"""Tables of colours of DVB subtitles: the receiver's own, and what broadcasters change in them.

ETSI EN 300 743 sections 7.2.4 and 10.
"""

from __future__ import annotations

from functools import cache

Colour = tuple[int, int, int, int]
"""Red, green, blue and opacity, each of 0 to 255."""
Table = dict[int, Colour]
CLEAR: Colour = (0, 0, 0, 0)
_SD = (1.402, 0.344136, 0.714136, 1.772)
_HD = (1.5748, 0.187324, 0.468124, 1.8556)
"""What red and blue differences add, by ITU-R BT.601 and BT.709."""


@cache
def default_table(depth: int) -> tuple[Colour, ...]:
    """The colours that hold until the broadcaster says others (section 10), for regions of 2, 4 or 8 bits."""
    if depth == 2:
        return (CLEAR, (255, 255, 255, 255), (0, 0, 0, 255), (127, 127, 127, 255))
    if depth == 4:
        return (CLEAR, *(_primary(value, 127 if value & 8 else 255, 255) for value in range(1, 16)))
    return (CLEAR, *(_of_256(value) for value in range(1, 256)))


def _primary(value: int, level: int, opacity: int) -> Colour:
    red, green, blue = (level if value & bit else 0 for bit in (1, 2, 4))
    return red, green, blue, opacity


def _of_256(value: int) -> Colour:
    """Section 10.1: bits 7 and 3 choose among four groups, the others give small and large steps of each colour."""
    if value < 8:
        return _primary(value, 255, 63)
    small, large, base = {0x00: (85, 170, 0), 0x08: (85, 170, 0), 0x80: (43, 85, 127), 0x88: (43, 85, 0)}[value & 0x88]
    levels = [base + small * bool(value & bit) + large * bool(value & bit << 4) for bit in (1, 2, 4)]
    return levels[0], levels[1], levels[2], 127 if value & 0x88 == 0x08 else 255


class Clut:
    """The three tables that one number stands for: for 2, 4 and 8 bits."""

    def __init__(self) -> None:
        self._changed: dict[int, Table] = {2: {}, 4: {}, 8: {}}

    def change(self, body: bytes, *, hd: bool) -> None:
        """Take in a segment of definitions; entries that are cut off are left out."""
        at = 2
        while at + 2 <= len(body):
            entry, flags = body[at], body[at + 1]
            size = 4 if flags & 1 else 2
            fields = body[at + 2 : at + 2 + size]
            if len(fields) < size:
                return
            colour = _colour(fields, hd=hd)
            for depth, flag in ((2, 0x80), (4, 0x40), (8, 0x20)):
                if flags & flag and entry < 1 << depth:
                    self._changed[depth][entry] = colour
            at += 2 + size

    def table(self, depth: int) -> tuple[Colour, ...]:
        """All colours of a depth."""
        changed = self._changed[depth]
        return tuple(changed.get(place, usual) for place, usual in enumerate(default_table(depth)))


def _colour(fields: bytes, *, hd: bool) -> Colour:
    if len(fields) == 4:
        luma, red, blue, hidden = fields
    else:
        word = fields[0] << 8 | fields[1]  # six bits, four, four and two: the upper ones of each
        luma, red, blue, hidden = word >> 8 & 0xFC, word >> 2 & 0xF0, word << 2 & 0xF0, word << 6 & 0xC0
    if not luma:
        return CLEAR
    to_red, green_blue, green_red, to_blue = _HD if hd else _SD
    level = (luma - 16) * 255 / 219
    difference_red, difference_blue = ((one - 128) * 255 / 224 for one in (red, blue))
    found = (
        level + to_red * difference_red,
        level - green_blue * difference_blue - green_red * difference_red,
        level + to_blue * difference_blue,
    )
    shown = [min(max(round(one), 0), 255) for one in found]
    return shown[0], shown[1], shown[2], 255 - hidden
