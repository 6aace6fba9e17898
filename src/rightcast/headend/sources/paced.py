"""A transport stream file played in real time by its own clock, byte for byte.

Nothing is remuxed: teletext, every audio track and whole multiplexes stay as they were recorded.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np

from rightcast.headend.sources.ending import SourceEndedError

if TYPE_CHECKING:
    from pathlib import Path

PACKET_BYTES = 188
CHUNK_BYTES = PACKET_BYTES * 1024
AHEAD_S = 0.5
"""How much is handed out at once at the start, so that the first picture does not wait."""
_LONGEST_STEP_S = 5.0
_FALLBACK_BPS = 4_000_000
_CYCLE_S = 2**33 / 90_000


def clock_references(packets: np.ndarray[tuple[int, int], np.dtype[np.uint8]]) -> list[tuple[int, int, float]]:
    """(row, PID, seconds) of every packet with a PCR (ISO/IEC 13818-1 section 2.4.3.5)."""
    with_field = (packets[:, 3] & 0x20 > 0) & (packets[:, 4] >= 7) & (packets[:, 5] & 0x10 > 0)
    found = []
    for row in np.flatnonzero(with_field & (packets[:, 0] == 0x47)).tolist():
        packet = packets[row]
        base = int.from_bytes(packet[6:10].tobytes(), "big") << 1 | int(packet[10]) >> 7
        found.append((row, (int(packet[1]) & 0x1F) << 8 | int(packet[2]), base / 90_000))
    return found


class PacedFile:
    """Plays one file once. `played_s` is how much stream time has been handed out."""

    lost = 0
    patience_s = None

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = -1
        self._started: float | None = None
        self._pid: int | None = None
        self._last_clock = 0.0
        self._bps = float(_FALLBACK_BPS)
        self.played_s = 0.0
        self._pending: list[tuple[float, bytes]] = []
        self._over = False

    def open(self) -> None:
        """Open the file. Raises SourceEndedError when it cannot be read."""
        try:
            self._descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise SourceEndedError(
                f"The file {self._path} cannot be read: {error.strerror}.",
                remedy="Check the path and that the headend's user may read it.",
            ) from error

    def drain(self, now: float) -> list[bytes]:
        """What is due by now. Raises SourceEndedError (complete) after the last byte."""
        if self._started is None:
            self._started = now
        due = now - self._started + AHEAD_S
        blocks: list[bytes] = []
        while True:
            if not self._pending and not self._fill():
                break
            if self._pending[0][0] > due:
                return blocks
            blocks.append(self._pending.pop(0)[1])
        if not blocks and due - AHEAD_S >= self.played_s:
            raise SourceEndedError("The file came to its end.", complete=True)
        return blocks

    def close(self) -> None:
        """Close the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _fill(self) -> bool:
        """Read on and cut at clock references; False at the end of the file."""
        if self._over or self._descriptor < 0:
            return False
        data = os.read(self._descriptor, CHUNK_BYTES)
        if not data:
            self._over = True
            return False
        whole = len(data) // PACKET_BYTES
        packets = np.frombuffer(data, np.uint8, whole * PACKET_BYTES).reshape(whole, PACKET_BYTES)
        begun = 0
        for row, pid, clock in clock_references(packets):
            if self._pid is None:
                self._pid, self._last_clock = pid, clock
            if pid != self._pid or row * PACKET_BYTES == begun:
                continue
            piece = data[begun : row * PACKET_BYTES]
            self._pending.append((self.played_s, piece))
            step = (clock - self._last_clock) % _CYCLE_S
            self._last_clock = clock
            if 0 < step < _LONGEST_STEP_S:
                self._bps = 0.9 * self._bps + 0.1 * len(piece) * 8 / step
                self.played_s += step
            begun = row * PACKET_BYTES
        rest = data[begun:]
        if rest:
            self._pending.append((self.played_s, rest))
            if begun == 0:  # no clock in the whole chunk: go by the pace so far
                self.played_s += len(rest) * 8 / self._bps
        return True
