"""Where access units start: times of PES headers, random access flags, clocks of adaptation fields.

ISO/IEC 13818-1 sections 2.4.3.4 to 2.4.3.7. All times count 90 kHz and wrap after 33 bits.
"""

from __future__ import annotations

from typing import NamedTuple

from rightcast.formats.mpegts.packets import ADAPTATION, PACKET_BYTES

CLOCK_HZ = 90_000
WRAP = 1 << 33

_RANDOM_ACCESS_INDICATOR = 0x40
_PCR_FLAG = 0x10


class UnitStart(NamedTuple):
    """A packet in which an access unit starts. `time` is its DTS, or PTS without one; None: the header has none.

    `random_access` is the packet's own flag; `payload` where the elementary stream goes on in the packet.
    """

    time: int | None
    random_access: bool
    payload: int


def parse_unit_start(packet: bytes | memoryview) -> UnitStart | None:
    """Read the first packet of a PES packet; None when it does not hold a PES header."""
    start, random_access = 4, False
    if packet[3] & ADAPTATION:
        start += 1 + packet[4]
        random_access = bool(packet[4] and packet[5] & _RANDOM_ACCESS_INDICATOR)
    if start + 9 > PACKET_BYTES or packet[start] or packet[start + 1] or packet[start + 2] != 1:
        return None
    flags = packet[start + 7]
    payload = start + 9 + packet[start + 8]
    if packet[start + 6] & 0xC0 != 0x80 or not flags & 0x80 or start + 14 > PACKET_BYTES:
        return UnitStart(None, random_access, payload)
    place = start + 9
    if flags & 0x40 and place + 10 <= PACKET_BYTES:
        place += 5
    return UnitStart(parse_timestamp(packet, place), random_access, payload)


def has_timestamp(packet: bytes | memoryview) -> bool:
    """Whether the first packet of a PES packet carries a PTS; cheaper than reading it."""
    start = 5 + packet[4] if packet[3] & ADAPTATION else 4
    return start + 8 < PACKET_BYTES and packet[start : start + 3] == b"\0\0\1" and packet[start + 7] & 0x80 != 0


def parse_timestamp(data: bytes | memoryview, place: int) -> int | None:
    """A 33-bit PTS or DTS at `place`; None when its marker bits are wrong."""
    first, upper, lower = data[place], data[place + 2], data[place + 4]
    if not first & upper & lower & 1:
        return None
    return (first >> 1 & 7) << 30 | data[place + 1] << 22 | upper >> 1 << 15 | data[place + 3] << 7 | lower >> 1


def parse_pcr(packet: bytes | memoryview) -> int | None:
    """The programme clock of a packet, 90 kHz part only; None when it carries none."""
    if not packet[3] & ADAPTATION or packet[4] < 7 or not packet[5] & _PCR_FLAG:
        return None
    return packet[6] << 25 | packet[7] << 17 | packet[8] << 9 | packet[9] << 1 | packet[10] >> 7


def step(before: int, after: int) -> int:
    """Ticks from one time to another across the wrap, between -2**32 and 2**32."""
    return ((after - before + (WRAP >> 1)) & (WRAP - 1)) - (WRAP >> 1)
