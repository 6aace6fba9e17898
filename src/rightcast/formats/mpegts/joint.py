"""Where one transport stream goes on as another for the same receiver: packets that announce the break to it.

ISO/IEC 13818-1 sections 2.4.3.4 and 2.4.3.5: a discontinuity is announced per PID, after which counters and clock
begin anew; tables take effect when their version is another one.
"""

from __future__ import annotations

from rightcast.formats.mpegts.packets import PACKET_BYTES, SYNC_BYTE, discontinuity_before
from rightcast.formats.mpegts.sections import SectionAssembler, crc32, packetise

_PAT_PID = 0
_VERSION_AT = 5
_LEAST_SECTION = 12

Tables = tuple[tuple[int, bytes], ...]
"""PID and section of a programme's association table and map, as they stand before a segment."""


def tables_of(packets: bytes) -> Tables:
    """The tables in the packets with which a segment begins."""
    assemblers: dict[int, SectionAssembler] = {}
    found: list[tuple[int, bytes]] = []
    for place in range(0, len(packets) - PACKET_BYTES + 1, PACKET_BYTES):
        packet = packets[place : place + PACKET_BYTES]
        pid = (packet[1] & 0x1F) << 8 | packet[2]
        sections = assemblers.setdefault(pid, SectionAssembler()).feed(packet)
        found += [(pid, section) for section in sections if len(section) >= _LEAST_SECTION]
    return tuple(found)


def joint(before: Tables, after: Tables, following: bytes, earlier: bytes = b"") -> bytes:
    """What stands between two streams: `following` are the first packets of the second, `after` its tables.

    `earlier`: packets that came before those, which tell the counters of PIDs that come later.

    Each PID's break is announced. The tables come in their own version and, where a decoder could take them for the
    ones it has, in another version first.
    """
    first = _last_packets(earlier) | _first_packets(following)
    known = dict(before)
    tables: list[tuple[int, bytes]] = []
    for pid, section in after:
        old = known.get(pid)
        if old is not None and old != section and old[_VERSION_AT] & 0x3E == section[_VERSION_AT] & 0x3E:
            tables.append((pid, _in_version(section, (section[_VERSION_AT] >> 1) + 16 & 31)))
        tables.append((pid, section))
    blocks = [_packets_before(pid, tables, first) for pid in dict.fromkeys(pid for pid, _ in tables)]
    own = {pid for pid, _ in tables}
    blocks += [discontinuity_before(packet) for pid, packet in first.items() if pid not in own]
    return b"".join(blocks)


def _packets_before(pid: int, tables: list[tuple[int, bytes]], first: dict[int, bytes]) -> bytes:
    """All tables of a PID with counters that lead to its first packet in the stream."""
    sections = [section for one, section in tables if one == pid]
    count = sum(len(packetise(section, pid, 0)) for section in sections) // PACKET_BYTES
    counter = ((first[pid][3] if pid in first else count) - count) & 15
    blocks: list[bytes] = []
    for section in sections:
        blocks.append(packetise(section, pid, counter))
        counter = (counter + len(blocks[-1]) // PACKET_BYTES) & 15
    return b"".join([discontinuity_before(blocks[0][:4]), *blocks]) if blocks else b""


def _first_packets(data: bytes) -> dict[int, bytes]:
    """The head of the first packet with payload of each PID."""
    found: dict[int, bytes] = {}
    for place in range(0, len(data) - PACKET_BYTES + 1, PACKET_BYTES):
        if data[place] == SYNC_BYTE and data[place + 3] & 0x10:
            pid = (data[place + 1] & 0x1F) << 8 | data[place + 2]
            if pid not in found and pid != 0x1FFF:
                found[pid] = data[place : place + 4]
    return found


def _last_packets(data: bytes) -> dict[int, bytes]:
    """Heads as the packets of each PID will have that come after these."""
    found: dict[int, bytes] = {}
    for place in range(len(data) - PACKET_BYTES, -1, -PACKET_BYTES):
        head = data[place : place + 4]
        pid = (head[1] & 0x1F) << 8 | head[2]
        if head[0] == SYNC_BYTE and head[3] & 0x10 and pid not in found and pid != 0x1FFF:
            found[pid] = head[:3] + bytes(((head[3] + 1) & 15 | head[3] & 0xF0,))
    return found


def _in_version(section: bytes, version: int) -> bytes:
    body = section[:_VERSION_AT] + bytes((section[_VERSION_AT] & 0xC1 | version << 1,)) + section[_VERSION_AT + 1 : -4]
    return body + crc32(body).to_bytes(4, "big")
