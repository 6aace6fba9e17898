"""AAC in LATM: elements of a multiplex whose one payload begins at any bit.

ISO/IEC 14496-3 sections 1.6.2.1 (AudioSpecificConfig), 1.7.2 (AudioSyncStream) and 1.7.3 (AudioMuxElement).
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from rightcast.formats.codecs.aac import FRAME_SAMPLES, RATES, aac_format
from rightcast.formats.codecs.bits import Bits, OutOfBitsError
from rightcast.formats.codecs.sound import Coding, Frame, SoundFormat

_HEADER = 3
_LOW_COMPLEXITY, _REPLICATION, _PARAMETRIC_STEREO, _ESCAPE = 2, 5, 29, 31
_CHANNELS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6, 7: 8}
_CONFIGURATION_BYTES = 128


class _Configuration(NamedTuple):
    """`told`: the AudioSpecificConfig by itself; `kind`: the outermost object type."""

    told: bytes
    kind: int
    rate: int
    channels: int


class _RefusedError(Exception):
    """The multiplex uses what no broadcaster of one programme needs."""


class Latm(Coding):
    """AAC in AudioSyncStream frames of one payload each."""

    sync = b"\x56"

    def frame(self, data: bytes, place: int, /) -> Frame | None:
        """One AudioMuxElement behind its sync word."""
        if place + _HEADER > len(data) or data[place] != 0x56 or data[place + 1] & 0xE0 != 0xE0:
            return None
        size = (data[place + 1] & 31) << 8 | data[place + 2]
        return Frame(_HEADER, _HEADER + size, FRAME_SAMPLES) if size else None

    def format(self, data: bytes, place: int, /) -> SoundFormat | str:
        """By the first element from `place` on that brings the configuration; most do."""
        while (frame := self.frame(data, place)) is not None:
            head = data[place + _HEADER : place + min(frame.size, _CONFIGURATION_BYTES)]
            try:
                if head and not head[0] >> 7:
                    found = _multiplex(head)[1]
                    return aac_format(found.told, found.kind, found.rate, found.channels)
            except _RefusedError as refusal:
                return str(refusal)
            except OutOfBitsError:
                pass
            place += frame.size
        return "its configuration did not come in time"

    def body(self, data: bytes, start: int, end: int, /) -> bytes:
        """The payload, moved to whole bytes; empty when the element cannot be read."""
        element = data[start:end]
        try:
            skipped = 1 if element[0] >> 7 else _multiplex(element[:_CONFIGURATION_BYTES])[0]
            bits = Bits(element)
            bits.take(skipped)
            size = 0
            while (more := bits.take(8)) == 255:
                size += more
            size += more
            return bits.take(8 * size).to_bytes(size, "big")
        except (_RefusedError, OutOfBitsError):
            return b""


@lru_cache(256)
def _multiplex(element: bytes) -> tuple[int, _Configuration]:
    """How many bits come before the payload's length, and the configuration among them (table 1.42)."""
    bits = Bits(element)
    bits.take(1)
    version = bits.take(1)
    if version and bits.take(1):
        raise _RefusedError("its multiplex is of an unknown version")
    if version:
        _value(bits)
    if bits.take(14) != 1 << 13:  # same time framing, no subframes, one programme, one layer
        raise _RefusedError("it is a multiplex of several sounds")
    length = _value(bits) if version else 0
    start = bits.position
    found = _specific(bits)
    if version:
        if bits.position - start > length:
            raise OutOfBitsError
        bits.take(length - (bits.position - start))
    else:
        length = bits.position - start
    if bits.take(3):
        raise _RefusedError("its frames have lengths told elsewhere")
    bits.take(8)
    if bits.take(1):
        if version:
            _value(bits)
        else:
            while bits.take(9) >> 8:
                pass
    if bits.take(1):
        bits.take(8)
    whole = Bits(element)
    whole.take(start)
    told = whole.take(length) << (-length % 8)
    return bits.position, found._replace(told=told.to_bytes(-(-length // 8), "big"))


def _specific(bits: Bits) -> _Configuration:
    """AudioSpecificConfig of AAC-LC, perhaps as the core of HE-AAC; its bytes are filled in by the caller."""
    kind, rate, layout = _object_type(bits), _rate(bits), bits.take(4)
    core = kind
    if kind in {_REPLICATION, _PARAMETRIC_STEREO}:
        _rate(bits)
        core = _object_type(bits)
    if core != _LOW_COMPLEXITY:
        raise _RefusedError(f"its object type {core} is not carried")
    if layout not in _CHANNELS:
        raise _RefusedError("its channel layout is told in the sound itself")
    if bits.take(1):
        raise _RefusedError("its frames have 960 samples")
    if bits.take(1):
        bits.take(14)
    bits.take(1)
    channels = 2 if kind == _PARAMETRIC_STEREO else _CHANNELS[layout]
    return _Configuration(b"", kind, rate, channels)


def _object_type(bits: Bits) -> int:
    kind = bits.take(5)
    return 32 + bits.take(6) if kind == _ESCAPE else kind


def _rate(bits: Bits) -> int:
    index = bits.take(4)
    if index == 15:
        return bits.take(24) or 1
    if index >= len(RATES):
        raise OutOfBitsError
    return RATES[index]


def _value(bits: Bits) -> int:
    """LatmGetValue()."""
    return bits.take(8 * (bits.take(2) + 1))
