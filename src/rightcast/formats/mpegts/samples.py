"""Access units out of a stretch of packets: what a bare decoder is given.

ISO/IEC 13818-1 sections 2.4.3.3 and 2.4.3.7. Packets of other PIDs, damaged and scrambled ones are passed over.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from rightcast.formats.mpegts.packets import (
    ADAPTATION,
    PACKET_BYTES,
    PAYLOAD,
    SCRAMBLED,
    SYNC,
    TRANSPORT_ERROR,
    UNIT_START,
    headers_of,
    pids_of,
)

_PES_HEADER = 9


def units(data: bytes, pid: int, *, most: int, most_bytes: int) -> list[bytes]:
    """The first `most` access units of a PID, without their PES headers; none of more than `most_bytes` together.

    What lies before the first start of a unit is passed over. The last unit may be cut off by the end of `data`.
    """
    count = len(data) // PACKET_BYTES
    if not count:
        return []
    headers = headers_of(memoryview(data), count)
    sound = (headers & (0xFF000000 | TRANSPORT_ERROR | SCRAMBLED | PAYLOAD)) == (SYNC | PAYLOAD)
    rows = np.flatnonzero(sound & (pids_of(headers) == pid))
    starts = np.flatnonzero(headers[rows] & UNIT_START)[: most + 1]
    if not starts.size:
        return []
    found: list[bytes] = []
    left = most_bytes
    borders = [*starts[:most].tolist(), int(starts[most]) if starts.size > most else len(rows)]
    for first, last in pairwise(borders):
        unit = _unit(data, rows[first:last], headers)
        left -= len(unit)
        if left < 0:
            break
        found.append(unit)
    return found


def is_scrambled(data: bytes, pid: int) -> bool:
    """Whether most packets of a PID are marked as scrambled."""
    headers = headers_of(memoryview(data), len(data) // PACKET_BYTES)
    own = headers[pids_of(headers) == pid]
    return bool(own.size) and 2 * int(np.count_nonzero(own & SCRAMBLED)) > own.size


def comes(data: bytes, pid: int) -> bool:
    """Whether any packet of a PID is there."""
    return bool((pids_of(headers_of(memoryview(data), len(data) // PACKET_BYTES)) == pid).any())


def _unit(data: bytes, rows: np.ndarray, headers: np.ndarray) -> bytes:
    fields = np.frombuffer(data, np.uint8)[rows * PACKET_BYTES + 4].astype(np.intp)
    skipped = np.where(headers[rows] & ADAPTATION, 5 + fields, 4)
    begins = (rows * PACKET_BYTES + np.minimum(skipped, PACKET_BYTES)).tolist()
    ends = ((rows + 1) * PACKET_BYTES).tolist()
    pieces = [data[begin:end] for begin, end in zip(begins, ends, strict=True)]
    first = pieces[0]
    if first[:3] != b"\0\0\1" or len(first) < _PES_HEADER:
        return b""
    pieces[0] = first[_PES_HEADER + first[8] :]
    return b"".join(pieces)
