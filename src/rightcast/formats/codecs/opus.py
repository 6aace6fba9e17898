"""Opus packets behind their control headers, and the box that describes them.

ETSI TS 103 491 annex B (Opus in transport streams); RFC 6716 section 3.1; Opus in ISOBMFF 0.6.8 section 4.3.
"""

from __future__ import annotations

from rightcast.formats.codecs.aac import sound_entry
from rightcast.formats.codecs.sound import Coding, Frame, SoundFormat
from rightcast.formats.isobmff.boxes import box, number

RATE = 48_000
_PREFIX, _PREFIX_MASK = 0x7FE0, 0xFFE0
_START_TRIM, _END_TRIM, _EXTENSION = 0x10, 0x08, 0x04
# Samples of one frame by the configuration in the packet's first byte (RFC 6716 table 2).
_FRAMES = ((480, 960, 1920, 2880) * 3) + ((480, 960) * 2) + ((120, 240, 480, 960) * 4)
# Streams, coupled streams and order of channels by their number (RFC 7845 section 5.1.1.2).
_MAPPINGS = {
    3: (2, 1, (0, 2, 1)),
    4: (2, 2, (0, 1, 2, 3)),
    5: (3, 2, (0, 4, 1, 2, 3)),
    6: (4, 2, (0, 4, 1, 2, 3, 5)),
    7: (4, 3, (0, 4, 1, 2, 3, 5, 6)),
    8: (5, 3, (0, 6, 1, 2, 3, 4, 5, 7)),
}
_EXTENSION_TAG, _OPUS_TAG = 0x7F, 0x80


class Opus(Coding):
    """Opus as a programme map describes it; `channels`: 0 where the map does not say."""

    sync = b"\x7f"

    def __init__(self, channels: int = 0) -> None:
        self._channels = channels

    def frame(self, data: bytes, place: int, /) -> Frame | None:
        """One access unit: its control header is left out."""
        if place + 3 > len(data) or (data[place] << 8 | data[place + 1]) & _PREFIX_MASK != _PREFIX:
            return None
        flags, at, size = data[place + 1], place + 2, 0
        while at < len(data) and data[at] == 0xFF:
            size, at = size + 255, at + 1
        if at >= len(data):
            return None
        size, at = size + data[at], at + 1
        at += 2 * (bool(flags & _START_TRIM) + bool(flags & _END_TRIM))
        if flags & _EXTENSION:
            if at >= len(data):
                return None
            at += 1 + data[at]
        samples = _samples(data, at) if size else 0
        return Frame(at - place, at - place + size, samples) if samples else None

    def format(self, data: bytes, place: int, /) -> SoundFormat | str:
        """`dOps`; the decoder's delay is in the times already, so none is to be skipped."""
        frame = self.frame(data, place)
        if frame is None:
            return "its packets cannot be read"
        channels = self._channels or (2 if data[place + frame.header] & 4 else 1)
        if channels > 2 and channels not in _MAPPINGS:
            return f"{channels} channels have no order"
        family = b"\0"
        if channels > 2:
            streams, coupled, order = _MAPPINGS[channels]
            family = bytes((1, streams, coupled, *order))
        told = bytes((0, channels)) + number(0, 2) + number(RATE, 4) + number(0, 2) + family
        return SoundFormat("opus", RATE, channels, sound_entry(b"Opus", channels, RATE, box(b"dOps", told)))


def channels_told(descriptors: tuple[tuple[int, bytes], ...]) -> int:
    """Channels by the Opus descriptor of a programme map; 0 without one that tells (annex B.1)."""
    for tag, data in descriptors:
        if tag == _EXTENSION_TAG and len(data) >= 2 and data[0] == _OPUS_TAG:
            return data[1] if data[1] <= 8 else 0
    return 0


def _samples(data: bytes, place: int) -> int:
    """How long a packet lasts by its first bytes; 0 when they are not there."""
    if place >= len(data):
        return 0
    code = data[place] & 3
    if code == 3 and place + 1 >= len(data):
        return 0
    return _FRAMES[data[place] >> 3] * ((1, 2, 2)[code] if code < 3 else data[place + 1] & 63)
