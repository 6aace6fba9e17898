"""How long the header of an H.264 slice is, which sample encryption leaves in the clear.

ISO/IEC 14496-10 section 7.3.3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.formats.codecs import avc
from rightcast.formats.codecs.bits import Bits, OutOfBitsError, unescape
from rightcast.formats.codecs.coding import Field

if TYPE_CHECKING:
    from rightcast.formats.codecs.avc import Pps, Sps

_LONGEST = 512
_P, _B, _I, _SP, _SI = 0, 1, 2, 3, 4


def slice_header_bytes(unit: bytes, sequences: dict[int, Sps], pictures: dict[int, Pps]) -> int | None:
    """Bytes of a slice's NAL unit up to the end of its header; None when it cannot be read.

    `unit` may be cut off behind 512 bytes.
    """
    try:
        bits = Bits(unescape(unit[1:_LONGEST]))
        _skip(bits, unit[0] >> 5 & 3, unit[0] & 31 == avc.IDR, sequences, pictures)
    except (OutOfBitsError, KeyError):
        return None
    return escaped_bytes(unit, 1 + -(-bits.position // 8))


def field_of(head: bytes, sequences: dict[int, Sps], pictures: dict[int, Pps]) -> Field | None:
    """Of which frame a slice codes one field, by the first bytes behind its unit's header; None: it codes a frame."""
    try:
        bits = Bits(unescape(head))
        bits.golomb()
        bits.golomb()
        sps = sequences[pictures[bits.golomb()].sequence]
        if sps.planes_apart:
            bits.take(2)
        frame = bits.take(sps.frame_num_bits)
        if sps.frames_only or not bits.take(1):
            return None
        return Field(frame, bool(bits.take(1)))
    except (OutOfBitsError, KeyError):
        return None


def escaped_bytes(unit: bytes, payload: int) -> int:
    """How many bytes of a NAL unit hold so many bytes of it without emulation prevention."""
    length = payload
    while length < len(unit) and (short := payload - len(unescape(unit[:length]))) > 0:
        length += short
    return length


def _skip(bits: Bits, reference: int, idr: bool, sequences: dict[int, Sps], pictures: dict[int, Pps]) -> None:
    bits.golomb()
    kind = bits.golomb() % 5
    pps = pictures[bits.golomb()]
    sps = sequences[pps.sequence]
    if sps.planes_apart:
        bits.take(2)
    bits.take(sps.frame_num_bits)
    field = 0
    if not sps.frames_only:
        field = bits.take(1)
        bits.take(field)
    if idr:
        bits.golomb()
    _skip_order(bits, sps, pps, field)
    if pps.redundant_told:
        bits.golomb()
    counts = _reference_counts(bits, kind, pps)
    for _ in counts:
        _skip_list_changes(bits)
    if (pps.weighted and kind in {_P, _SP}) or (pps.weighted_both == 1 and kind == _B):
        _skip_weights(bits, sps, counts)
    if reference:
        _skip_marking(bits, idr=idr)
    if pps.cabac and kind not in {_I, _SI}:
        bits.golomb()
    bits.signed_golomb()
    if kind in {_SP, _SI}:
        if kind == _SP:
            bits.take(1)
        bits.signed_golomb()
    if pps.deblocking_told and bits.golomb() != 1:
        bits.signed_golomb()
        bits.signed_golomb()


def _skip_order(bits: Bits, sps: Sps, pps: Pps, field: int) -> None:
    both = pps.order_in_field and not field
    if sps.order_kind == 0:
        bits.take(sps.order_bits)
        if both:
            bits.signed_golomb()
    elif sps.order_kind == 1 and not sps.order_always_zero:
        bits.signed_golomb()
        if both:
            bits.signed_golomb()


def _reference_counts(bits: Bits, kind: int, pps: Pps) -> tuple[int, ...]:
    """Pictures in each of the lists that the kind of slice uses; the direct mode's flag goes before them."""
    if kind == _B:
        bits.take(1)
    lists = {_P: 1, _SP: 1, _B: 2}.get(kind, 0)
    counts = pps.references[:lists]
    if lists and bits.take(1):
        counts = tuple(bits.golomb() + 1 for _ in range(lists))
    if any(count > 32 for count in counts):
        raise OutOfBitsError
    return counts


def _skip_list_changes(bits: Bits) -> None:
    if bits.take(1):
        while bits.golomb() != 3:
            bits.golomb()


def _skip_weights(bits: Bits, sps: Sps, counts: tuple[int, ...]) -> None:
    coloured = sps.chroma != 0 and not sps.planes_apart
    bits.golomb()
    if coloured:
        bits.golomb()
    for count in counts:
        for _ in range(count):
            for numbers in (2, 4) if coloured else (2,):
                if bits.take(1):
                    for _ in range(numbers):
                        bits.signed_golomb()


def _skip_marking(bits: Bits, *, idr: bool) -> None:
    if idr:
        bits.take(2)
        return
    if not bits.take(1):
        return
    while operation := bits.golomb():
        if operation != 5:
            bits.golomb()
        if operation == 3:
            bits.golomb()
