"""AAC in ADTS frames, and the elementary stream descriptor that a file carries instead of their headers.

ISO/IEC 14496-3 sections 1.6.2.1 and 1.A.3.2; 14496-1 section 7.2.6; 14496-14 section 5.6.
"""

from __future__ import annotations

from rightcast.formats.codecs.sound import Coding, Frame, SoundFormat
from rightcast.formats.isobmff.boxes import box, full_box

RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
FRAME_SAMPLES = 1024

AAC_OBJECT = 0x40
_HEADER, _WITH_CHECKSUM = 7, 9
_CHANNELS = (0, 1, 2, 3, 4, 5, 6, 8)
DOUBLED_BELOW = 24000
_NO_CHANNELS = "its channel layout is told in the sound itself (channel configuration 0)"


class Adts(Coding):
    """AAC with a header before each frame."""

    sync = b"\xff"

    def frame(self, data: bytes, place: int, /) -> Frame | None:
        """One raw data block; frames of several blocks are passed over."""
        if place + _HEADER > len(data) or data[place] != 0xFF or data[place + 1] & 0xF6 != 0xF0:
            return None
        third = data[place + 2]
        size = (data[place + 3] & 3) << 11 | data[place + 4] << 3 | data[place + 5] >> 5
        header = _HEADER if data[place + 1] & 1 else _WITH_CHECKSUM
        if third >> 2 & 15 >= len(RATES) or size <= header or data[place + 6] & 3:
            return None
        return Frame(header, size, FRAME_SAMPLES)

    def format(self, data: bytes, place: int, /) -> SoundFormat | str:
        """By the frame's fixed header. Spectral band replication stays implicit (14496-3 section 1.6.5.3)."""
        kind, index = (data[place + 2] >> 6) + 1, data[place + 2] >> 2 & 15
        layout = (data[place + 2] & 1) << 2 | data[place + 3] >> 6
        if not layout:
            return _NO_CHANNELS
        configuration = (kind << 11 | index << 7 | layout << 3).to_bytes(2, "big")
        return aac_format(configuration, kind, RATES[index], _CHANNELS[layout])


def aac_format(configuration: bytes, kind: int, rate: int, channels: int) -> SoundFormat:
    """The format of AAC by its AudioSpecificConfig."""
    entry = sound_entry(b"mp4a", channels, rate, descriptor_box(AAC_OBJECT, configuration))
    return SoundFormat(aac_name(kind, rate), rate, channels, entry)


def aac_name(kind: int, rate: int) -> str:
    """The RFC 6381 name of AAC by object type and samples per second.

    At 24 kHz and below it is named HE-AAC, which decoders that know it need to be told beforehand, and which those
    fed with plain AAC do not mind.
    """
    return f"mp4a.40.{5 if kind == 2 and rate <= DOUBLED_BELOW else kind}"


def sound_entry(kind: bytes, channels: int, rate: int, *boxes: bytes) -> bytes:
    """An AudioSampleEntry (14496-12 section 12.2.3)."""
    told = rate if rate <= 0xFFFF else 0
    fixed = b"\0" * 6 + b"\0\1" + b"\0" * 8 + channels.to_bytes(2, "big") + b"\0\x10\0\0\0\0" + told.to_bytes(2, "big")
    return box(kind, fixed, b"\0\0", *boxes)


def descriptor_box(object_type: int, configuration: bytes) -> bytes:
    """An `esds` box; rates are left 0, so that each segment's init is the same."""
    specific = _descriptor(5, configuration) if configuration else b""
    decoder = _descriptor(4, bytes((object_type, 0x15)) + b"\0" * 11 + specific)
    return full_box(b"esds", 0, 0, _descriptor(3, b"\0\0\0" + decoder + _descriptor(6, b"\2")))


def _descriptor(tag: int, content: bytes) -> bytes:
    size = len(content)
    return bytes((tag, 0x80 | size >> 21 & 127, 0x80 | size >> 14 & 127, 0x80 | size >> 7 & 127, size & 127)) + content
