"""The segments of a DVB subtitle stream, taken apart. What is cut off or says impossible things is left out.

ETSI EN 300 743 section 7. A region larger than `MOST_PIXELS` is refused: no screen shows it, memory would pay for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE, REGION, CLUT, OBJECT, DISPLAY, END = 0x10, 0x11, 0x12, 0x13, 0x14, 0x80
MOST_PIXELS = 4096 * 2304
_SYNC = 0x0F
_DATA_IDENTIFIER = 0x20
_HEADER_BYTES = 6
_PAGE_ENTRY_BYTES, _OBJECT_ENTRY_BYTES = 6, 6
_DEPTHS = {1: 2, 2: 4, 3: 8}
_WITH_COLOURS = {1, 2}
_PIXELS = 0


class Part(NamedTuple):
    """One segment as it was sent: its type, the page that it belongs to, and its fields."""

    kind: int
    page: int
    body: bytes


class Placed(NamedTuple):
    """Something at a place: a region of the page, or an object of a region."""

    id: int
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Page:
    """Which regions are shown from now on (section 7.2.2). `anew`: all that was known before is void."""

    timeout_s: int
    anew: bool
    regions: tuple[Placed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A rectangle to draw in (section 7.2.3); `depth` in bits for each pixel, `fill` the pixel it is cleared with."""

    id: int
    width: int
    height: int
    depth: int
    clut: int
    fill: int | None
    objects: tuple[Placed, ...]


@dataclass(frozen=True, slots=True)
class Fields:
    """The coded lines of an object (section 7.2.5): odd ones and even ones; `keeps_1`: pixels of 1 change nothing."""

    id: int
    keeps_1: bool
    top: bytes
    bottom: bytes


@dataclass(frozen=True, slots=True)
class Display:
    """The raster that places count in (section 7.2.1), and where in it the page lies."""

    width: int = 720
    height: int = 576
    left: int = 0
    top: int = 0


def parts(payload: bytes) -> Iterator[Part]:
    """The segments in the payload of one PES packet (section 7.1)."""
    if len(payload) < 2 or payload[0] != _DATA_IDENTIFIER or payload[1] != 0:
        return
    at = 2
    while at + _HEADER_BYTES <= len(payload) and payload[at] == _SYNC:
        size = int.from_bytes(payload[at + 4 : at + 6], "big")
        end = at + _HEADER_BYTES + size
        if end > len(payload):
            return
        page = int.from_bytes(payload[at + 2 : at + 4], "big")
        yield Part(payload[at + 1], page, payload[at + _HEADER_BYTES : end])
        at = end


def read_page(body: bytes) -> Page | None:
    """A page composition."""
    if len(body) < 2:
        return None
    places = range(2, len(body) - _PAGE_ENTRY_BYTES + 1, _PAGE_ENTRY_BYTES)
    regions = tuple(Placed(body[at], _word(body, at + 2), _word(body, at + 4)) for at in places)
    return Page(body[0], body[1] >> 2 & 3 in {1, 2}, regions)


def read_region(body: bytes) -> Region | None:
    """A region composition."""
    if len(body) < 10:
        return None
    width, height, depth = _word(body, 2), _word(body, 4), _DEPTHS.get(body[6] >> 2 & 7)
    if depth is None or not 0 < width * height <= MOST_PIXELS:
        return None
    fills = {8: body[8], 4: body[9] >> 4, 2: body[9] >> 2 & 3}
    return Region(
        id=body[0], width=width, height=height, depth=depth, clut=body[7],
        fill=fills[depth] if body[1] & 8 else None, objects=tuple(_objects(body)),
    )  # fmt: skip


def _objects(body: bytes) -> Iterator[Placed]:
    at = 10
    while at + _OBJECT_ENTRY_BYTES <= len(body):
        kind = body[at + 2] >> 6
        if kind == 0:  # a bitmap; characters need the receiver's own letters
            yield Placed(_word(body, at), _word(body, at + 2) & 0xFFF, _word(body, at + 4) & 0xFFF)
        at += _OBJECT_ENTRY_BYTES + (2 if kind in _WITH_COLOURS else 0)


def read_object(body: bytes) -> Fields | None:
    """The coded pixels of an object; None for characters, and for the compressed form that no broadcaster sends."""
    if len(body) < 7 or body[2] >> 2 & 3 != _PIXELS:
        return None
    top, bottom = _word(body, 3), _word(body, 5)
    odd, even = body[7 : 7 + top], body[7 + top : 7 + top + bottom]
    return Fields(_word(body, 0), bool(body[2] & 2), odd, even or odd)


def read_display(body: bytes) -> Display | None:
    """A display definition; the window, where it has one, is where places count from."""
    if len(body) < 5:
        return None
    width, height = _word(body, 1) + 1, _word(body, 3) + 1
    if width * height > MOST_PIXELS:
        return None
    if body[0] & 8 and len(body) >= 13:
        return Display(width, height, _word(body, 5), _word(body, 9))
    return Display(width, height)


def _word(data: bytes, at: int) -> int:
    return data[at] << 8 | data[at + 1]
