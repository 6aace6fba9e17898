"""Access units into packets: templates whose times and counters are filled in each time they are sent.

ISO/IEC 13818-1 sections 2.4.3.2 to 2.4.3.7. Times count 90 kHz.
"""

from __future__ import annotations

import copy

import numpy as np

from rightcast.formats.mpegts.packets import PACKET_BYTES, SYNC_BYTE
from rightcast.formats.mpegts.units import WRAP

_PAYLOAD_BYTES = PACKET_BYTES - 4
_DELIMITER = b"\0\0\0\1\x09"
_RANDOM_ACCESS, _HAS_CLOCK = 0x40, 0x10


class UnitTemplate:
    """One access unit (or several sound frames) of a stream as packets. `clock`: its first packet carries a PCR."""

    def __init__(self, pid: int, stream_id: int, data: bytes, *, random_access: bool, clock: bool) -> None:
        self.pid = pid
        self._clock = clock
        length = len(data) + 8
        head = b"\0\0\1" + bytes((stream_id,)) + (length if length <= 0xFFFF else 0).to_bytes(2, "big")
        pes = head + b"\x84\x80\x05" + bytes(5) + data  # aligned data, a PTS and nothing else
        field = bytes((_RANDOM_ACCESS * random_access | _HAS_CLOCK * clock,)) if random_access or clock else b""
        field += bytes(6) if clock else b""
        rest = range(_first_payload(field), len(pes), _PAYLOAD_BYTES)
        rows = [_packet(pid, pes[: _first_payload(field)], field, start=True)]
        rows += [_packet(pid, pes[at : at + _PAYLOAD_BYTES], b"", start=False) for at in rest]
        self._rows = np.frombuffer(b"".join(rows), np.uint8).reshape(-1, PACKET_BYTES)
        first = rows[0]
        self._pts_at = first.index(b"\0\0\1" + bytes((stream_id,))) + 9
        self._steps = np.arange(len(rows), dtype=np.uint8)

    @property
    def packets(self) -> int:
        """How many packets it takes."""
        return len(self._rows)

    def on(self, pid: int) -> UnitTemplate:
        """The same unit on another PID."""
        other = copy.copy(self)
        other.put_on(pid)
        return other

    def put_on(self, pid: int) -> None:
        """Send it on this PID from now on."""
        self.pid, self._rows = pid, self._rows.copy()
        self._rows[:, 1] = (self._rows[:, 1] & 0xE0) | pid >> 8
        self._rows[:, 2] = pid & 0xFF

    def filled(self, time: int, clock: int, counter: int) -> bytes:
        """The packets with PTS `time` and PCR `clock`, the first with continuity counter `counter`."""
        rows = self._rows.copy()
        rows[:, 3] = (rows[:, 3] & 0xF0) | ((self._steps + (counter & 15)) & 15)
        rows[0, self._pts_at : self._pts_at + 5] = np.frombuffer(_timestamp(time), np.uint8)
        if self._clock:
            rows[0, 6:12] = np.frombuffer(((clock % WRAP) << 15 | 0x7E00).to_bytes(6, "big"), np.uint8)
        return rows.tobytes()


def split_h264(data: bytes) -> list[bytes]:
    """The access units of a byte stream in which each begins with a delimiter (ISO/IEC 14496-10 section 7.4.1.2.3)."""
    _, *units = data.split(_DELIMITER)
    return [_DELIMITER + unit for unit in units]


def split_adts(data: bytes) -> list[bytes]:
    """The whole frames of an ADTS stream (ISO/IEC 13818-7 section 6.2)."""
    frames, at = [], 0
    while at + 7 <= len(data) and data[at] == 0xFF and data[at + 1] & 0xF6 == 0xF0:
        size = (data[at + 3] & 3) << 11 | data[at + 4] << 3 | data[at + 5] >> 5
        if size < 7 or at + size > len(data):
            break
        frames.append(data[at : at + size])
        at += size
    return frames


def _first_payload(field: bytes) -> int:
    return _PAYLOAD_BYTES - (1 + len(field) if field else 0)


def _packet(pid: int, payload: bytes, field: bytes, *, start: bool) -> bytes:
    """A packet with its adaptation field stuffed so that it is full."""
    room = _PAYLOAD_BYTES - len(payload)
    adaptation = b""
    if room:
        body = field or (b"\0" if room > 1 else b"")
        adaptation = bytes((room - 1,)) + body.ljust(room - 1, b"\xff")
    control = 0x10 | 0x20 * bool(room)
    return bytes((SYNC_BYTE, 0x40 * start | pid >> 8, pid & 0xFF, control)) + adaptation + payload


def _timestamp(value: int) -> bytes:
    value %= WRAP
    return bytes(
        (
            0x20 | (value >> 29 & 0xE) | 1,
            value >> 22 & 0xFF,
            (value >> 14 & 0xFE) | 1,
            value >> 7 & 0xFF,
            (value << 1 & 0xFE) | 1,
        )
    )
