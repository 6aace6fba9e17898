"""Boxes: the one building block of the ISO base media file format, put together and taken apart.

ISO/IEC 14496-12 section 4.2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

Buffer = bytes | bytearray | memoryview


def box(kind: bytes, *contents: Buffer) -> bytes:
    """A box of four letters around its contents, shorter than 4 GB."""
    return b"".join(((8 + sum(map(len, contents))).to_bytes(4, "big"), kind, *contents))


def full_box(kind: bytes, version: int, flags: int, *contents: Buffer) -> bytes:
    """A box that begins with a version and flags."""
    return box(kind, (version << 24 | flags).to_bytes(4, "big"), *contents)


def number(value: int, size: int) -> bytes:
    """An unsigned number of so many bytes."""
    return value.to_bytes(size, "big")


def walk(data: Buffer, start: int = 0, end: int | None = None) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start of contents and end of each box between two places; stops where a length cannot be."""
    limit = len(data) if end is None else end
    while start + 8 <= limit:
        size = int.from_bytes(data[start : start + 4], "big")
        if size < 8 or start + size > limit:
            return
        yield bytes(data[start + 4 : start + 8]), start + 8, start + size
        start += size


def find(data: Buffer, *path: bytes, start: int = 0, end: int | None = None) -> tuple[int, int] | None:
    """Where the contents of the first box along a path lie; only for boxes whose children follow at once."""
    limit = len(data) if end is None else end
    for kind in path:
        place = next(((begin, stop) for found, begin, stop in walk(data, start, limit) if found == kind), None)
        if place is None:
            return None
        start, limit = place
    return start, limit
