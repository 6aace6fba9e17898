"""Elementary streams out of packets: one PID's payload in one piece, and where its PES packets start in it.

ISO/IEC 13818-1 sections 2.4.3.3 to 2.4.3.7. Whole blocks at once: Python looks only at packets with an
adaptation field and at those that start a PES packet.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rightcast.formats.mpegts.packets import (
    ADAPTATION,
    PACKET_BYTES,
    PAYLOAD,
    SCRAMBLED,
    SYNC_BYTE,
    TRANSPORT_ERROR,
    UNIT_START,
    Aligner,
    Headers,
    Pids,
    headers_of,
    pids_of,
)
from rightcast.formats.mpegts.psi import PAT_PID, Pmt, parse_pat, parse_pmt
from rightcast.formats.mpegts.sections import SectionAssembler, TableCollector
from rightcast.formats.mpegts.units import parse_timestamp

_ROOM = PACKET_BYTES - 4
_PADDING_STREAM = 0xBE
_PTS, _DTS = 0x80, 0x40


class Pes(NamedTuple):
    """Where a PES packet's payload starts, and its times as 33-bit numbers; None where it tells none."""

    place: int
    pts: int | None
    dts: int | None


@dataclass(frozen=True, slots=True)
class Elementary:
    """Payload of one PID without PES headers; bytes before `border` were only given to understand those behind it."""

    data: bytes = b""
    starts: tuple[Pes, ...] = ()
    border: int = 0

    def behind(self, earlier: Elementary) -> Elementary:
        """This stream's bytes with earlier ones before them."""
        shift = len(earlier.data)
        if not shift and not earlier.starts:
            return self
        moved = tuple(Pes(start.place + shift, start.pts, start.dts) for start in self.starts)
        return Elementary(earlier.data + self.data, earlier.starts + moved, shift)


@dataclass(frozen=True)
class Stretch:
    """Some packets of a transport stream, indexed once."""

    grid: NDArray[np.uint8]
    headers: Headers
    pids: Pids

    @cached_property
    def programme(self) -> Pmt | None:
        """The first service's map as it stands at the end of the stretch; None when it holds none."""
        pat = TableCollector()
        sections: list[bytes] | None = None
        assembler = SectionAssembler()
        for row in self._news(PAT_PID):
            for section in assembler.feed(self.grid[row].tobytes()):
                sections = pat.feed(section) or sections
        programmes = parse_pat(sections).programmes if sections else ()
        for _, pid in programmes:
            found = self._map(pid)
            if found is not None:
                return found
        return None

    def rows(self, pid: int) -> NDArray[np.intp]:
        """The packets of a PID, in order."""
        found: NDArray[np.intp] = (self.pids == pid).nonzero()[0]
        return found

    def payload_rows(self, pid: int) -> NDArray[np.intp]:
        """The sound, readable packets of a PID that carry payload, without second copies (section 2.4.3.3)."""
        rows = self.rows(pid)
        headers = self.headers[rows]
        sound = headers & (TRANSPORT_ERROR | SCRAMBLED | PAYLOAD) == PAYLOAD
        if not sound.all():
            rows, headers = rows[sound], headers[sound]
        same = ((headers[1:] ^ headers[:-1]) & 0xF == 0).nonzero()[0] + 1
        if same.size:
            doubled = [row for row in same.tolist() if self._payload(rows, row) == self._payload(rows, row - 1)]
            rows = np.delete(rows, doubled)
        return rows

    def unit_places(self, pid: int) -> NDArray[np.intp]:
        """Which of a PID's payload rows start PES packets."""
        found: NDArray[np.intp] = (self.headers[self.payload_rows(pid)] & UNIT_START).nonzero()[0]
        return found

    def unit_rows(self, pid: int) -> NDArray[np.intp]:
        """Those packets of a PID in which PES packets start."""
        rows = self.payload_rows(pid)
        return rows[self.unit_places(pid)]

    def scrambled(self, pid: int) -> bool:
        """Whether any packet of a PID is marked as scrambled."""
        return bool((self.headers[self.rows(pid)] & SCRAMBLED).any())

    def elementary(self, pid: int, rows: NDArray[np.intp] | None = None) -> Elementary:
        """The payload of a PID, or of those of its payload rows that are given."""
        chosen = self.payload_rows(pid) if rows is None else rows
        if not chosen.size:
            return Elementary()
        return _assembled(self.grid[chosen, 4:], self.headers[chosen])

    def _payload(self, rows: NDArray[np.intp], index: int) -> bytes:
        return self.grid[rows[index], 4:].tobytes()

    def _news(self, pid: int) -> list[int]:
        """A PID's packets without those that repeat the one before: most tables are one packet, ten times a second."""
        rows = self.rows(pid)
        if rows.size < 2:
            return [int(row) for row in rows]
        bodies = self.grid[rows, 4:]
        other = (bodies[1:] != bodies[:-1]).any(axis=1).nonzero()[0] + 1
        return [int(rows[0]), *(int(row) for row in rows[other])]

    def _map(self, pid: int) -> Pmt | None:
        assembler, found = SectionAssembler(), None
        for row in self._news(pid):
            for section in assembler.feed(self.grid[row].tobytes()):
                found = parse_pmt(section) or found
        return found


