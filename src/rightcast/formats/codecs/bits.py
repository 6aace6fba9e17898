"""Headers read bit by bit, and the payload of NAL units without emulation prevention.

ISO/IEC 14496-10 sections 7.2, 7.4.1 and 9.1; the same in 23008-2.
"""

from __future__ import annotations


class OutOfBitsError(Exception):
    """A header goes on beyond the bytes at hand, or says what cannot be."""


class Bits:
    """Reads a header from its first bit on. Raises OutOfBitsError at its end."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._total = len(data) * 8
        self._left = self._total

    @property
    def position(self) -> int:
        """How many bits were taken."""
        return self._total - self._left

    @property
    def left(self) -> int:
        """How many bits are left."""
        return self._left

    def take(self, count: int) -> int:
        """The next `count` bits as a number."""
        self._left -= count
        if self._left < 0:
            raise OutOfBitsError
        return self._value >> self._left & ((1 << count) - 1)

    def golomb(self) -> int:
        """An unsigned Exp-Golomb code."""
        ahead = self._value & ((1 << self._left) - 1) if self._left > 0 else 0
        zeros = self._left - ahead.bit_length()
        if zeros > 32 or 2 * zeros + 1 > self._left:
            raise OutOfBitsError
        self._left -= 2 * zeros + 1
        return (ahead >> self._left) - 1

    def signed_golomb(self) -> int:
        """A signed Exp-Golomb code."""
        value = self.golomb()
        return (value + 1) // 2 if value & 1 else -(value // 2)


def unescape(data: bytes) -> bytes:
    """Payload of a NAL unit without its emulation prevention bytes."""
    return data.replace(b"\0\0\3", b"\0\0")
