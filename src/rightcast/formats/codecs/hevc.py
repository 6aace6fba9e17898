"""H.265 parameter sets, and what a file says of them: the decoder configuration and the codec's name.

ISO/IEC 23008-2 sections 7.3.2 to 7.3.4 and annex E; 14496-15 section 8.3.3.1 (hvcC) and annex E (names).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from rightcast.formats.codecs.bits import Bits, OutOfBitsError, unescape
from rightcast.formats.codecs.picture import Picture, take_aspect, take_colour

if TYPE_CHECKING:
    from collections.abc import Sequence

VPS, SPS, PPS, AUD, END_OF_SEQUENCE, END_OF_BITSTREAM, FILLER = 32, 33, 34, 35, 36, 37, 38
FIRST_IRAP, LAST_IRAP, LAST_SLICE = 16, 23, 31
IDR = frozenset((19, 20))

_MOST_SETS = 64
_MOST_PICTURES = 16


@dataclass(frozen=True, slots=True)
class Profile:
    """general_profile_space to general_level_idc, as twelve bytes and as the name's parts."""

    told: bytes

    @property
    def name(self) -> str:
        """The RFC 6381 name."""
        first = self.told[0]
        compatibility = int(f"{int.from_bytes(self.told[1:5], 'big'):032b}"[::-1], 2)
        constraints = [f"{byte:x}" for byte in self.told[5:11].rstrip(b"\0")]
        space = ("", "A", "B", "C")[first >> 6]
        tier = "H" if first >> 5 & 1 else "L"
        return ".".join(["hvc1", f"{space}{first & 31}", f"{compatibility:x}", f"{tier}{self.told[11]}", *constraints])


@dataclass(frozen=True, slots=True)
class Sps:
    """A sequence parameter set as far as files and slice headers need it."""

    number: int
    sublayers: int
    nested: bool
    profile: Profile
    chroma: int
    planes_apart: bool
    luma_depth: int
    chroma_depth: int
    order_bits: int
    blocks: int
    offset_adapted: bool
    short_sets: tuple[tuple[int, int], ...]
    """Of each short-term reference picture set: pictures in it, and those of them that the picture itself uses."""
    long_terms: int | None
    temporal_prediction: bool
    picture: Picture


@dataclass(frozen=True, slots=True)
class Pps:
    """A picture parameter set as far as slice headers need it."""

    number: int
    sequence: int
    dependent_slices: bool
    output_told: bool
    extra_bits: int
    cabac_init_told: bool
    references: tuple[int, int]
    chroma_offsets_told: bool
    weighted: bool
    weighted_both: bool
    entry_points: bool
    filter_across: bool
    deblocking_override: bool
    deblocking_disabled: bool
    lists_modified: bool
    extended: bool
    chroma_lists_told: bool


@lru_cache(64)
def parse_sps(unit: bytes) -> Sps | None:
    """A sequence parameter set from its NAL unit; None when it cannot be read."""
    try:
        return _sps(Bits(unescape(unit[2:])))
    except OutOfBitsError:
        return None


@lru_cache(256)
def parse_pps(unit: bytes) -> Pps | None:
    """A picture parameter set from its NAL unit; None when it cannot be read."""
    try:
        return _pps(Bits(unescape(unit[2:])))
    except OutOfBitsError:
        return None


def configuration(sets: dict[int, list[bytes]], sps: Sps) -> bytes:
    """The HEVCDecoderConfigurationRecord of parameter sets by their type; lengths of NAL units take four bytes."""
    head = b"\1" + sps.profile.told + b"\xf0\0\xfc"
    depths = bytes((0xFC | sps.chroma, 0xF8 | sps.luma_depth - 8, 0xF8 | sps.chroma_depth - 8))
    layers = bytes((sps.sublayers << 3 | sps.nested << 2 | 3, len(sets)))
    arrays = []
    for kind, units in sorted(sets.items()):
        arrays.append(bytes((0x80 | kind,)) + len(units).to_bytes(2, "big"))
        arrays += (len(unit).to_bytes(2, "big") + unit for unit in units)
    return b"".join((head, depths, b"\0\0", layers, *arrays))


