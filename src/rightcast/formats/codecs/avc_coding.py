"""H.264 as a picture coding: which NAL units a file keeps, and where a decoder may start.

ISO/IEC 14496-10 table 7-1; 14496-15 section 5.3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.formats.codecs import avc
from rightcast.formats.codecs.avc_slices import field_of, slice_header_bytes
from rightcast.formats.codecs.bits import Bits, OutOfBitsError, unescape
from rightcast.formats.codecs.coding import UNREAD_HEADER_BYTES, Field, PictureFormat
from rightcast.formats.isobmff.boxes import box
from rightcast.formats.isobmff.picture_entry import picture_entry

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from rightcast.formats.mpegts.access_units import Unit

_SLICES = frozenset((avc.SLICE, avc.SLICE_A, avc.IDR))
_SETS = frozenset((avc.SPS, avc.PPS, avc.SPS_EXTENSION))
_LEFT_OUT = frozenset((avc.AUD, avc.FILLER))
_INTRA = frozenset((2, 4, 7, 9))


class Avc:
    """H.264."""

    def kind(self, first: int, /) -> int:
        """nal_unit_type."""
        return first & 31

    def is_slice(self, kind: int, /) -> bool:
        """Slices whole or in partitions."""
        return kind in _SLICES

    def is_delimiter(self, kind: int, /) -> bool:
        """Access unit delimiters."""
        return kind == avc.AUD

    def is_set(self, kind: int, /) -> bool:
        """Sequence and picture parameter sets."""
        return kind in _SETS

    def is_left_out(self, kind: int, /) -> bool:
        """Delimiters and filler: sizes and times stand in the index."""
        return kind in _LEFT_OUT

    def format(self, sets: Sequence[bytes], /) -> PictureFormat | None:
        """By the first sequence parameter set that can be read."""
        distinct = list(dict.fromkeys(sets))
        sequences = [unit for unit in distinct if unit[0] & 31 == avc.SPS and avc.parse_sps(unit) is not None]
        pictures = [unit for unit in distinct if unit[0] & 31 == avc.PPS]
        sps = avc.parse_sps(sequences[0]) if sequences else None
        if sps is None or not pictures:
            return None
        extensions = [unit for unit in distinct if unit[0] & 31 == avc.SPS_EXTENSION]
        record = avc.configuration(sequences, pictures, extensions)
        entry = picture_entry(b"avc1", sps.picture, box(b"avcC", record))
        return PictureFormat(sps.codec, sps.picture, entry, frozenset(sequences + pictures + extensions))

    def starts_decoding(self, data: bytes, unit: Unit, /) -> bool:
        """IDR pictures, and I pictures that bring parameter sets: broadcasters' open groups of pictures."""
        described = False
        for start, _, kind in unit.nals:
            if kind == avc.IDR:
                return True
            if kind == avc.SPS:
                described = True
            elif kind in _SLICES:
                return described and _is_intra(data[start + 1 : start + 13])
        return False

    def slice_headers(self, sets: Sequence[bytes], /) -> Callable[[bytes], int]:
        """By parsing them; a slice that cannot be read keeps a long stretch in the clear."""
        sequences, pictures = _parsed(sets)

        def header(unit: bytes) -> int:
            return slice_header_bytes(unit, sequences, pictures) or UNREAD_HEADER_BYTES

        return header

    def fields(self, data: bytes, units: Sequence[Unit], sets: Collection[bytes], /) -> list[Field | None]:
        """By the first slice of each unit; a stream of frames only is not looked at (14496-15 section 5.3.2)."""
        sequences, pictures = _parsed(sets)
        if all(sps.frames_only for sps in sequences.values()):
            return []
        found: list[Field | None] = []
        for unit in units:
            start = next((nal.start for nal in unit.nals if nal.kind in _SLICES), None)
            head = b"" if start is None else data[start + 1 : start + 33]
            found.append(field_of(head, sequences, pictures))
        return found


def _parsed(sets: Collection[bytes]) -> tuple[dict[int, avc.Sps], dict[int, avc.Pps]]:
    """Parameter sets by their numbers."""
    sequences = {sps.number: sps for unit in sets if unit[0] & 31 == avc.SPS and (sps := avc.parse_sps(unit))}
    pictures = {pps.number: pps for unit in sets if unit[0] & 31 == avc.PPS and (pps := avc.parse_pps(unit))}
    return sequences, pictures


def _is_intra(head: bytes) -> bool:
    try:
        bits = Bits(unescape(head))
        bits.golomb()
        return bits.golomb() in _INTRA
    except OutOfBitsError:
        return False
