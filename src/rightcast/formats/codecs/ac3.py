"""AC-3 and Enhanced AC-3 frames, and the boxes that describe them.

ETSI TS 102 366 sections 4.3, 4.4, E.1.2, E.1.3 and annex F.
"""

from __future__ import annotations

from rightcast.formats.codecs.aac import sound_entry
from rightcast.formats.codecs.sound import Coding, Frame, SoundFormat
from rightcast.formats.isobmff.boxes import box, number

_RATES = (48000, 44100, 32000)
_KILOBITS = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640)
_CHANNELS = (2, 1, 2, 3, 3, 4, 4, 5)
_BLOCKS = (1, 2, 3, 6)
_BLOCK_SAMPLES = 256
_FRAME_SAMPLES = 1536
_HEADER = 8
_DEPENDENT = 1


class Ac3(Coding):
    """AC-3: every frame is a sample."""

    sync = b"\x0b"

    def frame(self, data: bytes, place: int, /) -> Frame | None:
        """Its size stands in a table (table 4.13)."""
        if place + _HEADER > len(data) or data[place + 1] != 0x77 or data[place] != 0x0B:
            return None
        code = data[place + 4]
        rate, size = code >> 6, code & 63
        if rate == 3 or size >= 2 * len(_KILOBITS) or data[place + 5] >> 3 > 10:
            return None
        kilobits = _KILOBITS[size >> 1]
        words = (2 * kilobits, 320 * kilobits // 147 + (size & 1), 3 * kilobits)[rate]
        return Frame(0, 2 * words, _FRAME_SAMPLES)

    def format(self, data: bytes, place: int, /) -> SoundFormat | str:
        """`dac3` (annex F.4)."""
        code, service, mode = data[place + 4], data[place + 5], data[place + 6] >> 5
        skipped = 2 * ((mode & 1 and mode != 1) + bool(mode & 4) + (mode == 2))
        low = (data[place + 6] << 8 | data[place + 7]) >> 12 - skipped & 1
        told = code >> 6 << 22 | service << 14 | mode << 11 | low << 10 | (code & 63) >> 1 << 5
        rate, channels = _RATES[code >> 6], _CHANNELS[mode] + low
        return SoundFormat("ac-3", rate, channels, sound_entry(b"ac-3", channels, rate, box(b"dac3", number(told, 3))))


class EnhancedAc3(Coding):
    """E-AC-3. Only the first independent substream is kept, which is whole by itself (section E.1.3.1.1)."""

    sync = b"\x0b"

    def frame(self, data: bytes, place: int, /) -> Frame | None:
        """A frame of another substream is all header: it lasts no time and leaves nothing in a file."""
        if place + _HEADER > len(data) or data[place + 1] != 0x77 or data[place] != 0x0B:
            return None
        second, fourth = data[place + 2], data[place + 4]
        size = 2 * (((second & 7) << 8 | data[place + 3]) + 1)
        if not 10 < data[place + 5] >> 3 <= 16 or size < _HEADER or (fourth >> 6 == 3 and fourth >> 4 & 3 == 3):
            return None
        if second >> 6 == _DEPENDENT or second >> 3 & 7:
            return Frame(size, size, 0)
        blocks = 6 if fourth >> 6 == 3 else _BLOCKS[fourth >> 4 & 3]
        return Frame(0, size, blocks * _BLOCK_SAMPLES)

    def format(self, data: bytes, place: int, /) -> SoundFormat | str:
        """`dec3` (annex F.6) of one substream."""
        frame = self.frame(data, place)
        if frame is None or not frame.samples:
            return "its first substream is missing"
        fourth, version = data[place + 4], data[place + 5] >> 3
        code, half, mode, low = fourth >> 6, fourth >> 4 & 3, fourth >> 1 & 7, fourth & 1
        rate = _RATES[code] if code < 3 else _RATES[half] // 2
        kilobits = min(frame.size * 8 * rate // (frame.samples * 1000), 0x1FFF)
        told = kilobits << 27 | code << 22 | version << 17 | mode << 9 | low << 8
        channels = _CHANNELS[mode] + low
        entry = sound_entry(b"ec-3", channels, rate, box(b"dec3", number(told, 5)))
        return SoundFormat("ec-3", rate, channels, entry)