def stretch(data: bytes | bytearray | memoryview) -> Stretch:
    """Index the packets of a block; garbage between them is passed over, an unfinished last one left out."""
    count = len(data) // PACKET_BYTES
    view = memoryview(data)[: count * PACKET_BYTES]
    grid = np.frombuffer(view, np.uint8).reshape(count, PACKET_BYTES)
    if not (grid[:, 0] == SYNC_BYTE).all():
        packets = Aligner().feed(data)
        view = packets.data if packets is not None else memoryview(b"")
        count = len(view) // PACKET_BYTES
        grid = np.frombuffer(view, np.uint8).reshape(count, PACKET_BYTES)
    headers = headers_of(view, count) if count else np.zeros(0, np.uint32)
    return Stretch(grid, headers, pids_of(headers))


def _assembled(payload: NDArray[np.uint8], headers: Headers) -> Elementary:
    """Join the packets' payloads; `payload` holds what follows each header."""
    begins = np.zeros(len(headers), np.intp)
    adapted = (headers & ADAPTATION) != 0
    begins[adapted] = np.minimum(payload[adapted, 0].astype(np.intp) + 1, _ROOM)
    starting = (headers & UNIT_START) != 0
    view = np.ascontiguousarray(payload).reshape(-1).data
    pieces: list[memoryview] = []
    starts: list[Pes] = []
    cursor = length = 0
    marked = (adapted | starting).nonzero()[0]
    for row, begin, starts_unit in zip(
        marked.tolist(), begins[marked].tolist(), starting[marked].tolist(), strict=True
    ):
        place = row * _ROOM
        if place > cursor:
            pieces.append(view[cursor:place])
            length += place - cursor
        cursor = max(cursor, place + begin)
        if not starts_unit:
            continue
        head = bytes(view[cursor : cursor + 19])
        if len(head) < 9 or head[:3] != b"\0\0\1" or head[3] == _PADDING_STREAM or head[6] & 0xC0 != 0x80:
            cursor = place + _ROOM  # no PES packet: nothing of it can be used
            continue
        starts.append(Pes(length, *_times(head)))
        cursor += 9 + head[8]
    if cursor < len(view):
        pieces.append(view[cursor:])
    return Elementary(b"".join(pieces), tuple(starts))


def _times(head: bytes) -> tuple[int | None, int | None]:
    """PTS and DTS of a PES header; a DTS that is not sent is the PTS (section 2.4.3.7)."""
    flags = head[7]
    pts = parse_timestamp(head, 9) if flags & _PTS and len(head) >= 14 and head[8] >= 5 else None
    if pts is None:
        return None, None
    dts = parse_timestamp(head, 14) if flags & _DTS and len(head) >= 19 and head[8] >= 10 else None
    return pts, pts if dts is None else dts
