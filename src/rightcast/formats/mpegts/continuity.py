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
    Pids,
    pids_of,
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

    def count_errors(self, packets: Packets, pids: Pids | None = None) -> int:
        """How many packets of the block do not follow their predecessor; damaged packets are left out.

        `pids`: those of the block, where they are known already.
        """
        self.breaks = []
        headers, rows = packets.headers, None
        pids = pids_of(headers) if pids is None else pids
        if packets.flaws & TRANSPORT_ERROR:
            rows = ((headers & TRANSPORT_ERROR) == 0).nonzero()[0]
            headers, pids = headers[rows], pids[rows]
            if not headers.size:
                return 0
        order = pids.argsort(kind="stable")
        pids, control = pids[order], headers.astype(np.uint8)[order]
        counters = control & 15
        starts = np.empty(len(pids), np.bool_)
        starts[0] = True
        np.not_equal(pids[1:], pids[:-1], out=starts[1:])
        first = starts.nonzero()[0]
        ends = first - 1  # of the PID before; the first one's stands for the last row
        before = np.empty_like(counters)
        before[1:] = counters[:-1]
        before[first] = self._last[pids[first]]
        self._last[pids[ends]] = counters[ends]
        steps = counters - before
        steps -= control >> 4 & 1
        steps &= 15
        if pids[-1] == NULL_PID:  # sorted to the end; their counters mean nothing
            steps = steps[: first[-1]]
        if not np.count_nonzero(steps) and not self._doubled:
            return 0
        places = order if rows is None else rows[order]
        return self._examine(packets.data, (pids, headers[order], before, places), steps.nonzero()[0], first)

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
