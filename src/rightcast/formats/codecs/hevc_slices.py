"""How long the header of an H.265 slice segment is, which sample encryption leaves in the clear.

ISO/IEC 23008-2 section 7.3.6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.formats.codecs import hevc
from rightcast.formats.codecs.avc_slices import escaped_bytes
from rightcast.formats.codecs.bits import Bits, OutOfBitsError, unescape

if TYPE_CHECKING:
    from rightcast.formats.codecs.hevc import Pps, Sps

_LONGEST = 1024
_B, _P, _I = 0, 1, 2


def slice_header_bytes(unit: bytes, sequences: dict[int, Sps], pictures: dict[int, Pps]) -> int | None:
    """Bytes of a slice segment's NAL unit up to the end of its header; None when it cannot be read."""
    kind = unit[0] >> 1 & 63
    try:
        bits = Bits(unescape(unit[2:_LONGEST]))
        _skip(bits, kind, sequences, pictures)
        bits.take(1)  # byte_alignment(): a one, then zeros
    except (OutOfBitsError, KeyError, IndexError):
        return None
    return escaped_bytes(unit, 2 + -(-bits.position // 8))


def _skip(bits: Bits, kind: int, sequences: dict[int, Sps], pictures: dict[int, Pps]) -> None:
    first = bits.take(1)
    if hevc.FIRST_IRAP <= kind <= hevc.LAST_IRAP:
        bits.take(1)
    pps = pictures[bits.golomb()]
    sps = sequences[pps.sequence]
    dependent = 0
    if not first:
        if pps.dependent_slices:
            dependent = bits.take(1)
        bits.take((sps.blocks - 1).bit_length())
    if not dependent:
        _skip_independent(bits, kind, sps, pps)
    if pps.entry_points:
        _skip_entry_points(bits)
    if pps.extended:
        bits.take(8 * bits.golomb())


def _skip_independent(bits: Bits, kind: int, sps: Sps, pps: Pps) -> None:
    bits.take(pps.extra_bits)
    slice_type = bits.golomb()
    if pps.output_told:
        bits.take(1)
    if sps.planes_apart:
        bits.take(2)
    used = (0, 0) if kind in hevc.IDR else _pictures_used(bits, sps)
    adapted = 0
    if sps.offset_adapted:
        adapted = bits.take(1)
        if sps.chroma and not sps.planes_apart:
            adapted |= bits.take(1)
    if slice_type in {_P, _B}:
        _skip_prediction(bits, sps, pps, slice_type, used)
    bits.signed_golomb()
    if pps.chroma_offsets_told:
        bits.signed_golomb()
        bits.signed_golomb()
    if pps.chroma_lists_told:
        bits.take(1)
    disabled = int(pps.deblocking_disabled)
    if pps.deblocking_override and bits.take(1):
        disabled = bits.take(1)
        if not disabled:
            bits.signed_golomb()
            bits.signed_golomb()
    if pps.filter_across and (adapted or not disabled):
        bits.take(1)


def _pictures_used(bits: Bits, sps: Sps) -> tuple[int, int]:
    """How many reference pictures the picture uses (NumPicTotalCurr), and its temporal prediction flag."""
    bits.take(sps.order_bits)
    count = len(sps.short_sets)
    if not bits.take(1):
        _, used = hevc.take_short_set(bits, sps.short_sets, in_slice=True)
    else:
        used = sps.short_sets[bits.take((count - 1).bit_length())][1]
    if sps.long_terms is not None:
        listed = bits.golomb() if sps.long_terms else 0
        told = bits.golomb()
        if listed + told > 33:
            raise OutOfBitsError
        for index in range(listed + told):
            if index < listed:
                bits.take((sps.long_terms - 1).bit_length())
                used += 1
            else:
                bits.take(sps.order_bits)
                used += bits.take(1)
            if bits.take(1):
                bits.golomb()
    return used, bits.take(1) if sps.temporal_prediction else 0


def _skip_prediction(bits: Bits, sps: Sps, pps: Pps, slice_type: int, references: tuple[int, int]) -> None:
    used, temporal = references
    both = slice_type == _B
    counts = pps.references[: 1 + both]
    if bits.take(1):
        counts = tuple(bits.golomb() + 1 for _ in counts)
    if max(counts) > 16:
        raise OutOfBitsError
    if pps.lists_modified and used > 1:
        for count in counts:
            if bits.take(1):
                bits.take(count * (used - 1).bit_length())
    if both:
        bits.take(1)
    if pps.cabac_init_told:
        bits.take(1)
    if temporal:
        from_first = bits.take(1) if both else 1
        if counts[0 if from_first else 1] > 1:
            bits.golomb()
    if pps.weighted_both if both else pps.weighted:
        _skip_weights(bits, sps, counts)
    bits.golomb()


def _skip_weights(bits: Bits, sps: Sps, counts: tuple[int, ...]) -> None:
    """pred_weight_table(), for references of the same layer."""
    coloured = sps.chroma != 0 and not sps.planes_apart
    bits.golomb()
    if coloured:
        bits.signed_golomb()
    for count in counts:
        luma = [bits.take(1) for _ in range(count)]
        chroma = [bits.take(1) for _ in range(count)] if coloured else [0] * count
        for bright, tinted in zip(luma, chroma, strict=True):
            for _ in range(2 * bright + 4 * tinted):
                bits.signed_golomb()


def _skip_entry_points(bits: Bits) -> None:
    count = bits.golomb()
    if count:
        length = bits.golomb() + 1
        if length > 32 or count > 440:
            raise OutOfBitsError
        bits.take(count * length)
