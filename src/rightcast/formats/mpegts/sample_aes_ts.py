"""A segment of transport stream under SAMPLE-AES: H.264, AAC, AC-3 and E-AC-3 encrypted, everything else as it was.

Apple, "MPEG-2 Stream Encryption Format for HTTP Live Streaming". Pictures and sound of other codecs are left out, for
they cannot be encrypted this way. Packets stay where they are, so times and counters hold.
"""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from rightcast.formats.mpegts.packets import (
    ADAPTATION,
    NULL_PID,
    PACKET_BYTES,
    PAYLOAD,
    SYNC_BYTE,
    UNIT_START,
    headers_of,
    payload_offset,
    pids_of,
)
from rightcast.formats.mpegts.psi import PAT_PID, Pmt, Stream, build_pmt, parse_pat, parse_pmt
from rightcast.formats.mpegts.sections import SectionAssembler, packetise
from rightcast.formats.mpegts.streams import StreamInfo, StreamKind, describe
from rightcast.formats.sample_aes import SampleCipher, ac3_frame, adts_frame

if TYPE_CHECKING:
    from collections.abc import Callable

_PRIVATE_DATA_INDICATOR, _REGISTRATION = 0x0F, 0x05
_TYPES = {"h264": 0xDB, "aac": 0xCF, "ac3": 0xC1, "eac3": 0xC2}
_INDICATORS = {"h264": b"zavc", "aac": b"aacd", "ac3": b"ac3d", "eac3": b"ec3d"}
_SETUPS = {"aac": b"zaac", "ac3": b"zac3", "eac3": b"zec3"}
_FRAMES = {"aac": adts_frame, "ac3": ac3_frame, "eac3": ac3_frame}
_EXTRA = 16
"""Packets added when a picture outgrows its own: so many, that the counter of its PID goes on as if none were."""
_NULL_PACKET = bytes((SYNC_BYTE, NULL_PID >> 8, NULL_PID & 0xFF, PAYLOAD)).ljust(PACKET_BYTES, b"\xff")


class CannotEncryptError(ValueError):
    """Nothing in the segment can be encrypted under SAMPLE-AES."""


class _Piece(NamedTuple):
    """Bytes [start, end) of the buffer that belong to an elementary stream."""

    start: int
    end: int


def protect(segment: bytes, *, key: bytes, iv: bytes, before: bytes = b"", after: bytes = b"") -> bytes:
    """The segment with its samples encrypted.

    `before` and `after` are packets beside it in the stream: sound frames lie across the border between segments.
    Raises CannotEncryptError.
    """
    return _Protecting(before + segment + after, len(before), len(before) + len(segment), key, iv).result()


