"""AV1 as a byte stream of OBUs: what a sequence header says, where a decoder may start.

AV1 Bitstream and Decoding Process Specification, sections 5.3 to 5.9; names and `av1C` by "AV1 Codec ISO Media File
Format Binding", sections 2.3 and 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from rightcast.formats.codecs.bits import Bits, OutOfBitsError
from rightcast.formats.codecs.picture import Colour, Picture

SEQUENCE_HEADER, DELIMITER, FRAME_HEADER, FRAME, TILE_LIST, PADDING = 1, 2, 3, 6, 8, 15
_LEB_BYTES = 8
_SELECT = 2
_SRGB = (1, 13, 0)  # BT.709 primaries, sRGB transfer, identity matrix: RGB by definition (section 5.5.2)
_BT709 = (1, 1, 1)


class Obu(NamedTuple):
    """Where an OBU lies in its bytes, with its header; `payload` is where that ends. `kind`: obu_type."""

    start: int
    payload: int
    end: int
    kind: int


@dataclass(frozen=True, slots=True)
class Sequence:
    """A sequence header. `told` are the four bytes of `av1C` before its OBUs; `codec` an RFC 6381 name."""

    codec: str
    picture: Picture
    told: bytes


@dataclass(frozen=True, slots=True)
class _Colours:
    """color_config. `subsampling`: across, down, position of the samples."""

    depth: int
    mono: bool
    numbers: tuple[int, int, int] | None
    full: bool
    subsampling: tuple[int, int, int]


def obus(data: bytes, start: int = 0, end: int | None = None) -> list[Obu]:
    """The OBUs of a temporal unit, of which only the last may be without a size; none when sizes are impossible."""
    found: list[Obu] = []
    place, end = start, len(data) if end is None else end
    while place < end:
        head = data[place]
        payload = place + 1 + (head >> 2 & 1)
        following = end
        if head & 0x80:
            return []
        if head & 2:
            size, payload = _leb128(data, payload, end)
            following = payload + size
        if payload > end or following > end:
            return []
        found.append(Obu(place, payload, following, head >> 3 & 15))
        place = following
    return found


def first_sequence_header(data: bytes) -> bytes:
    """The whole sequence header OBU among the first bytes of a temporal unit, perhaps cut off behind it."""
    place = 0
    while place < len(data):
        head = data[place]
        payload = place + 1 + (head >> 2 & 1)
        if head & 0x82 != 2:
            return b""
        size, payload = _leb128(data, payload, len(data))
        if payload + size > len(data):
            return b""
        if head >> 3 & 15 == SEQUENCE_HEADER:
            return data[place : payload + size]
        place = payload + size
    return b""


def shows_key_frame(data: bytes, obu: Obu) -> bool:
    """Whether a frame (or its header) is a key frame that is shown: show_existing_frame 0, KEY_FRAME, show_frame 1."""
    return obu.payload < obu.end and data[obu.payload] & 0xF0 == 0x10


def parse_sequence(obu: bytes) -> Sequence | None:
    """What a sequence header OBU says (section 5.5); None when it cannot be read."""
    found = obus(obu)
    if len(found) != 1 or found[0].kind != SEQUENCE_HEADER:
        return None
    try:
        return _sequence(Bits(obu[found[0].payload :]))
    except OutOfBitsError:
        return None


def configuration(sequence: Sequence, header: bytes) -> bytes:
    """The content of `av1C`: AV1CodecConfigurationRecord with the sequence header OBU in it."""
    return sequence.told + header


def _leb128(data: bytes, place: int, end: int) -> tuple[int, int]:
    """The number, and where it ends; an end beyond all bytes when it does not (section 4.10.5)."""
    value = 0
    for index in range(_LEB_BYTES):
        if place + index >= end:
            break
        byte = data[place + index]
        value |= (byte & 0x7F) << 7 * index
        if not byte & 0x80:
            return value, place + index + 1
    return 0, end + 1


def _sequence(bits: Bits) -> Sequence:
    profile = bits.take(3)
    bits.take(1)
    reduced = bool(bits.take(1))
    level, tier, rate = (bits.take(5), 0, 0.0) if reduced else _operating(bits)
    widths, heights = bits.take(4) + 1, bits.take(4) + 1
    width, height = bits.take(widths) + 1, bits.take(heights) + 1
    if not reduced and bits.take(1):
        bits.take(7)
    bits.take(3)
    if not reduced:
        _tools(bits)
    bits.take(3)
    colours = _colours(bits, profile)
    bits.take(1)
    numbers = colours.numbers
    colour = Colour(*numbers, colours.full) if numbers is not None else None
    return Sequence(
        codec=_name(profile, level, tier, colours),
        picture=Picture(width, height, colour=colour, frame_rate=rate),
        told=_told(profile, level, tier, colours),
    )


def _operating(bits: Bits) -> tuple[int, int, float]:
    """Level and tier of the first operating point, and the rate where pictures come evenly."""
    rate, delay_bits = 0.0, 0
    if bits.take(1):
        rate, delay_bits = _timing(bits)
    delays = bits.take(1)
    level = tier = 0
    for point in range(bits.take(5) + 1):
        bits.take(12)
        own_level = bits.take(5)
        own_tier = bits.take(1) if own_level > 7 else 0
        if delay_bits and bits.take(1):
            bits.take(2 * delay_bits + 1)
        if delays and bits.take(1):
            bits.take(4)
        if not point:
            level, tier = own_level, own_tier
    return level, tier, rate


def _timing(bits: Bits) -> tuple[float, int]:
    """timing_info and decoder_model_info: pictures a second or 0, and how many bits a buffer's delay takes or 0."""
    ticks, scale = bits.take(32), bits.take(32)
    rate = scale / ticks / (bits.golomb() + 1) if bits.take(1) and ticks else 0.0  # uvlc() is an Exp-Golomb code
    if not bits.take(1):
        return rate, 0
    delay_bits = bits.take(5) + 1
    bits.take(42)
    return rate, delay_bits


