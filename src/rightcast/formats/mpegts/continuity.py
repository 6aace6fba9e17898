"""Continuity counters of all PIDs, checked for a whole block of packets at once.

ISO/IEC 13818-1 section 2.4.3.3: one duplicate of a packet is allowed, and so is an announced discontinuity.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rightcast.formats.mpegts.packets import (
    ADAPTATION,
    NULL_PID,
    PACKET_BYTES,
    PAYLOAD,
    PIDS,
    TRANSPORT_ERROR,
    Headers,
    Packets,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

_UNKNOWN = 255
_DISCONTINUITY_INDICATOR = 0x80


class ContinuityCheck:
    """Remembers the last counter of each PID. `breaks`: row and PID of each error in the last block, by PID."""

    def __init__(self) -> None:
        self.breaks: list[tuple[int, int]] = []
        self._last = np.full(PIDS, _UNKNOWN, np.uint8)
        self._doubled: set[int] = set()

    def reset(self) -> None:
        """Forget all counters: the next packets belong to another stream."""
        self._last.fill(_UNKNOWN)
        self._doubled.clear()

    def count_errors(self, packets: Packets) -> int:
        """How many packets of the block do not follow their predecessor; damaged packets are left out."""
        self.breaks = []
        headers, rows = packets.headers, None
        if packets.flaws & TRANSPORT_ERROR:
            rows = np.flatnonzero((headers & TRANSPORT_ERROR) == 0)
            headers = headers[rows]
            if not headers.size:
                return 0
        pids = ((headers >> 8) & NULL_PID).astype(np.uint16)
        order = pids.argsort(kind="stable")
        pids, headers = pids[order], headers[order]
        counters = (headers & 15).astype(np.uint8)
        before = np.empty_like(counters)
        before[1:] = counters[:-1]
        first = np.concatenate(([0], np.flatnonzero(pids[1:] != pids[:-1]) + 1))
        seen = pids[first]
        before[first] = self._last[seen]
        self._last[seen] = counters[np.append(first[1:] - 1, -1)]
        steps = (counters - before - ((headers >> 4) & 1).astype(np.uint8)) & 15
        suspects = np.flatnonzero(steps | (before == _UNKNOWN))
        if not suspects.size and not self._doubled:
            return 0
        suspects = suspects[pids[suspects] != NULL_PID]
        places = order if rows is None else rows[order]
        return self._examine(packets.data, (pids, headers, before, places), suspects, first)

    def _examine(
        self,
        data: memoryview,
        block: tuple[NDArray[np.uint16], Headers, NDArray[np.uint8], NDArray[np.intp]],
        suspects: NDArray[np.intp],
        first: NDArray[np.intp],
    ) -> int:
        """Tell errors from what is allowed; rows are sorted by PID, `places` leads back to the packets."""
        pids, headers, before, places = block
        doubles: set[int] = set()
        starts = set(first.tolist())
        for row in suspects.tolist():
            header, previous = int(headers[row]), int(before[row])
            offset = int(places[row]) * PACKET_BYTES
            if previous == _UNKNOWN or _announced(header, data, offset):
                continue
            if header & PAYLOAD and header & 15 == previous:
                doubled = int(pids[row]) in self._doubled if row in starts else row - 1 in doubles
                doubles.add(row)
                if not doubled:
                    continue
            self.breaks.append((int(places[row]), int(pids[row])))
        ends = np.append(first[1:] - 1, len(pids) - 1)
        self._doubled.difference_update(pids[first].tolist())
        self._doubled.update(int(pids[row]) for row in doubles.intersection(ends.tolist()))
        return len(self.breaks)


def _announced(header: int, data: memoryview, offset: int) -> bool:
    """Whether the packet itself says that its counter does not continue."""
    return bool(header & ADAPTATION and data[offset + 4] and data[offset + 5] & _DISCONTINUITY_INDICATOR)
