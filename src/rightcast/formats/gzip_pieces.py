"""One gzip stream out of pieces that were compressed apart and are kept: joining costs no compressing.

Each piece is deflate data that ends on a byte without being the last block (RFC 1951 section 3.2.3, RFC 1952). Several
gzip members one behind the other would be simpler, but some readers stop behind the first.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_LAST_BLOCK = b"\x03\x00"
_POLYNOMIAL = 0xEDB88320
_ONE = 1 << 31
_LEVEL = 6


@dataclass(frozen=True, slots=True)
class Piece:
    """Compressed bytes, with what is needed to join them: size and checksum unpacked, and x^(8*size) for the latter."""

    packed: bytes
    size: int
    checksum: int
    power: int


def piece(text: bytes, level: int = _LEVEL) -> Piece:
    """A piece of some text."""
    packer = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(text) + packer.flush(zlib.Z_SYNC_FLUSH)
    return Piece(packed, len(text), zlib.crc32(text), _power(len(text)))


def joined(pieces: Iterable[Piece]) -> tuple[bytes, int]:
    """The gzip stream of all pieces in order, and its size unpacked."""
    parts, checksum, size = [_HEAD], 0, 0
    for one in pieces:
        parts.append(one.packed)
        checksum = _times(one.power, checksum) ^ one.checksum
        size += one.size
    end = checksum.to_bytes(4, "little") + (size & 0xFFFF_FFFF).to_bytes(4, "little")
    return b"".join((*parts, _LAST_BLOCK, end)), size


def _times(a: int, b: int) -> int:
    """The product of two polynomials over GF(2) modulo that of CRC-32, the highest bit standing for x^0."""
    product, mask = 0, _ONE
    while a:
        if a & mask:
            product ^= b
            a ^= mask
        mask >>= 1
        b = b >> 1 ^ _POLYNOMIAL if b & 1 else b >> 1
    return product


def _squares() -> list[int]:
    """x^(2^n) for n from 0."""
    found = [1 << 30]
    while len(found) < 64:
        found.append(_times(found[-1], found[-1]))
    return found


_SQUARES = _squares()


def _power(size: int) -> int:
    """x^(8*size)."""
    found, place = _ONE, 3
    while size:
        if size & 1:
            found = _times(_SQUARES[place], found)
        size >>= 1
        place += 1
    return found