def _sps(bits: Bits) -> Sps:
    bits.take(4)
    sublayers, nested = bits.take(3) + 1, bits.take(1)
    profile = Profile(bits.take(96).to_bytes(12, "big"))
    _skip_sublayers(bits, sublayers)
    number, chroma = bits.golomb(), bits.golomb()
    planes_apart = bits.take(1) if chroma == 3 else 0
    width, height = bits.golomb(), bits.golomb()
    coded = width, height
    if bits.take(1):
        width -= (bits.golomb() + bits.golomb()) * (2 if chroma in {1, 2} else 1)
        height -= (bits.golomb() + bits.golomb()) * (2 if chroma == 1 else 1)
    luma_depth, chroma_depth, order_bits = 8 + bits.golomb(), 8 + bits.golomb(), 4 + bits.golomb()
    if number > 15 or chroma > 3 or max(luma_depth, chroma_depth, order_bits) > 16:
        raise OutOfBitsError
    if not (0 < width <= 0xFFFF and 0 < height <= 0xFFFF):
        raise OutOfBitsError
    for _ in range(sublayers if bits.take(1) else 1):
        for _ in range(3):
            bits.golomb()
    block = 3 + bits.golomb() + bits.golomb()
    for _ in range(4):
        bits.golomb()
    if block > 6:
        raise OutOfBitsError
    if bits.take(1) and bits.take(1):
        skip_scaling_lists(bits)
    bits.take(1)
    adapted = bits.take(1)
    if bits.take(1):
        bits.take(8)
        bits.golomb()
        bits.golomb()
        bits.take(1)
    short_sets = _short_sets(bits)
    long_terms = None
    if bits.take(1):
        long_terms = bits.golomb()
        bits.take(min(long_terms, 33) * (order_bits + 1))
    temporal = bits.take(1)
    bits.take(1)
    return Sps(
        number=number,
        sublayers=sublayers,
        nested=bool(nested),
        profile=profile,
        chroma=chroma,
        planes_apart=bool(planes_apart),
        luma_depth=luma_depth,
        chroma_depth=chroma_depth,
        order_bits=order_bits,
        blocks=-(-coded[0] >> block) * -(-coded[1] >> block),
        offset_adapted=bool(adapted),
        short_sets=short_sets,
        long_terms=long_terms,
        temporal_prediction=bool(temporal),
        picture=_usability(bits, width, height),
    )


def _usability(bits: Bits, width: int, height: int) -> Picture:
    """Annex E.2.1 as far as the timing; what is cut off is taken as not told."""
    aspect, colour, rate = (1, 1), None, 0.0
    try:
        if bits.take(1):
            aspect = take_aspect(bits)
            colour = take_colour(bits)
            if bits.take(1):
                bits.golomb()
                bits.golomb()
            bits.take(3)
            if bits.take(1):
                for _ in range(4):
                    bits.golomb()
            if bits.take(1):
                ticks, scale = bits.take(32), bits.take(32)
                rate = scale / ticks if ticks else 0.0
    except OutOfBitsError:
        pass
    return Picture(width, height, aspect, colour, rate)


def _skip_sublayers(bits: Bits, sublayers: int) -> None:
    present = [(bits.take(1), bits.take(1)) for _ in range(sublayers - 1)]
    if present:
        bits.take(2 * (9 - sublayers))
    for has_profile, has_level in present:
        bits.take(88 * has_profile + 8 * has_level)


