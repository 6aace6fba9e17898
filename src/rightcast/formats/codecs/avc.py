"""H.264 parameter sets, and what a file says of them: the decoder configuration and the codec's name.

ISO/IEC 14496-10 sections 7.3.2.1 and 7.3.2.2, annex E; 14496-15 section 5.3.3.1 (avcC).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from rightcast.formats.codecs.bits import Bits, OutOfBitsError, unescape
from rightcast.formats.codecs.picture import Picture, take_aspect, take_colour

SLICE, SLICE_A, IDR, SEI, SPS, PPS, AUD = 1, 2, 5, 6, 7, 8, 9
END_OF_SEQUENCE, END_OF_STREAM, FILLER, SPS_EXTENSION = 10, 11, 12, 13

_HIGH_PROFILES = frozenset((100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135))
_CONFIGURED_CHROMA = frozenset((100, 110, 122, 144, 244, 44))


@dataclass(frozen=True, slots=True)
class Sps:
    """A sequence parameter set as far as files and slice headers need it."""

    number: int
    profile: int
    constraints: int
    level: int
    chroma: int
    luma_depth: int
    chroma_depth: int
    planes_apart: bool
    frame_num_bits: int
    order_kind: int
    order_bits: int
    order_always_zero: bool
    frames_only: bool
    picture: Picture

    @property
    def codec(self) -> str:
        """The RFC 6381 name."""
        return f"avc1.{self.profile:02x}{self.constraints:02x}{self.level:02x}"


@dataclass(frozen=True, slots=True)
class Pps:
    """A picture parameter set as far as slice headers need it."""

    number: int
    sequence: int
    cabac: bool
    order_in_field: bool
    slice_groups: int
    references: tuple[int, int]
    weighted: bool
    weighted_both: int
    deblocking_told: bool
    redundant_told: bool


@lru_cache(64)
def parse_sps(unit: bytes) -> Sps | None:
    """A sequence parameter set from its NAL unit; None when it cannot be read."""
    try:
        return _sps(Bits(unescape(unit[1:])))
    except OutOfBitsError:
        return None


@lru_cache(256)
def parse_pps(unit: bytes) -> Pps | None:
    """A picture parameter set from its NAL unit; None when it cannot be read."""
    try:
        return _pps(Bits(unescape(unit[1:])))
    except OutOfBitsError:
        return None


def configuration(sets: list[bytes], pictures: list[bytes], extensions: list[bytes]) -> bytes:
    """The AVCDecoderConfigurationRecord of parameter sets; lengths of NAL units take four bytes."""
    sps = parse_sps(sets[0])
    head = bytes((1, *sets[0][1:4], 0xFF, 0xE0 | len(sets)))
    parts = [head, *(len(unit).to_bytes(2, "big") + unit for unit in sets), bytes((len(pictures),))]
    parts += (len(unit).to_bytes(2, "big") + unit for unit in pictures)
    if sps is not None and sps.profile in _CONFIGURED_CHROMA:
        depths = bytes((0xFC | sps.chroma, 0xF8 | sps.luma_depth - 8, 0xF8 | sps.chroma_depth - 8))
        parts += (depths, bytes((len(extensions),)))
        parts += (len(unit).to_bytes(2, "big") + unit for unit in extensions)
    return b"".join(parts)


def _sps(bits: Bits) -> Sps:
    profile, constraints, level, number = bits.take(8), bits.take(8), bits.take(8), bits.golomb()
    chroma, planes_apart, luma_depth, chroma_depth = 1, 0, 8, 8
    if profile in _HIGH_PROFILES:
        chroma = bits.golomb()
        planes_apart = bits.take(1) if chroma == 3 else 0
        luma_depth, chroma_depth = 8 + bits.golomb(), 8 + bits.golomb()
        bits.take(1)
        if bits.take(1):
            _skip_scaling_lists(bits, 12 if chroma == 3 else 8)
    if number > 31 or chroma > 3 or luma_depth > 14 or chroma_depth > 14:
        raise OutOfBitsError
    frame_num_bits = 4 + bits.golomb()
    order_kind, order_bits, always_zero = bits.golomb(), 0, False
    if order_kind == 0:
        order_bits = 4 + bits.golomb()
    elif order_kind == 1:
        always_zero = _skip_order_cycle(bits)
    if frame_num_bits > 16 or order_bits > 16 or order_kind > 2:
        raise OutOfBitsError
    bits.golomb()
    bits.take(1)
    width, height = (bits.golomb() + 1) * 16, (bits.golomb() + 1) * 16
    frames_only = bits.take(1)
    if not frames_only:
        height *= 2
        bits.take(1)
    bits.take(1)
    if bits.take(1):
        sampled = 0 if planes_apart else chroma
        across = 2 if sampled in {1, 2} else 1
        down = (2 if sampled == 1 else 1) * (2 - frames_only)
        width -= (bits.golomb() + bits.golomb()) * across
        height -= (bits.golomb() + bits.golomb()) * down
    if not (0 < width <= 0xFFFF and 0 < height <= 0xFFFF):
        raise OutOfBitsError
    return Sps(
        number=number,
        profile=profile,
        constraints=constraints,
        level=level,
        chroma=chroma,
        luma_depth=luma_depth,
        chroma_depth=chroma_depth,
        planes_apart=bool(planes_apart),
        frame_num_bits=frame_num_bits,
        order_kind=order_kind,
        order_bits=order_bits,
        order_always_zero=always_zero,
        frames_only=bool(frames_only),
        picture=_usability(bits, width, height),
    )


def _usability(bits: Bits, width: int, height: int) -> Picture:
    """Annex E.1.1 as far as the timing; what is cut off is taken as not told."""
    aspect, colour, rate = (1, 1), None, 0.0
    try:
        if bits.take(1):
            aspect = take_aspect(bits)
            colour = take_colour(bits)
            if bits.take(1):
                bits.golomb()
                bits.golomb()
            if bits.take(1):
                ticks, scale = bits.take(32), bits.take(32)
                rate = scale / (2 * ticks) if ticks else 0.0
    except OutOfBitsError:
        pass
    return Picture(width, height, aspect, colour, rate)


def _skip_scaling_lists(bits: Bits, lists: int) -> None:
    for index in range(lists):
        if not bits.take(1):
            continue
        last = following = 8
        for _ in range(16 if index < 6 else 64):
            if following:
                following = (last + bits.signed_golomb()) & 0xFF
            last = following or last


def _skip_order_cycle(bits: Bits) -> bool:
    always_zero = bool(bits.take(1))
    bits.golomb()
    bits.golomb()
    count = bits.golomb()
    if count > 255:
        raise OutOfBitsError
    for _ in range(count):
        bits.golomb()
    return always_zero


def _pps(bits: Bits) -> Pps:
    number, sequence, cabac, order_in_field = bits.golomb(), bits.golomb(), bits.take(1), bits.take(1)
    groups = bits.golomb()
    if number > 255 or sequence > 31 or groups:  # slice groups exist in no broadcast profile
        raise OutOfBitsError
    references = bits.golomb() + 1, bits.golomb() + 1
    weighted, weighted_both = bits.take(1), bits.take(2)
    for _ in range(3):
        bits.golomb()
    deblocking_told = bits.take(1)
    bits.take(1)
    return Pps(
        number=number,
        sequence=sequence,
        cabac=bool(cabac),
        order_in_field=bool(order_in_field),
        slice_groups=groups + 1,
        references=references,
        weighted=bool(weighted),
        weighted_both=weighted_both,
        deblocking_told=bool(deblocking_told),
        redundant_told=bool(bits.take(1)),
    )
