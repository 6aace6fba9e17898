"""Packets of a transport stream: alignment of a byte stream to them, and their headers as one array.

ISO/IEC 13818-1 section 2.4.3. A header is the packet's first four bytes as a big-endian number.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

PACKET_BYTES = 188
SYNC_BYTE = 0x47
NULL_PID = 0x1FFF
PIDS = 0x2000

# Bits of a header.
SYNC = 0x47000000
TRANSPORT_ERROR = 0x00800000
UNIT_START = 0x00400000
SCRAMBLED = 0x000000C0
ADAPTATION = 0x00000020
PAYLOAD = 0x00000010

Headers = NDArray[np.uint32]
Pids = NDArray[np.uint16]

_NEIGHBOURS = 2 * PACKET_BYTES  # a place counts as packet start when two more sync bytes follow it


class Packets(NamedTuple):
    """Whole aligned packets. `flaws`: bits that differ from a clean header in any of them (sync byte excluded)."""

    data: memoryview
    headers: Headers
    flaws: int

    @property
    def scrambled(self) -> int:
        """How many packets are marked as scrambled (transport_scrambling_control not 00)."""
        return int(np.count_nonzero(self.headers & SCRAMBLED)) if self.flaws & SCRAMBLED else 0


class Aligner:
    """Cuts bytes of any length into packets, and finds the way back after garbage.

    One bad sync byte costs its packet; nothing depends on how the stream is cut into blocks. Counted are packets
    dropped for their sync byte alone (`bad_sync_bytes`), and losses of alignment (`sync_losses`: two or more in a row).
    """

    def __init__(self) -> None:
        self.skipped_bytes = 0
        self.bad_sync_bytes = 0
        self.sync_losses = 0
        self._rest = b""
        self._locked = False
        self._expected = False

    @property
    def unfinished(self) -> bytes:
        """The beginning of a packet whose end has not come yet."""
        return bytes(self._rest)

    def reset(self) -> None:
        """Forget an unfinished packet: the next byte belongs to another stream."""
        self._rest, self._locked, self._expected = b"", False, False

    def feed(self, block: bytes | bytearray | memoryview) -> Packets | None:
        """Whole packets of the block, without copying it where it is clean; None when there are none."""
        data = block if not self._rest else self._rest + bytes(block)
        whole = len(data) // PACKET_BYTES
        if self._locked and whole:
            packets = _view(memoryview(data), whole)
            if not packets.flaws & 0xFF000000:
                self._rest = bytes(data[whole * PACKET_BYTES :])
                return packets
        good = self._sift(bytes(data))
        return _view(memoryview(good), len(good) // PACKET_BYTES) if good else None

    def _sift(self, data: bytes) -> bytes:
        """The good packets of a block that is not clean; the undecided end is kept."""
        good: list[bytes] = []
        position = 0
        while True:
            if self._locked:
                run = _sound_packets(data, position)
                end = position + run * PACKET_BYTES
                good.append(data[position:end])
                position = end
                if len(data) - position < PACKET_BYTES:
                    break
                self._locked, self._expected = False, True
            found, self._locked = self._search(data, position)
            self.skipped_bytes += found - position
            position = found
            if not self._locked:
                break
        self._rest = data[position:]
        return b"".join(good)

    def _search(self, data: bytes, start: int) -> tuple[int, bool]:
        """Where the next packet starts, and whether that is certain; uncertain means: more bytes are needed there.

        After a loss the old alignment is tried first, so that a damaged packet alone is dropped.
        """
        if self._expected:
            if len(data) - start <= PACKET_BYTES + _NEIGHBOURS:
                return start, False
            self._expected = False
            if _starts_packets(data, start + PACKET_BYTES):
                self.bad_sync_bytes += 1
                return start + PACKET_BYTES, True
            self.sync_losses += 1
        place = data.find(SYNC_BYTE, start)
        while place >= 0:
            if place + _NEIGHBOURS >= len(data):
                return place, False
            if _starts_packets(data, place):
                return place, True
            place = data.find(SYNC_BYTE, place + 1)
        return len(data), False


def headers_of(data: memoryview, count: int) -> Headers:
    """The headers of `count` packets that lie one behind the other."""
    return np.ndarray((count,), ">u4", data, 0, (PACKET_BYTES,)).astype(np.uint32)


def adaptations_of(data: memoryview, count: int) -> NDArray[np.uint64]:
    """Of `count` packets the eight bytes behind the header, from an adaptation field's length on, as numbers."""
    return np.ndarray((count,), ">u8", data, 4, (PACKET_BYTES,))


def pids_of(headers: Headers) -> Pids:
    """The packet identifiers of headers."""
    pids = (headers >> np.uint32(8)).astype(np.uint16)
    pids &= np.uint16(NULL_PID)
    return pids


def payload_offset(packet: bytes | memoryview) -> int:
    """Where the payload starts within a packet; 188 when it has none (section 2.4.3.4)."""
    control = packet[3] & (ADAPTATION | PAYLOAD)
    if control == PAYLOAD:
        return 4
    return min(5 + packet[4], PACKET_BYTES) if control & PAYLOAD else PACKET_BYTES


def discontinuity_before(packet: bytes | memoryview) -> bytes:
    """A packet without payload which announces that counter and clock start anew with `packet` (section 2.4.3.5)."""
    head = bytes((SYNC_BYTE, packet[1] & 0x1F, packet[2], ADAPTATION | (packet[3] - 1) & 15))
    return (head + bytes((PACKET_BYTES - 5, 0x80))).ljust(PACKET_BYTES, b"\xff")


def _view(data: memoryview, count: int) -> Packets:
    headers = headers_of(data, count)
    flaws = int(np.bitwise_or.reduce(headers ^ SYNC))
    return Packets(data[: count * PACKET_BYTES], headers, flaws & (0xFF000000 | TRANSPORT_ERROR | SCRAMBLED))


def _sound_packets(data: bytes, start: int) -> int:
    """How many packets from `start` on have their sync byte, without a gap."""
    whole = (len(data) - start) // PACKET_BYTES
    if not whole:
        return 0
    syncs = np.frombuffer(data, np.uint8, offset=start)[: whole * PACKET_BYTES : PACKET_BYTES]
    wrong = np.flatnonzero(syncs != SYNC_BYTE)
    return int(wrong[0]) if wrong.size else whole


def _starts_packets(data: bytes, place: int) -> bool:
    return data[place] == data[place + PACKET_BYTES] == data[place + _NEIGHBOURS] == SYNC_BYTE
