"""Programme tables: which services a stream has (PAT), and of which PIDs each is made (PMT).

ISO/IEC 13818-1 sections 2.4.4.3 to 2.4.4.9. Sections given here have passed their checksum.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightcast.formats.mpegts.sections import build_section

if TYPE_CHECKING:
    from collections.abc import Iterator

PAT_PID = 0x0000
PAT_TABLE = 0x00
PMT_TABLE = 0x02

CA_DESCRIPTOR = 0x09


@dataclass(frozen=True, slots=True)
class Pat:
    """`programmes`: service id and PID of its PMT, in the table's order; the network PID is left out."""

    stream_id: int
    version: int
    programmes: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Stream:
    """One elementary stream of a service; `descriptors` as tag and bytes."""

    pid: int
    stream_type: int
    descriptors: tuple[tuple[int, bytes], ...] = ()

    def descriptor(self, tag: int) -> bytes | None:
        """The first descriptor with this tag."""
        return next((data for found, data in self.descriptors if found == tag), None)


@dataclass(frozen=True, slots=True)
class Pmt:
    """What one service is made of. `pcr_pid` 0x1FFF: it has no clock."""

    service_id: int
    version: int
    pcr_pid: int
    streams: tuple[Stream, ...]
    descriptors: tuple[tuple[int, bytes], ...] = ()

    def access_control_pids(self) -> frozenset[int]:
        """PIDs of the service's entitlement messages (CA descriptors of both levels)."""
        loops = (self.descriptors, *(stream.descriptors for stream in self.streams))
        return frozenset(
            (data[2] & 0x1F) << 8 | data[3]
            for loop in loops
            for tag, data in loop
            if tag == CA_DESCRIPTOR and len(data) >= 4
        )


def parse_descriptors(data: bytes) -> tuple[tuple[int, bytes], ...]:
    """Tags and contents of a descriptor loop; a truncated last one is left out."""
    return tuple(_descriptors(data))


def _descriptors(data: bytes) -> Iterator[tuple[int, bytes]]:
    position = 0
    while position + 2 <= len(data):
        end = position + 2 + data[position + 1]
        if end > len(data):
            return
        yield data[position], data[position + 2 : end]
        position = end


def parse_pat(sections: list[bytes]) -> Pat:
    """The association table of all its sections, in order."""
    programmes = []
    for section in sections:
        body = section[8:-4]
        for start in range(0, len(body) - 3, 4):
            number = body[start] << 8 | body[start + 1]
            if number:
                programmes.append((number, (body[start + 2] & 0x1F) << 8 | body[start + 3]))
    head = sections[0]
    return Pat(head[3] << 8 | head[4], head[5] >> 1 & 31, tuple(programmes))


def build_pat(pat: Pat) -> bytes:
    """The section of a table with few enough programmes for one (253)."""
    body = b"".join(number.to_bytes(2, "big") + (0xE000 | pid).to_bytes(2, "big") for number, pid in pat.programmes)
    return build_section(PAT_TABLE, pat.stream_id, pat.version, body)


def parse_pmt(section: bytes) -> Pmt | None:
    """The map of one service; None when its lengths contradict each other."""
    if section[0] != PMT_TABLE or len(section) < 16:
        return None
    start = 12 + ((section[10] & 0x0F) << 8 | section[11])
    if start > len(section) - 4:
        return None
    streams = []
    position = start
    while position + 5 <= len(section) - 4:
        end = position + 5 + ((section[position + 3] & 0x0F) << 8 | section[position + 4])
        if end > len(section) - 4:
            return None
        pid = (section[position + 1] & 0x1F) << 8 | section[position + 2]
        streams.append(Stream(pid, section[position], parse_descriptors(section[position + 5 : end])))
        position = end
    return Pmt(
        service_id=section[3] << 8 | section[4],
        version=section[5] >> 1 & 31,
        pcr_pid=(section[8] & 0x1F) << 8 | section[9],
        streams=tuple(streams),
        descriptors=parse_descriptors(section[12:start]),
    )


def build_pmt(pmt: Pmt) -> bytes:
    """The section of a map."""
    own = _loop(pmt.descriptors)
    parts = [(0xE000 | pmt.pcr_pid).to_bytes(2, "big"), (0xF000 | len(own)).to_bytes(2, "big"), own]
    for stream in pmt.streams:
        loop = _loop(stream.descriptors)
        parts += (
            bytes((stream.stream_type,)),
            (0xE000 | stream.pid).to_bytes(2, "big"),
            (0xF000 | len(loop)).to_bytes(2, "big"),
            loop,
        )
    return build_section(PMT_TABLE, pmt.service_id, pmt.version, b"".join(parts))


def _loop(descriptors: tuple[tuple[int, bytes], ...]) -> bytes:
    return b"".join(bytes((tag, len(data))) + data for tag, data in descriptors)