def skip_scaling_lists(bits: Bits) -> None:
    """Section 7.3.4."""
    for size in range(4):
        for _ in range(0, 6, 3 if size == 3 else 1):
            if not bits.take(1):
                bits.golomb()
                continue
            if size > 1:
                bits.signed_golomb()
            for _ in range(min(64, 1 << 4 + 2 * size)):
                bits.signed_golomb()


def _short_sets(bits: Bits) -> tuple[tuple[int, int], ...]:
    count = bits.golomb()
    if count > _MOST_SETS:
        raise OutOfBitsError
    found: list[tuple[int, int]] = []
    for _ in range(count):
        found.append(take_short_set(bits, found, in_slice=False))
    return tuple(found)


def take_short_set(bits: Bits, known: Sequence[tuple[int, int]], *, in_slice: bool) -> tuple[int, int]:
    """Section 7.3.7: how many pictures a short-term set holds, and how many of them the picture itself uses.

    `known` are the sets before it; one told in a slice comes behind them all. Raises IndexError for one unknown.
    """
    if known and bits.take(1):
        reference = known[-(bits.golomb() + 1) if in_slice else -1][0]
        bits.take(1)
        bits.golomb()
        size = used = 0
        for _ in range(reference + 1):
            if bits.take(1):
                size, used = size + 1, used + 1
            elif bits.take(1):
                size += 1
        return size, used
    negative, positive = bits.golomb(), bits.golomb()
    if negative + positive > _MOST_PICTURES:
        raise OutOfBitsError
    used = 0
    for _ in range(negative + positive):
        bits.golomb()
        used += bits.take(1)
    return negative + positive, used


def _pps(bits: Bits) -> Pps:
    number, sequence, dependent, output = bits.golomb(), bits.golomb(), bits.take(1), bits.take(1)
    extra, _, cabac = bits.take(3), bits.take(1), bits.take(1)
    references = bits.golomb() + 1, bits.golomb() + 1
    bits.signed_golomb()
    _, skipping = bits.take(1), bits.take(1)
    if bits.take(1):
        bits.golomb()
    bits.signed_golomb()
    bits.signed_golomb()
    offsets, weighted, weighted_both, _ = (bits.take(1) for _ in range(4))
    tiles, wavefronts = bits.take(1), bits.take(1)
    if tiles:
        _skip_tiles(bits)
    across = bits.take(1)
    override = disabled = 0
    if bits.take(1):
        override, disabled = bits.take(1), bits.take(1)
        if not disabled:
            bits.signed_golomb()
            bits.signed_golomb()
    if bits.take(1):
        skip_scaling_lists(bits)
    modified = bits.take(1)
    bits.golomb()
    extended = bits.take(1)
    if number > 63 or sequence > 15 or max(references) > 15:
        raise OutOfBitsError
    return Pps(
        number=number,
        sequence=sequence,
        dependent_slices=bool(dependent),
        output_told=bool(output),
        extra_bits=extra,
        cabac_init_told=bool(cabac),
        references=references,
        chroma_offsets_told=bool(offsets),
        weighted=bool(weighted),
        weighted_both=bool(weighted_both),
        entry_points=bool(tiles or wavefronts),
        filter_across=bool(across),
        deblocking_override=bool(override),
        deblocking_disabled=bool(disabled),
        lists_modified=bool(modified),
        extended=bool(extended),
        chroma_lists_told=_chroma_lists(bits, skipping),
    )


def _skip_tiles(bits: Bits) -> None:
    columns, rows = bits.golomb(), bits.golomb()
    if columns > 20 or rows > 22:
        raise OutOfBitsError
    if not bits.take(1):
        for _ in range(columns + rows):
            bits.golomb()
    bits.take(1)


def _chroma_lists(bits: Bits, skipping: int) -> bool:
    """chroma_qp_offset_list_enabled_flag of the range extension (section 7.3.2.3.2)."""
    if not bits.take(1) or not bits.take(8) >> 7:
        return False
    if skipping:
        bits.golomb()
    bits.take(1)
    return bool(bits.take(1))
