"""How teletext protects its bytes: odd parity, Hamming 8/4 and Hamming 24/18.

EN 300 706 section 8. Bytes are given least significant bit first sent, as in the standard.
"""

from __future__ import annotations

REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
"""Bytes of a stream turn into the standard's bit order by this table (EN 300 472 section 4.3)."""


def hamming_8_4(value: int) -> int:
    """Four bits protected in a byte (section 8.2)."""
    d1, d2, d3, d4 = (value >> place & 1 for place in range(4))
    p1, p2, p3 = 1 ^ d1 ^ d3 ^ d4, 1 ^ d1 ^ d2 ^ d4, 1 ^ d1 ^ d2 ^ d3
    p4 = 1 ^ p1 ^ d1 ^ p2 ^ d2 ^ p3 ^ d3 ^ d4
    return sum(bit << place for place, bit in enumerate((p1, d1, p2, d2, p3, d3, p4, d4)))


def _unhamming_table() -> tuple[int, ...]:
    table = [-1] * 256
    for value in range(16):
        code = hamming_8_4(value)
        table[code] = value
        for place in range(8):
            table[code ^ 1 << place] = value
    return tuple(table)


_UNHAMMING = _unhamming_table()


def unhamming_8_4(byte: int) -> int:
    """The four bits of a byte, one wrong bit corrected; -1 for two wrong ones."""
    return _UNHAMMING[byte]


def hamming_24_18(value: int) -> bytes:
    """Eighteen bits protected in three bytes (section 8.3)."""
    code = (value & 1) << 2 | (value & 0xE) << 3 | (value & 0x7F0) << 4 | (value & 0x3F800) << 5
    wanted = _positions(code) ^ 0x1F
    for place in range(5):
        code |= (wanted >> place & 1) << ((1 << place) - 1)
    code |= (1 ^ code.bit_count() & 1) << 23
    return code.to_bytes(3, "little")


def unhamming_24_18(data: bytes) -> int | None:
    """The eighteen bits of three bytes, one wrong bit corrected; None for two wrong ones."""
    code = int.from_bytes(data, "little")
    wrong = _positions(code) ^ 0x1F
    if wrong:
        if code.bit_count() & 1 or wrong > 23:
            return None
        code ^= 1 << (wrong - 1)
    return code >> 2 & 1 | code >> 3 & 0xE | code >> 4 & 0x7F0 | code >> 5 & 0x3F800


def _positions(code: int) -> int:
    """The exclusive sum of the places (from 1) of all set bits but the last."""
    found = 0
    for place in range(23):
        if code >> place & 1:
            found ^= place + 1
    return found


def with_parity(value: int) -> int:
    """Seven bits with odd parity in a byte (section 8.1)."""
    return value | (1 ^ value.bit_count() & 1) << 7


def without_parity(byte: int) -> int:
    """The seven bits of a byte; a space for a wrong one."""
    return byte & 0x7F if byte.bit_count() & 1 else 0x20
