"""Many datagrams out of a socket by one call, laid side by side (recvmmsg(2)).

Senders of television keep to one size of datagram; whatever is of another size costs a little more, and is never cut.
"""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import socket

    from numpy.typing import NDArray

USUAL_BYTES = 1316
"""Seven packets: as many as an Ethernet frame holds."""
LARGEST_DATAGRAM = 65_536
AT_ONCE = 128

_MSG_DONTWAIT = 0x40
_MOST_SIZES = 8


class _Vector(ctypes.Structure):  # struct iovec
    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


class _Head(ctypes.Structure):  # struct msghdr
    _fields_ = (
        ("name", ctypes.c_void_p),
        ("name_bytes", ctypes.c_uint),
        ("vectors", ctypes.c_void_p),
        ("vector_count", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_bytes", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    )


class _Message(ctypes.Structure):  # struct mmsghdr
    _fields_ = (("head", _Head), ("received", ctypes.c_uint))


_receive: Any = ctypes.CDLL(None).recvmmsg

# One set for all sockets, for the tick reads them in turn. Pages that no oversized datagram touches take no memory.
_near = bytearray(AT_ONCE * LARGEST_DATAGRAM)
_far = bytearray(AT_ONCE * LARGEST_DATAGRAM)


class _Slots:
    """Where datagrams of `size` bytes go side by side; what is longer goes on far from there."""

    def __init__(self, size: int) -> None:
        self.size = size
        near, far = (ctypes.addressof(ctypes.c_char.from_buffer(one)) for one in (_near, _far))
        self._vectors = (_Vector * (2 * AT_ONCE))()
        self._messages = (_Message * AT_ONCE)()
        start = ctypes.addressof(self._vectors)
        for place in range(AT_ONCE):
            self._vectors[2 * place] = _Vector(near + place * size, size)
            self._vectors[2 * place + 1] = _Vector(far + place * LARGEST_DATAGRAM, LARGEST_DATAGRAM - size)
            head = self._messages[place].head
            head.vectors, head.vector_count = start + 2 * place * ctypes.sizeof(_Vector), 2
        self.address = ctypes.addressof(self._messages)
        words = np.frombuffer(memoryview(self._messages).cast("B"), np.uint32)
        stride = ctypes.sizeof(_Message) // 4
        self.received: NDArray[np.uint32] = words[_Message.received.offset // 4 :: stride]


_slots: dict[int, _Slots] = {}


class DatagramReader:
    """Reads one socket, and learns the size of its datagrams."""

    def __init__(self, sock: socket.socket) -> None:
        self._number = sock.fileno()
        self._slots = _slots_for(USUAL_BYTES)

    def read(self) -> tuple[bytes, bool]:
        """Datagrams that came, joined, `AT_ONCE` at most; and whether there may be more."""
        slots = self._slots
        count = int(_receive(self._number, ctypes.c_void_p(slots.address), AT_ONCE, _MSG_DONTWAIT, None))
        if count <= 0:  # empty; or a late ICMP error, which says nothing about the signal
            return b"", False
        received = slots.received[:count]
        if (received == slots.size).all():
            return bytes(memoryview(_near)[: count * slots.size]), count == AT_ONCE
        return self._gather(received.tolist()), count == AT_ONCE

    def _gather(self, lengths: list[int]) -> bytes:
        size, near, far = self._slots.size, memoryview(_near), memoryview(_far)
        pieces: list[memoryview] = []
        for place, length in enumerate(lengths):
            pieces.append(near[place * size : place * size + min(length, size)])
            if length > size:
                pieces.append(far[place * LARGEST_DATAGRAM : place * LARGEST_DATAGRAM + length - size])
        joined = b"".join(pieces)
        usual = max(set(lengths), key=lengths.count)
        if usual:
            self._slots = _slots_for(usual)
        return joined


def _slots_for(size: int) -> _Slots:
    """The slots of a size; rare sizes make do with the usual ones once there are many."""
    found = _slots.get(size)
    if found is None:
        if len(_slots) >= _MOST_SIZES:
            return _slots[USUAL_BYTES]
        found = _slots[size] = _Slots(size)
    return found
