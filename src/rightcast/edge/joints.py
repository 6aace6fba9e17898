"""What stands between two rings for a viewer of an endless stream who goes from one to the other, made once for all."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from rightcast.formats.mpegts.joint import Tables, joint, tables_of
from rightcast.formats.mpegts.packets import PACKET_BYTES

if TYPE_CHECKING:
    from rightcast.edge.ring_reader import Segment

_LOOKED_AT_BYTES = 1024 * PACKET_BYTES
"""So much of what follows a break is read to see its counters."""
_KEPT = 64


class Joints:
    """Keeps the last few."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Tables, Segment, int], bytes] = {}

    def before(self, left: Tables, segment: Segment, offset: int) -> bytes:
        """What to send before a segment from `offset` on to who had tables `left`. Raises OSError."""
        key = left, segment, offset
        found = self._kept.get(key)
        if found is None:
            data = os.pread(segment.descriptor, min(segment.end - offset, _LOOKED_AT_BYTES), offset)
            found = joint(left, tables_before(segment), data, _earlier(segment))
            while len(self._kept) >= _KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = found
        return found


def _earlier(segment: Segment) -> bytes:
    """The end of the segment before, whose counters go on in this one."""
    before = segment.ring.segments.get(segment.sequence - 1)
    if before is None or before.gone or before.epoch != segment.epoch:
        return b""
    start = max(0, before.end - _LOOKED_AT_BYTES)
    start -= start % PACKET_BYTES
    return os.pread(before.descriptor, before.end - start, start)


def tables_before(segment: Segment) -> Tables:
    """The tables that stand before a segment. Raises OSError."""
    return tables_of(os.pread(segment.descriptor, segment.psi_bytes, 0))


def torn_packet(segment: Segment, offset: int) -> bytes:
    """The rest of the packet in whose midst a viewer stands. Raises OSError."""
    begun = offset % PACKET_BYTES
    return os.pread(segment.descriptor, PACKET_BYTES - begun, offset) if begun else b""
