"""PES packets of one PID out of transport stream packets, for streams that are read whole: subtitles, texts.

ISO/IEC 13818-1 section 2.4.3.6. Times are ticks of 90 kHz that wrap after 33 bits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rightcast.formats.mpegts.packets import (
    PACKET_BYTES,
    SCRAMBLED,
    SYNC_BYTE,
    TRANSPORT_ERROR,
    headers_of,
    payload_offset,
    pids_of,
)
from rightcast.formats.mpegts.units import parse_timestamp

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEADER_BYTES = 9


class Pes(NamedTuple):
    """One PES packet; `pts` None when its header has none."""

    stream_id: int
    pts: int | None
    payload: bytes


def packets_of(data: bytes | memoryview, pid: int) -> bytes:
    """The sound packets of one PID, one behind the other; `data` begins with a packet."""
    count = len(data) // PACKET_BYTES
    if not count:
        return b""
    headers = headers_of(memoryview(data), count)
    flawed = headers & np.uint32(TRANSPORT_ERROR | SCRAMBLED)
    rows = ((pids_of(headers) == pid) & (flawed == 0) & (headers >> np.uint32(24) == SYNC_BYTE)).nonzero()[0]
    return b"".join(data[row * PACKET_BYTES : (row + 1) * PACKET_BYTES] for row in rows.tolist())


def pes_packets(packets: bytes) -> Iterator[Pes]:
    """Whole PES packets out of the packets of one PID; those with a loss within, or not yet whole, are left out."""
    gathered: bytearray | None = None
    counter = -1
    for start in range(0, len(packets) - PACKET_BYTES + 1, PACKET_BYTES):
        packet = packets[start : start + PACKET_BYTES]
        offset = payload_offset(packet)
        if offset >= PACKET_BYTES:
            continue
        found = packet[3] & 15
        if found == counter and not packet[1] & 0x40:
            continue  # a duplicate
        followed, counter = found == (counter + 1) & 15, found
        if packet[1] & 0x40:
            if gathered is not None and not _length(gathered):
                yield from _parsed(gathered)
            gathered = bytearray()
        elif not followed:
            gathered = None
        if gathered is None:
            continue
        gathered += packet[offset:]
        length = _length(gathered)
        if length and len(gathered) >= length:
            yield from _parsed(gathered[:length])
            gathered = None


def _length(data: bytearray) -> int:
    """Bytes of the whole PES packet; 0 while unknown or unbounded."""
    if len(data) < 6:
        return 0
    length = data[4] << 8 | data[5]
    return length + 6 if length else 0


def _parsed(data: bytearray) -> Iterator[Pes]:
    if len(data) < _HEADER_BYTES or data[:3] != b"\0\0\1" or data[6] & 0xC0 != 0x80:
        return
    start = _HEADER_BYTES + data[8]
    pts = parse_timestamp(bytes(data), _HEADER_BYTES) if data[7] & 0x80 and len(data) >= 14 else None
    yield Pes(data[3], pts, bytes(data[start:]))
