"""Fields of any width in and out of bytes, most significant bit first.

Reading past the end and writing what does not fit are both a BadCueError.
"""

from __future__ import annotations

from rightcast.domain.errors import BadCueError


class Reader:
    """Takes fields off the front of bytes."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._value = int.from_bytes(data, "big")
        self._left = len(data) * 8

    @property
    def bytes_left(self) -> int:
        """Whole bytes not yet taken."""
        return self._left // 8

    def take(self, bits: int) -> int:
        """The next `bits` as a number. Raises BadCueError past the end."""
        if bits > self._left:
            raise BadCueError("The cue ends in the middle of a field.")
        self._left -= bits
        return self._value >> self._left & (1 << bits) - 1

    def flag(self) -> bool:
        """The next bit."""
        return bool(self.take(1))

    def skip(self, bits: int) -> None:
        """Pass over reserved bits."""
        self.take(bits)

    def raw(self, count: int) -> bytes:
        """The next `count` bytes; only at a byte border. Raises BadCueError past the end."""
        if count > self.bytes_left:
            raise BadCueError("The cue ends in the middle of a field.")
        start = len(self._data) - self.bytes_left
        self._left -= count * 8
        return self._data[start : start + count]

    def rest(self) -> bytes:
        """All bytes not yet taken."""
        return self.raw(self.bytes_left)


class Writer:
    """Puts fields behind one another."""

    def __init__(self) -> None:
        self._value = 0
        self._bits = 0

    def put(self, value: int, bits: int, name: str) -> Writer:
        """Append a number; raises BadCueError naming the field when it does not fit."""
        if not 0 <= value < 1 << bits:
            raise BadCueError(f"The value {value} does not fit into the {bits} bits of {name}.", field=name)
        self._value = self._value << bits | value
        self._bits += bits
        return self

    def flag(self, value: bool) -> Writer:
        """Append a bit."""
        return self.put(int(value), 1, "a flag")

    def reserved(self, bits: int) -> Writer:
        """Append reserved bits, which are 1."""
        return self.put((1 << bits) - 1, bits, "reserved bits")

    def raw(self, data: bytes) -> Writer:
        """Append bytes; only at a byte border."""
        self._value = self._value << len(data) * 8 | int.from_bytes(data, "big")
        self._bits += len(data) * 8
        return self

    def done(self) -> bytes:
        """The bytes written."""
        return self._value.to_bytes(self._bits // 8, "big")