class _Protecting:
    """The work on one segment, which lies at [begin, end) of the buffer."""

    def __init__(self, data: bytes, begin: int, end: int, key: bytes, iv: bytes) -> None:
        self._data = bytearray(data)
        self._begin, self._end = begin, end
        self._cipher = SampleCipher(key, iv)
        count = len(data) // PACKET_BYTES
        self._headers = headers_of(memoryview(data), count)
        self._pids = pids_of(self._headers)
        self._grown: dict[int, bytes] = {}

    def result(self) -> bytes:
        pmt_pid, pmt = self._map()
        streams = [(stream, describe(stream)) for stream in pmt.streams]
        kept: list[Stream] = []
        for stream, info in streams:
            if info.kind not in {StreamKind.VIDEO, StreamKind.AUDIO}:
                kept.append(stream)
            elif info.codec in _TYPES:
                kept.append(self._protect_stream(stream, info))
            else:
                self._leave_out(stream.pid)
        if not any(stream.stream_type in _TYPES.values() for stream in kept):
            names = ", ".join(info.description for _, info in streams) or "nothing"
            raise CannotEncryptError(f"SAMPLE-AES encrypts H.264, AAC and AC-3; the channel has {names}.")
        self._write_map(pmt_pid, replace(pmt, streams=tuple(kept)))
        return self._joined()

    def _map(self) -> tuple[int, Pmt]:
        """The first programme map of the segment and its PID."""
        sections = self._sections(PAT_PID)
        programmes = parse_pat(sections[:1]).programmes if sections else ()
        for _, pid in programmes:
            for section in self._sections(pid):
                pmt = parse_pmt(section)
                if pmt is not None:
                    return pid, pmt
        raise CannotEncryptError("The segment has no programme map.")

    def _sections(self, pid: int) -> list[bytes]:
        reader = SectionAssembler()
        found: list[bytes] = []
        for place in self._places(pid):
            if self._begin <= place < self._end:
                found += reader.feed(bytes(self._data[place : place + PACKET_BYTES]))
                if found:
                    break
        return found

    def _places(self, pid: int) -> list[int]:
        """Where packets of the PID lie that have a payload."""
        chosen = (self._pids == pid) & ((self._headers & PAYLOAD) != 0)
        return [row * PACKET_BYTES for row in chosen.nonzero()[0].tolist()]

    def _protect_stream(self, stream: Stream, info: StreamInfo) -> Stream:
        setup = b""
        if info.codec == "h264":
            self._pictures(stream.pid)
        else:
            setup = self._sound(stream.pid, info.codec)
        return _signalled(stream, info.codec, setup)

    def _packet(self, place: int) -> bytes:
        return bytes(self._data[place : place + PACKET_BYTES])

    def _leave_out(self, pid: int) -> None:
        for place in self._places(pid):
            self._data[place : place + PACKET_BYTES] = _NULL_PACKET

    # Pictures

    def _pictures(self, pid: int) -> None:
        unit: list[int] = []
        for place in self._places(pid):
            if not self._begin <= place < self._end:
                continue
            if self._data[place + 1] & UNIT_START >> 16 and unit:
                self._picture(unit)
                unit = []
            unit.append(place)
        if unit:
            self._picture(unit)

    def _picture(self, places: list[int]) -> None:
        """One PES packet; that of a segment which begins in the midst of one has no header and is not touched."""
        pieces = [_Piece(place + payload_offset(self._packet(place)), place + 188) for place in places]
        payload = b"".join(self._data[one.start : one.end] for one in pieces)
        if payload[:3] != b"\0\0\1" or len(payload) < 9:
            return
        head = 9 + payload[8]
        made = self._cipher.access_unit(payload[head:])
        if len(made) == len(payload) - head:
            self._put(pieces, payload[:head] + made)
            return
        header = bytearray(payload[:head])
        length = int.from_bytes(header[4:6], "big")
        if length:
            longer = length + len(made) - (len(payload) - head)
            header[4:6] = (longer if longer <= 0xFFFF else 0).to_bytes(2, "big")
        self._repack(places, bytes(header) + made)

    def _put(self, pieces: list[_Piece], payload: bytes) -> None:
        at = 0
        for start, end in pieces:
            self._data[start:end] = payload[at : at + end - start]
            at += end - start

    def _repack(self, places: list[int], payload: bytes) -> None:
        """Another length: stuffing takes up the difference, or a whole round of the counter is added."""
        fields = [_adaptation(self._data[place : place + PACKET_BYTES]) for place in places]
        if sum(PACKET_BYTES - 4 - len(field) for field in fields) < len(payload):
            fields += [b""] * _EXTRA
        head = bytes(self._data[places[0] : places[0] + 4])
        packets = list(_packets(head, fields, payload))
        for place, packet in zip(places, packets, strict=False):
            self._data[place : place + PACKET_BYTES] = packet
        if len(packets) > len(places):
            self._grown[places[-1] + PACKET_BYTES] = b"".join(packets[len(places) :])

    # Sound

    def _sound(self, pid: int, codec: str) -> bytes:
        """Encrypt frame by frame, in place; returns the setup data that players need beforehand."""
        pieces = self._sound_pieces(pid)
        stream = bytearray(b"".join(self._data[one.start : one.end] for one in pieces))
        clear = bytes(stream)
        first = -1
        parse = _FRAMES[codec]
        place = _first_frame(clear, parse)
        view = memoryview(stream)
        while place is not None and (found := parse(clear, place)) is not None:
            length, header = found
            first = place if first < 0 else first
            self._cipher.frame(view[place : place + length], header)
            place += length
        view.release()
        self._put(pieces, bytes(stream))
        return _setup(codec, clear, first) if first >= 0 else b""

    def _sound_pieces(self, pid: int) -> list[_Piece]:
        """The elementary stream behind PES headers."""
        pieces: list[_Piece] = []
        begun = False
        for place in self._places(pid):
            packet = self._packet(place)
            start = payload_offset(packet)
            if packet[1] & UNIT_START >> 16:
                begun = True
                start += 9 + packet[start + 8] if start + 9 <= PACKET_BYTES else PACKET_BYTES
            if begun and start < PACKET_BYTES:
                pieces.append(_Piece(place + start, place + PACKET_BYTES))
        return pieces

    # Tables

    def _write_map(self, pid: int, pmt: Pmt) -> None:
        """Put the new map in place of each old one; its counter goes on as long as it fits one packet."""
        section = build_pmt(pmt)
        for place in self._places(pid):
            if not self._begin <= place < self._end:
                continue
            packet = bytes(self._data[place : place + PACKET_BYTES])
            if not packet[1] & UNIT_START >> 16:
                self._data[place : place + PACKET_BYTES] = _NULL_PACKET  # the rest of a longer one
                continue
            made = packetise(section, pid, packet[3] & 15)
            self._data[place : place + PACKET_BYTES] = made[:PACKET_BYTES]
            if len(made) > PACKET_BYTES:
                self._grown[place + PACKET_BYTES] = made[PACKET_BYTES:]

    def _joined(self) -> bytes:
        parts: list[bytes] = []
        at = self._begin
        for place in sorted(self._grown):
            parts += (bytes(self._data[at:place]), self._grown[place])
            at = place
        parts.append(bytes(self._data[at : self._end]))
        return b"".join(parts)


