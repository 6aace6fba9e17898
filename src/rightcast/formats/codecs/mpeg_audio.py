"""MPEG audio frames of layers I to III.

ISO/IEC 11172-3 section 2.4.2.3, 13818-3 section 2.4.2.3; object types of 14496-1 table 5.
"""

from __future__ import annotations

from rightcast.formats.codecs.aac import descriptor_box, sound_entry
from rightcast.formats.codecs.sound import Coding, Frame, SoundFormat

_MPEG1_OBJECT, _MPEG2_OBJECT = 0x6B, 0x69
_RATES = (44100, 48000, 32000)
_KILOBITS_1 = {
    1: (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    2: (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    3: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
}
_KILOBITS_2 = {
    1: (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    2: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    3: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_MONO = 3


class MpegAudio(Coding):
    """MPEG audio: every frame is a sample, header and all."""

    sync = b"\xff"

    def frame(self, data: bytes, place: int, /) -> Frame | None:
        """Free and unknown bit rates are passed over."""
        if place + 4 > len(data) or data[place] != 0xFF or data[place + 1] & 0xE0 != 0xE0:
            return None
        version, layer = data[place + 1] >> 3 & 3, 4 - (data[place + 1] >> 1 & 3)
        third = data[place + 2]
        if version == 1 or layer == 4 or third >> 4 in {0, 15} or third >> 2 & 3 == 3:
            return None
        kilobits = (_KILOBITS_1 if version == 3 else _KILOBITS_2)[layer][(third >> 4) - 1]
        rate, padding = _rate(version, third), third >> 1 & 1
        if layer == 1:
            return Frame(0, (12_000 * kilobits // rate + padding) * 4, 384)
        samples = 576 if layer == 3 and version != 3 else 1152
        return Frame(0, samples * 125 * kilobits // rate + padding, samples)

    def format(self, data: bytes, place: int, /) -> SoundFormat | str:
        """An `mp4a` entry whose descriptor needs no more than the object type."""
        version = data[place + 1] >> 3 & 3
        object_type = _MPEG1_OBJECT if version == 3 else _MPEG2_OBJECT
        rate, channels = _rate(version, data[place + 2]), 1 if data[place + 3] >> 6 == _MONO else 2
        entry = sound_entry(b"mp4a", channels, rate, descriptor_box(object_type, b""))
        return SoundFormat(f"mp4a.{object_type:02X}", rate, channels, entry)


def _rate(version: int, third: int) -> int:
    """Half of the rate for MPEG-2, a quarter for 2.5."""
    return _RATES[third >> 2 & 3] >> {3: 0, 2: 1, 0: 2}[version]
