"""AV1 in a ring: private PES packets of one temporal unit each, named by a registration descriptor of our own.

ffmpeg's muxer writes AV1 so, but leaves the map without a word of it. "Carriage of AV1 in MPEG-2 TS" (AOM) gives the
registration AV01 to another form, of start codes, which few read; ours says what it is, and never leaves an edge.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rightcast.formats.mpegts.packets import PACKET_BYTES, headers_of, pids_of
from rightcast.formats.mpegts.psi import PMT_TABLE, build_pmt, parse_pmt
from rightcast.formats.mpegts.sections import SectionAssembler, packetise
from rightcast.formats.mpegts.streams import OWN_AV1

_PRIVATE, _REGISTRATION_TAG = 0x06, 0x05


def named(section: bytes) -> bytes:
    """A programme map whose first private stream without a descriptor is named as AV1; others stay as they are."""
    pmt = parse_pmt(section) if section[:1] == bytes((PMT_TABLE,)) else None
    bare = (one for one in pmt.streams if one.stream_type == _PRIVATE and not one.descriptors) if pmt else iter(())
    pictures = next(bare, None)
    if pmt is None or pictures is None:
        return section
    told = replace(pictures, descriptors=((_REGISTRATION_TAG, OWN_AV1),))
    streams = tuple(told if one is pictures else one for one in pmt.streams)
    return build_pmt(replace(pmt, streams=streams))


class ObuNaming:
    """Names the AV1 stream in the map of a transport stream that passes by; `map_pid` is where its map is."""

    def __init__(self, map_pid: int) -> None:
        self._pid = map_pid
        self._rest = b""
        self._counter = 0
        self._sections = SectionAssembler()

    def feed(self, block: bytes | bytearray | memoryview) -> bytes:
        """The packets that are whole, in order; maps take as many packets as they need now."""
        data = self._rest + block
        count = len(data) // PACKET_BYTES
        whole = count * PACKET_BYTES
        self._rest = data[whole:]
        if not count:
            return b""
        rows = np.flatnonzero(pids_of(headers_of(memoryview(data), count)) == self._pid).tolist()
        pieces: list[bytes] = []
        place = 0
        for row in rows:
            start = row * PACKET_BYTES
            pieces.append(data[place:start])
            place = start + PACKET_BYTES
            for section in self._sections.feed(data[start:place]):
                packets = packetise(named(section), self._pid, self._counter)
                self._counter = (self._counter + len(packets) // PACKET_BYTES) & 15
                pieces.append(packets)
        pieces.append(data[place:whole])
        return b"".join(pieces)
