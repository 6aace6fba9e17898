"""Sections of tables: out of packets, into packets, and their checksum.

ISO/IEC 13818-1 section 2.4.4 and annex A.
"""

from __future__ import annotations

import zlib
from collections import deque

from rightcast.formats.mpegts.packets import PACKET_BYTES, SYNC_BYTE, UNIT_START, payload_offset

MAX_SECTION_BYTES = 4096
_STUFFING = 0xFF
_BROKEN_COPIES = 7
_COPIES_TO_VOTE = 3


_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def crc32(data: bytes) -> int:
    """CRC-32/MPEG-2 of annex A; over a whole section with its checksum it is 0.

    zlib's is the same polynomial with all bits the other way round, and inverted at the end.
    """
    mirrored = zlib.crc32(data.translate(_REVERSED)) ^ 0xFFFFFFFF
    return int.from_bytes(mirrored.to_bytes(4, "little").translate(_REVERSED), "big")


def build_section(table_id: int, extension: int, version: int, body: bytes, *, number: int = 0, last: int = 0) -> bytes:
    """A long section (with checksum) that is in force now."""
    head = bytes(
        (
            table_id,
            0xB0 | (len(body) + 9) >> 8,
            (len(body) + 9) & 0xFF,
            extension >> 8,
            extension & 0xFF,
            0xC1 | version << 1,
            number,
            last,
        )
    )
    return head + body + crc32(head + body).to_bytes(4, "big")


def packetise(section: bytes, pid: int, counter: int) -> bytes:
    """The packets that carry one section, the first with continuity counter `counter`."""
    payload = b"\0" + section
    room = PACKET_BYTES - 4
    packets = []
    for index, start in enumerate(range(0, len(payload), room)):
        flag = 0x40 if start == 0 else 0
        head = bytes((SYNC_BYTE, flag | pid >> 8, pid & 0xFF, 0x10 | (counter + index) & 15))
        packets.append(head + payload[start : start + room].ljust(room, b"\xff"))
    return b"".join(packets)


class SectionAssembler:
    """Sections of one PID out of its packets, whole and with a correct checksum; others are dropped.

    `short`: sections without the long syntax are wanted too, where they end with a checksum all the same. On a noisy
    line no copy of a long table may be whole: what most of the last copies say is tried then.
    """

    def __init__(self, *, short: bool = False) -> None:
        self.damaged = 0
        self._short = short
        self._broken: deque[bytes] = deque(maxlen=_BROKEN_COPIES)
        self._gathered: bytearray | None = None
        self._counter = -1

    def feed(self, packet: bytes) -> list[bytes]:
        """Sections that this packet completes."""
        counter = packet[3] & 15
        if not packet[3] & 0x10:
            return []
        if counter == self._counter and self._gathered is not None and not packet[1] & 0x40:
            return []  # a duplicate
        followed = self._counter < 0 or counter == (self._counter + 1) & 15
        self._counter = counter
        if not followed:
            self._gathered = None
        payload = packet[payload_offset(packet) :]
        if not packet[1] & (UNIT_START >> 16):
            return self._continue(payload)
        if not payload:
            return []
        border = 1 + payload[0]
        done = self._continue(payload[1:border]) if self._gathered is not None else []
        self._gathered = bytearray()
        return done + self._continue(payload[border:])

    def _continue(self, data: bytes) -> list[bytes]:
        if self._gathered is None:
            return []
        self._gathered += data
        done = []
        while len(self._gathered) >= 3:
            if self._gathered[0] == _STUFFING:
                self._gathered = None
                break
            length = 3 + ((self._gathered[1] & 0x0F) << 8 | self._gathered[2])
            if length > MAX_SECTION_BYTES:
                self._gathered = None
                break
            if len(self._gathered) < length:
                break
            section = bytes(self._gathered[:length])
            del self._gathered[:length]
            sound = self._verified(section)
            if sound is not None:
                done.append(sound)
        return done

    def _verified(self, section: bytes) -> bytes | None:
        """Long sections carry a checksum; short ones (syntax indicator 0) do only where it is known that they do."""
        if not (section[1] & 0x80 or self._short) or len(section) < 12:
            return None
        if crc32(section) == 0:
            self._broken.clear()
            return section
        self.damaged += 1
        self._broken.append(section)
        copies = [copy for copy in self._broken if len(copy) == len(section)]
        if len(copies) < _COPIES_TO_VOTE:
            return None
        repaired = bytes(max(set(column), key=column.count) for column in zip(*copies, strict=True))
        return repaired if crc32(repaired) == 0 else None


class TableCollector:
    """The sections of one table (same id and extension) until all of one version are there."""

    def __init__(self) -> None:
        self._sections: dict[int, bytes] = {}
        self._version = -1
        self._last = -1

    def feed(self, section: bytes) -> list[bytes] | None:
        """All sections in order when this one completes the table; sections not yet in force are ignored."""
        if not section[5] & 1:
            return None
        if (section[5], section[7]) != (self._version, self._last):
            self._sections.clear()
            self._version, self._last = section[5], section[7]
        self._sections[section[6]] = section
        if len(self._sections) <= self._last:
            return None
        return [self._sections[number] for number in sorted(self._sections)]
