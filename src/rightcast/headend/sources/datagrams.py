"""Many datagrams by one system call: recvmmsg(2), which Python's sockets do not offer.

A full tick of a channel is forty datagrams; asking for them one by one costs as much as cutting them up.
"""

from __future__ import annotations

import ctypes
from functools import lru_cache

import numpy as np

MOST_AT_ONCE = 128
USUAL_BYTES = 7 * 188
LARGEST_DATAGRAM = 65_536
DATAGRAMS_A_TICK = 20_000
"""More than a full gigabit sends in a tick: a flood must not hold the tick for ever."""
_DONT_WAIT = 0x40


class _Piece(ctypes.Structure):
    """struct iovec."""

    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


class _Header(ctypes.Structure):
    """struct msghdr."""

    _fields_ = (
        ("name", ctypes.c_void_p),
        ("name_length", ctypes.c_uint),
        ("pieces", ctypes.c_void_p),
        ("piece_count", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_length", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    )


class _Message(ctypes.Structure):
    """struct mmsghdr: a header, and how many bytes came."""

    _fields_ = (("header", _Header), ("received", ctypes.c_uint))


_recvmmsg = ctypes.CDLL(None, use_errno=True).recvmmsg
_recvmmsg.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int, ctypes.c_void_p)

_overflow = (ctypes.c_char * (MOST_AT_ONCE * LARGEST_DATAGRAM))()
"""Where the ends of datagrams go that are longer than expected; memory is taken only where they come."""


class Batch:
    """Room for datagrams of one expected size, side by side, so that they need not be joined."""

    def __init__(self, expected_bytes: int) -> None:
        self.expected_bytes = expected_bytes
        self._room = bytearray(MOST_AT_ONCE * expected_bytes)
        self._view = memoryview(self._room)
        room = ctypes.addressof(ctypes.c_char.from_buffer(self._room))
        overflow = ctypes.addressof(_overflow)
        self._pieces = (_Piece * (2 * MOST_AT_ONCE))()
        self._messages = (_Message * MOST_AT_ONCE)()
        for index, message in enumerate(self._messages):
            own, more = self._pieces[2 * index], self._pieces[2 * index + 1]
            own.base, own.length = room + index * expected_bytes, expected_bytes
            more.base, more.length = overflow + index * LARGEST_DATAGRAM, LARGEST_DATAGRAM
            message.header.pieces, message.header.piece_count = ctypes.addressof(own), 2
        self._address = ctypes.addressof(self._messages)
        size = ctypes.sizeof(_Message)
        offset = _Message.received.offset
        buffer = (ctypes.c_char * ctypes.sizeof(self._messages)).from_buffer(self._messages)
        self._received = np.ndarray((MOST_AT_ONCE,), np.uint32, memoryview(buffer).cast("B"), offset, (size,))

    def receive(self, descriptor: int) -> tuple[int, bytes, int]:
        """What waits at a socket: how many datagrams, joined, and the size of all of them (0: they differ).

        None are there, or a late ICMP error, which says nothing about the signal: 0 and nothing.
        """
        count = _recvmmsg(descriptor, self._address, MOST_AT_ONCE, _DONT_WAIT, None)
        if count <= 0:
            return 0, b"", 0
        expected = self.expected_bytes
        if not np.count_nonzero(self._received[:count] != expected):
            return count, bytes(self._view[: count * expected]), expected
        sizes = self._received[:count].tolist()
        return count, self._joined(sizes), sizes[0] if len(set(sizes)) == 1 else 0

    def _joined(self, sizes: list[int]) -> bytes:
        expected = self.expected_bytes
        parts: list[bytes | memoryview] = []
        for index, size in enumerate(sizes):
            start = index * expected
            parts.append(self._view[start : start + min(size, expected)])
            if size > expected:
                beyond = index * LARGEST_DATAGRAM
                parts.append(memoryview(_overflow)[beyond : beyond + size - expected])
        return b"".join(parts)


@lru_cache(maxsize=8)
def batch_of(expected_bytes: int) -> Batch:
    """The room that all sockets whose datagrams have this size share; they are read one after the other."""
    return Batch(expected_bytes)
