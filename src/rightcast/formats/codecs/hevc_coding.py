"""H.265 as a picture coding: which NAL units a file keeps, and where a decoder may start.

ISO/IEC 23008-2 table 7-1; 14496-15 section 8.3 (`hvc1`: parameter sets in the init segment only).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.formats.codecs import hevc
from rightcast.formats.codecs.coding import UNREAD_HEADER_BYTES, Field, PictureFormat
from rightcast.formats.codecs.hevc_slices import slice_header_bytes
from rightcast.formats.isobmff.boxes import box
from rightcast.formats.isobmff.picture_entry import picture_entry

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from rightcast.formats.mpegts.access_units import Unit

_SETS = frozenset((hevc.VPS, hevc.SPS, hevc.PPS))
_LEFT_OUT = frozenset((hevc.AUD, hevc.FILLER, hevc.END_OF_BITSTREAM))


class Hevc:
    """H.265."""

    def kind(self, first: int, /) -> int:
        """nal_unit_type."""
        return first >> 1 & 63

    def is_slice(self, kind: int, /) -> bool:
        """Slice segments."""
        return kind <= hevc.LAST_SLICE

    def is_delimiter(self, kind: int, /) -> bool:
        """Access unit delimiters."""
        return kind == hevc.AUD

    def is_set(self, kind: int, /) -> bool:
        """Video, sequence and picture parameter sets."""
        return kind in _SETS

    def is_left_out(self, kind: int, /) -> bool:
        """Delimiters, filler, and the end of a stream that goes on."""
        return kind in _LEFT_OUT

    def format(self, sets: Sequence[bytes], /) -> PictureFormat | None:
        """By the first sequence parameter set that can be read."""
        by_kind: dict[int, list[bytes]] = {kind: [] for kind in _SETS}
        for unit in dict.fromkeys(sets):
            by_kind[self.kind(unit[0])].append(unit)
        sps = next((found for unit in by_kind[hevc.SPS] if (found := hevc.parse_sps(unit))), None)
        if sps is None or not by_kind[hevc.PPS] or not by_kind[hevc.VPS]:
            return None
        entry = picture_entry(b"hvc1", sps.picture, box(b"hvcC", hevc.configuration(by_kind, sps)))
        return PictureFormat(sps.profile.name, sps.picture, entry, frozenset(sets))

    def starts_decoding(self, data: bytes, unit: Unit, /) -> bool:
        """Intra random access point pictures: IDR, CRA, BLA."""
        first = next((nal.kind for nal in unit.nals if self.is_slice(nal.kind)), -1)
        return hevc.FIRST_IRAP <= first <= hevc.LAST_IRAP

    def slice_headers(self, sets: Sequence[bytes], /) -> Callable[[bytes], int]:
        """By parsing them; a slice that cannot be read keeps a long stretch in the clear."""
        sequences = {sps.number: sps for unit in sets if self._is(unit, hevc.SPS) and (sps := hevc.parse_sps(unit))}
        pictures = {pps.number: pps for unit in sets if self._is(unit, hevc.PPS) and (pps := hevc.parse_pps(unit))}

        def header(unit: bytes) -> int:
            return slice_header_bytes(unit, sequences, pictures) or UNREAD_HEADER_BYTES

        return header

    def fields(self, data: bytes, units: Sequence[Unit], sets: Collection[bytes], /) -> list[Field | None]:
        """None: a field is an access unit and a sample of its own (14496-15 section 8.4)."""
        return []

    def _is(self, unit: bytes, kind: int) -> bool:
        return self.kind(unit[0]) == kind
