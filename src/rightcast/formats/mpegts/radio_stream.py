"""Bare sound, as internet radio sends it, into a transport stream of its own: frames, their times, titles as ID3.

ISO/IEC 13818-1 section 2.4.3; the titles' stream is registered as `ID3 ` (section 2.6.8).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.formats.icy import Deinterleaver
from rightcast.formats.id3 import tag
from rightcast.formats.mpegts.muxing import UnitTemplate
from rightcast.formats.mpegts.packets import PACKET_BYTES
from rightcast.formats.mpegts.psi import PAT_PID, Pat, Pmt, Stream, build_pat, build_pmt
from rightcast.formats.mpegts.sections import packetise
from rightcast.formats.mpegts.sound_frames import HEADER_BYTES, next_frame
from rightcast.formats.mpegts.units import CLOCK_HZ

if TYPE_CHECKING:
    from rightcast.formats.codecs.sound import Coding

SOUND_PID, TITLE_PID, MAP_PID = 0x100, 0x101, 0x1000
_SERVICE, _SOUND_ID, _PRIVATE_ID, _PRIVATE = 1, 0xC0, 0xBD, 0x06
_BEGINS = CLOCK_HZ
_UNIT_TICKS, _TITLE_TICKS = CLOCK_HZ // 10, 5 * CLOCK_HZ
"""How much sound a PES packet holds before the next one begins, and how often a title is told again."""
_LONGEST_REST_BYTES = 64 << 10


class RadioStream:
    """Feed what a server sends, take transport stream. `stream_type` is that of the sound in the map.

    `every_bytes`: how much sound lies between titles, 0 where none come.
    """

    def __init__(self, coding: Coding, stream_type: int, *, every_bytes: int = 0) -> None:
        self._coding = coding
        self._titles = Deinterleaver(every_bytes)
        streams = (Stream(SOUND_PID, stream_type, ()), Stream(TITLE_PID, _PRIVATE, ((0x05, b"ID3 "),)))
        self._tables = (
            (build_pat(Pat(1, 0, ((_SERVICE, MAP_PID),))), PAT_PID),
            (build_pmt(Pmt(_SERVICE, 0, SOUND_PID, streams)), MAP_PID),
        )
        self._counters = {PAT_PID: 0, MAP_PID: 0, SOUND_PID: 0, TITLE_PID: 0}
        self._rest = b""
        self._time = float(_BEGINS)
        self._told = ""
        self._told_at = 0.0

    @property
    def title(self) -> str:
        """What is on."""
        return self._titles.title

    def feed(self, data: bytes) -> bytes:
        """Whole packets of all frames that are whole."""
        data = self._rest + self._titles.feed(data)
        found: list[bytes] = []
        unit: list[bytes] = []
        begun = self._time
        place = next_frame(data, 0, self._coding)
        at = 0 if place is None else place
        while (frame := self._coding.frame(data, at)) is not None and at + frame.size <= len(data):
            unit.append(data[at : at + frame.size])
            self._time += frame.samples * CLOCK_HZ / _rate(self._coding, data, at)
            at += frame.size
            if self._time - begun >= _UNIT_TICKS:
                found.append(self._unit(b"".join(unit), begun))
                unit, begun = [], self._time
            if len(data) - at >= HEADER_BYTES and self._coding.frame(data, at) is None:
                following = next_frame(data, at, self._coding)
                at = at if following is None else following
        self._rest = (b"".join(unit) + data[at:])[-_LONGEST_REST_BYTES:]
        self._time = begun
        return b"".join(found)

    def _unit(self, sound: bytes, time: float) -> bytes:
        ticks = round(time)
        pieces = [self._table(section, pid) for section, pid in self._tables]
        title = self._titles.title
        if title and (title != self._told or time - self._told_at >= _TITLE_TICKS):
            self._told, self._told_at = title, time
            pieces.append(self._packets(TITLE_PID, _PRIVATE_ID, tag(title), ticks, clock=False))
        pieces.append(self._packets(SOUND_PID, _SOUND_ID, sound, ticks, clock=True))
        return b"".join(pieces)

    def _packets(self, pid: int, stream_id: int, data: bytes, ticks: int, *, clock: bool) -> bytes:
        template = UnitTemplate(pid, stream_id, data, random_access=clock, clock=clock)
        counter = self._counters[pid]
        self._counters[pid] = counter + template.packets & 15
        return template.filled(ticks, ticks, counter)

    def _table(self, section: bytes, pid: int) -> bytes:
        packets = packetise(section, pid, self._counters[pid])
        self._counters[pid] = self._counters[pid] + len(packets) // PACKET_BYTES & 15
        return packets


def _rate(coding: Coding, data: bytes, at: int) -> int:
    """Samples per second of a frame; a sound that no file can carry is taken for the usual rate."""
    found = coding.format(data, at)
    return 44_100 if isinstance(found, str) else found.rate
