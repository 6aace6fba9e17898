"""A small sender of DVB bitmap subtitles for tests: pictures into segments, segments into PES and transport stream."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

from tests.headend.signals import packet

if TYPE_CHECKING:
    from collections.abc import Sequence

PID, PAGE, ANCILLARY = 0x124, 1, 2
_STRING = {2: 0x10, 4: 0x11, 8: 0x12}
_DEPTH = {2: 1, 4: 2, 8: 3}


def segment(kind: int, body: bytes, page: int = PAGE) -> bytes:
    """One segment."""
    return bytes((0x0F, kind)) + page.to_bytes(2, "big") + len(body).to_bytes(2, "big") + body


def display(width: int, height: int, window: tuple[int, int] | None = None) -> bytes:
    """A display definition, with the corner of a window."""
    size = (width - 1).to_bytes(2, "big") + (height - 1).to_bytes(2, "big")
    if window is None:
        return segment(0x14, b"\0" + size)
    ends = (window[0], width - 1, window[1], height - 1)
    return segment(0x14, b"\x08" + size + b"".join(one.to_bytes(2, "big") for one in ends))


def composition(*places: tuple[int, int, int], state: int = 2, timeout_s: int = 10) -> bytes:
    """A page composition of regions (id, x, y)."""
    entries = b"".join(bytes((number, 0)) + x.to_bytes(2, "big") + y.to_bytes(2, "big") for number, x, y in places)
    return segment(0x10, bytes((timeout_s, state << 2)) + entries)


def region(
    width: int,
    height: int,
    *objects: tuple[int, int, int],
    number: int = 0,
    depth: int = 4,
    clut: int = 0,
    fill: int | None = 0,
) -> bytes:
    """A region composition with bitmaps (id, x, y)."""
    fills = fill or 0
    fixed = bytes((number, 0 if fill is None else 8)) + width.to_bytes(2, "big") + height.to_bytes(2, "big")
    codes = bytes((_DEPTH[depth] << 5 | _DEPTH[depth] << 2, clut, fills, (fills & 15) << 4 | (fills & 3) << 2))
    entries = b"".join(
        which.to_bytes(2, "big") + x.to_bytes(2, "big") + y.to_bytes(2, "big") for which, x, y in objects
    )
    return segment(0x11, fixed + codes + entries)


def colours(entries: dict[int, tuple[int, int, int, int]], *, clut: int = 0, page: int = PAGE) -> bytes:
    """Definitions of (Y, Cr, Cb, T) for every depth, in full range."""
    body = b"".join(bytes((entry, 0xE1, *values)) for entry, values in entries.items())
    return segment(0x12, bytes((clut, 0)) + body, page)


def bitmap(rows: Sequence[bytes], *, number: int = 0, depth: int = 4, keeps_1: bool = False, page: int = PAGE) -> bytes:
    """An object of lines of pixel values, coded in runs, odd lines and even lines apart."""
    fields = [b"".join(line(row, depth) + b"\xf0" for row in rows[first::2]) for first in (0, 1)]
    head = number.to_bytes(2, "big") + bytes((2 if keeps_1 else 0,))
    return segment(0x13, head + b"".join(len(one).to_bytes(2, "big") for one in fields) + b"".join(fields), page)


END = segment(0x80, b"")


def line(row: bytes, depth: int) -> bytes:
    """One coded line."""
    bits: list[tuple[int, int]] = []
    for value, group in groupby(row):
        left = len(list(group))
        while left:
            taken, coded = _RUNS[depth](value, left)
            bits += coded
            left -= taken
    bits += {2: [(0, 2), (0, 1), (0, 1), (0, 2)], 4: [(0, 4), (0, 1), (0, 3)], 8: [(0, 8), (0, 8)]}[depth]
    text = "".join(f"{number:0{size}b}" for number, size in bits)
    padded = text.ljust(-(-len(text) // 8) * 8, "0")
    return bytes((_STRING[depth],)) + int(padded, 2).to_bytes(len(padded) // 8, "big")


def _of_2(value: int, left: int) -> tuple[int, list[tuple[int, int]]]:
    if left >= 29:
        taken = min(left, 284)
        return taken, [(0, 2), (0, 1), (0, 1), (3, 2), (taken - 29, 8), (value, 2)]
    if left >= 12:
        taken = min(left, 27)
        return taken, [(0, 2), (0, 1), (0, 1), (2, 2), (taken - 12, 4), (value, 2)]
    if left >= 3:
        taken = min(left, 10)
        return taken, [(0, 2), (1, 1), (taken - 3, 3), (value, 2)]
    if value:
        return 1, [(value, 2)]
    return (2, [(0, 2), (0, 1), (0, 1), (1, 2)]) if left == 2 else (1, [(0, 2), (0, 1), (1, 1)])


def _of_4(value: int, left: int) -> tuple[int, list[tuple[int, int]]]:
    if left >= 25:
        taken = min(left, 280)
        return taken, [(0, 4), (1, 1), (1, 1), (3, 2), (taken - 25, 8), (value, 4)]
    if left >= 9:
        taken = min(left, 24)
        return taken, [(0, 4), (1, 1), (1, 1), (2, 2), (taken - 9, 4), (value, 4)]
    if not value and left >= 3:
        return left, [(0, 4), (0, 1), (left - 2, 3)]
    if left >= 4:
        taken = min(left, 7)
        return taken, [(0, 4), (1, 1), (0, 1), (taken - 4, 2), (value, 4)]
    if value:
        return 1, [(value, 4)]
    return (2, [(0, 4), (1, 1), (1, 1), (1, 2)]) if left == 2 else (1, [(0, 4), (1, 1), (1, 1), (0, 2)])


def _of_8(value: int, left: int) -> tuple[int, list[tuple[int, int]]]:
    taken = min(left, 127)
    if value and taken < 3:
        return 1, [(value, 8)]
    return taken, [(0, 8), (1, 1), (taken, 7), (value, 8)] if value else [(0, 8), (0, 1), (taken, 7)]


_RUNS = {2: _of_2, 4: _of_4, 8: _of_8}


def pes(pts: int, segments: bytes) -> bytes:
    """One PES packet (section 6)."""
    head = bytes((
        0x21 | pts >> 29 & 0x0E, pts >> 22 & 0xFF, pts >> 14 & 0xFE | 1, pts >> 7 & 0xFF, pts << 1 & 0xFE | 1,
    ))  # fmt: skip
    inside = b"\x84\x80\x05" + head + b"\x20\x00" + segments + b"\xff"
    return b"\0\0\1\xbd" + len(inside).to_bytes(2, "big") + inside


class Sender:
    """Puts PES packets into transport stream packets with counters."""

    def __init__(self, pid: int = PID) -> None:
        self.pid = pid
        self._counter = 0

    def send(self, pts: int, segments: bytes) -> bytes:
        """The packets of one display set."""
        data = pes(pts % (1 << 33), segments)
        found = []
        for start in range(0, len(data), 184):
            found.append(packet(self.pid, self._counter, data[start : start + 184], start=not start))
            self._counter = self._counter + 1 & 15
        return b"".join(found)


def box(width: int, height: int, value: int = 1) -> list[bytes]:
    """A picture of one colour."""
    return [bytes((value,)) * width] * height


WHITE, GREY = (235, 128, 128, 0), (60, 128, 128, 64)


def subtitle(x: int, y: int, width: int, height: int, *, timeout_s: int = 10) -> bytes:
    """A whole display set of one white box on a screen of 720 by 576."""
    return b"".join((
        composition((0, x, y), timeout_s=timeout_s),
        region(width, height, (0, 0, 0)),
        colours({1: WHITE}),
        bitmap(box(width, height)),
        END,
    ))  # fmt: skip


def letters(words: str, x: int, y: int) -> bytes:
    """A whole display set of white letters on grey."""
    font = ImageFont.load_default(40)
    _, _, right, bottom = (round(edge) for edge in font.getbbox(words))
    drawn = Image.new("1", (right + 16, bottom + 16))
    ImageDraw.Draw(drawn).text((8, 8), words, font=font, fill=1)
    data = drawn.convert("L").tobytes().replace(b"\0", b"\2").replace(b"\xff", b"\1")
    rows = [data[at : at + drawn.width] for at in range(0, len(data), drawn.width)]
    return b"".join((
        composition((0, x, y)),
        region(drawn.width, drawn.height, (0, 0, 0)),
        colours({1: WHITE, 2: GREY}),
        bitmap(rows),
        END,
    ))  # fmt: skip


NOTHING = composition() + END
"""A display set that clears the screen."""
