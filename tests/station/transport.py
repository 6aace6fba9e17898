"""Looks at transport streams with eyes of its own, so that the station is not judged by its own parser."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKET = 188
WRAP = 1 << 33
CLOCK_HZ = 90_000


@dataclass
class Pid:
    """What was seen of one PID."""

    packets: int = 0
    missing: int = 0
    last: int = -1
    pts: list[float] = field(default_factory=list)


def packets(stream: bytes) -> Iterator[bytes]:
    """Whole packets; every one must begin with the sync byte."""
    for start in range(0, len(stream) - PACKET + 1, PACKET):
        packet = stream[start : start + PACKET]
        assert packet[0] == 0x47, f"no sync byte at {start}"
        yield packet


def survey(stream: bytes) -> dict[int, Pid]:
    """Packets, continuity errors and PTS (seconds, per PES) of each PID."""
    found: dict[int, Pid] = defaultdict(Pid)
    for packet in packets(stream):
        number = (packet[1] & 0x1F) << 8 | packet[2]
        if number == 0x1FFF:
            continue
        pid = found[number]
        pid.packets += 1
        has_payload, counter = packet[3] & 0x10, packet[3] & 0x0F
        if has_payload:
            expected = pid.last if pid.last < 0 else (pid.last + 1) % 16
            if expected >= 0 and counter not in {expected, pid.last} and not _discontinuity(packet):
                pid.missing += 1
            pid.last = counter
            if packet[1] & 0x40 and (moment := _pts(_payload(packet))) is not None:
                pid.pts.append(moment)
    return dict(found)


def steps(moments: list[float]) -> list[float]:
    """From each moment to the next; a negative one is where a clock began anew."""
    return [after - before for before, after in pairwise(moments)]


def lost(stream: bytes) -> dict[int, int]:
    """How often the counter of a PID jumped, for those where it did.

    Whoever joins within a segment gets its tables first, whose counters then jump once to where it joined: that one
    jump of PIDs without a clock of their own is not counted.
    """
    seen = survey(stream).items()
    return {number: pid.missing for number, pid in seen if pid.missing > (0 if pid.pts else 1)}


def pcr_of(packet: bytes) -> float | None:
    """The programme clock reference in seconds, where the packet carries one."""
    if packet[3] & 0x20 and packet[4] >= 7 and packet[5] & 0x10:
        base = int.from_bytes(packet[6:10]) << 1 | packet[10] >> 7
        return (base * 300 + ((packet[10] & 1) << 8 | packet[11])) / (CLOCK_HZ * 300)
    return None


def services(stream: bytes) -> dict[int, int]:
    """Service id to PID of its map, from the last association table seen."""
    found: dict[int, int] = {}
    for packet in packets(stream):
        if (packet[1] & 0x1F) << 8 | packet[2] == 0 and packet[1] & 0x40:
            payload = _payload(packet)
            section = payload[1 + payload[0] :]
            length = (section[1] & 0x0F) << 8 | section[2]
            entries = section[8 : 3 + length - 4]
            found = {
                int.from_bytes(entries[at : at + 2]): int.from_bytes(entries[at + 2 : at + 4]) & 0x1FFF
                for at in range(0, len(entries), 4)
                if int.from_bytes(entries[at : at + 2])
            }
    return found


def map_of(stream: bytes, map_pid: int) -> dict[int, tuple[int, bytes]]:
    """Elementary PID to (stream type, descriptors) of a service whose map fits one packet."""
    for packet in packets(stream):
        if (packet[1] & 0x1F) << 8 | packet[2] == map_pid and packet[1] & 0x40:
            payload = _payload(packet)
            section = payload[1 + payload[0] :]
            end = 3 + ((section[1] & 0x0F) << 8 | section[2]) - 4
            at = 12 + ((section[10] & 0x0F) << 8 | section[11])
            found = {}
            while at < end:
                size = (section[at + 3] & 0x0F) << 8 | section[at + 4]
                pid = int.from_bytes(section[at + 1 : at + 3]) & 0x1FFF
                found[pid] = (section[at], bytes(section[at + 5 : at + 5 + size]))
                at += 5 + size
            return found
    return {}


def _payload(packet: bytes) -> bytes:
    return packet[5 + packet[4] :] if packet[3] & 0x20 else packet[4:]


def _discontinuity(packet: bytes) -> bool:
    return bool(packet[3] & 0x20 and packet[4] and packet[5] & 0x80)


def _pts(payload: bytes) -> float | None:
    if len(payload) < 14 or payload[:3] != b"\0\0\1" or not payload[7] & 0x80:
        return None
    a, b, c, d, e = payload[9:14]
    return ((a >> 1 & 7) << 30 | b << 22 | c >> 1 << 15 | d << 7 | e >> 1) / CLOCK_HZ