def _tools(bits: Bits) -> None:
    """From enable_interintra_compound to order_hint_bits: nothing that a file repeats."""
    bits.take(4)
    ordered = bits.take(1)
    if ordered:
        bits.take(2)
    screen = _SELECT if bits.take(1) else bits.take(1)
    if screen and not bits.take(1):
        bits.take(1)
    if ordered:
        bits.take(3)


def _colours(bits: Bits, profile: int) -> _Colours:
    """color_config, section 5.5.2."""
    high = bits.take(1)
    depth = (12 if bits.take(1) else 10) if profile == 2 and high else 10 if high else 8
    mono = profile != 1 and bool(bits.take(1))
    numbers = (bits.take(8), bits.take(8), bits.take(8)) if bits.take(1) else None
    if mono:
        return _Colours(depth, mono, numbers, bool(bits.take(1)), (1, 1, 0))
    if numbers == _SRGB:
        bits.take(1)
        return _Colours(depth, mono, numbers, True, (0, 0, 0))
    full = bool(bits.take(1))
    across, down = (1, 1) if profile == 0 else (0, 0) if profile == 1 else (1, 0)
    if profile == 2 and depth == 12:
        across = bits.take(1)
        down = bits.take(1) if across else 0
    position = bits.take(2) if across and down else 0
    bits.take(1)
    return _Colours(depth, mono, numbers, full, (across, down, position))


def _name(profile: int, level: int, tier: int, colours: _Colours) -> str:
    """`av01.P.LLT.DD`, and the rest only where it is not what its absence means."""
    short = f"av01.{profile}.{level:02}{'H' if tier else 'M'}.{colours.depth:02}"
    numbers = colours.numbers or _BT709
    sampling = "".join(map(str, colours.subsampling))
    if (colours.mono, sampling, numbers, colours.full) == (False, "110", _BT709, False):
        return short
    told = ".".join(f"{number:02}" for number in numbers)
    return f"{short}.{colours.mono:d}.{sampling}.{told}.{colours.full:d}"


def _told(profile: int, level: int, tier: int, colours: _Colours) -> bytes:
    across, down, position = colours.subsampling
    flags = tier << 7 | (colours.depth > 8) << 6 | (colours.depth == 12) << 5 | colours.mono << 4
    return bytes((0x81, profile << 5 | level, flags | across << 3 | down << 2 | position, 0))