def _signalled(stream: Stream, codec: str, setup: bytes) -> Stream:
    """The stream's entry of the map: another type, and descriptors that name what was encrypted."""
    own: list[tuple[int, bytes]] = [(_PRIVATE_DATA_INDICATOR, _INDICATORS[codec])]
    if codec in _SETUPS:
        body = struct.pack(">4s4sHBB", b"apad", _SETUPS[codec], 0, 1, len(setup)) + setup
        own.append((_REGISTRATION, body))
    others = [one for one in stream.descriptors if one[0] not in {_REGISTRATION, _PRIVATE_DATA_INDICATOR}]
    return Stream(stream.pid, _TYPES[codec], (*own, *others))


def _setup(codec: str, data: bytes, place: int) -> bytes:
    """audio_setup_information: the AudioSpecificConfig of AAC, the head of the first frame otherwise."""
    if codec != "aac":
        return data[place : place + 10]
    profile, rate = data[place + 2] >> 6, data[place + 2] >> 2 & 15
    channels = (data[place + 2] & 1) << 2 | data[place + 3] >> 6
    return ((profile + 1) << 11 | rate << 7 | channels << 3).to_bytes(2, "big")


def _first_frame(data: bytes, parse: Callable[[bytes, int], tuple[int, int] | None]) -> int | None:
    """Where the first frame starts: one that another frame follows, or that ends with the data."""
    for place in range(len(data)):
        found = parse(data, place) if data[place] in {0xFF, 0x0B} else None
        if found is None:
            continue
        following = place + found[0]
        if following >= len(data) or parse(data, following) is not None:
            return place
    return None


def _adaptation(packet: bytes | bytearray) -> bytes:
    """The adaptation field without its stuffing, length byte included; nothing when it says nothing."""
    if not packet[3] & ADAPTATION or not packet[4]:
        return b""
    flags, size = packet[5], 1
    size += 6 * bool(flags & 0x10) + 6 * bool(flags & 0x08) + bool(flags & 0x04)
    if flags & 0x03:  # private data or extension: kept as it is, stuffing and all
        size = packet[4]
    elif not flags and size == 1:
        return b""
    return bytes((size,)) + bytes(packet[5 : 5 + size])


def _packets(head: bytes, fields: list[bytes], payload: bytes) -> list[bytes]:
    """Packets with these adaptation fields that carry the payload, each at least one byte of it."""
    made: list[bytes] = []
    at = 0
    for index, field in enumerate(fields):
        left = len(fields) - index - 1
        room = PACKET_BYTES - 4 - len(field)
        take = min(room, len(payload) - at - left)
        stuffing = room - take
        whole = _stuffed(field, stuffing) if stuffing else field
        control = (ADAPTATION if whole else 0) | PAYLOAD | (head[3] + index) & 15
        start = head[1] & 0x1F | (UNIT_START >> 16 if not index else 0)
        made.append(bytes((SYNC_BYTE, start, head[2], control)) + whole + payload[at : at + take])
        at += take
    return made


def _stuffed(field: bytes, stuffing: int) -> bytes:
    if field:
        return bytes((field[0] + stuffing,)) + field[1:] + b"\xff" * stuffing
    if stuffing == 1:
        return b"\0"
    return bytes((stuffing - 1, 0)) + b"\xff" * (stuffing - 2)
