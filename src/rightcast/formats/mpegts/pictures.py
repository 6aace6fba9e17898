"""First bytes of pictures and sound frames: random access, picture size, RFC 6381 codec names.

ISO/IEC 14496-10 section 7.3, 23008-2 section 7.3, 13818-2 section 6.2, 14496-3 section 1.A; AV1 section 5.5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightcast.formats.codecs import aac, av1, avc
from rightcast.formats.codecs.bits import Bits, OutOfBitsError, unescape
from rightcast.formats.mpegts.streams import StreamKind

if TYPE_CHECKING:
    from collections.abc import Iterator

_FIXED_NAMES = {
    "mp2": "mp4a.40.33",
    "ac3": "ac-3",
    "eac3": "ec-3",
    "aac_latm": "mp4a.40.2",
    "aac": "mp4a.40.2",
    "mpeg2video": "mp4v.61",
    "mpeg1video": "mp4v.6a",
    "opus": "opus",
    "dts": "dtsc",
}
_SCANNED = frozenset(("h264", "hevc", "mpeg1video", "mpeg2video", "av1"))


@dataclass(frozen=True, slots=True)
class PictureFormat:
    """What a sequence header says: an RFC 6381 name, the size shown in pixels, whether pictures may be fields."""

    codec: str
    width: int
    height: int
    interlaced: bool = False


def default_codec_name(codec: str, kind: StreamKind) -> str:
    """The RFC 6381 name of a stream before anything of it was seen; empty when only its headers tell."""
    return _FIXED_NAMES.get(codec, "") if kind in {StreamKind.VIDEO, StreamKind.AUDIO} else ""


def can_be_scanned(codec: str) -> bool:
    """Whether `starts_random_access` knows the codec."""
    return codec in _SCANNED


def starts_random_access(codec: str, data: bytes) -> bool:
    """Whether the first bytes of an access unit show that a decoder may start here."""
    if codec == "h264":
        return _starts_avc(data)
    if codec == "av1":
        return bool(av1.first_sequence_header(data))
    for place in _start_codes(data):
        byte = data[place]
        if codec == "hevc" and (16 <= byte >> 1 & 0x3F <= 21 or byte >> 1 & 0x3F in {32, 33}):
            return True
        if codec.startswith("mpeg") and byte in {0xB3, 0xB8}:
            return True
    return False


def sequence_header(codec: str, data: bytes) -> bytes:
    """The sequence header (SPS) among the first bytes of an access unit, perhaps cut off; empty without one."""
    if codec == "av1":
        return av1.first_sequence_header(data)
    for place in _start_codes(data):
        byte = data[place]
        if (
            (codec == "h264" and byte & 0x1F == 7)
            or (codec == "hevc" and byte >> 1 & 0x3F == 33)
            or (codec.startswith("mpeg") and byte == 0xB3)
        ):
            end = data.find(b"\0\0\1", place)
            return data[place:end] if end >= 0 else data[place:]
    return b""


def picture_format(codec: str, header: bytes) -> PictureFormat | None:
    """What a sequence header says; None when it cannot be read."""
    if codec == "h264":
        return _avc_format(header)
    if codec == "hevc":
        try:
            return _hevc_format(unescape(header[2:]))
        except OutOfBitsError:
            return None
    if codec == "av1":
        return _av1_format(header)
    if len(header) < 4:
        return None
    size = int.from_bytes(header[1:4], "big")
    return PictureFormat(_FIXED_NAMES.get(codec, ""), size >> 12, size & 0xFFF)


def _avc_format(header: bytes) -> PictureFormat | None:
    sps = avc.parse_sps(header)
    if sps is None:
        return None
    return PictureFormat(sps.codec, sps.picture.width, sps.picture.height, not sps.frames_only)


def _av1_format(header: bytes) -> PictureFormat | None:
    found = av1.parse_sequence(header)
    return None if found is None else PictureFormat(found.codec, found.picture.width, found.picture.height)


def _starts_avc(data: bytes) -> bool:
    """IDR pictures, and parameter sets unless a slice at hand shows that no I picture follows them."""
    has_parameters = False
    for place in _start_codes(data):
        kind = data[place] & 0x1F
        if kind == 5:
            return True
        if kind == 7:
            has_parameters = True
        elif kind == 1:
            return has_parameters and _is_intra_slice(data[place + 1 : place + 9])
    return has_parameters


def _is_intra_slice(data: bytes) -> bool:
    try:
        bits = Bits(data)
        bits.golomb()
        return bits.golomb() % 5 in {2, 4}
    except OutOfBitsError:
        return False


def aac_name(data: bytes) -> str:
    """The RFC 6381 name of an AAC stream from its first ADTS header; empty when there is none."""
    if len(data) < 4 or data[0] != 0xFF or data[1] & 0xF6 != 0xF0:
        return ""
    index = data[2] >> 2 & 15
    return aac.aac_name((data[2] >> 6) + 1, aac.RATES[index]) if index < len(aac.RATES) else ""


def mpeg_audio_name(data: bytes) -> str:
    """The RFC 6381 name of MPEG audio by its layer; empty when there is no header."""
    if len(data) < 2 or data[0] != 0xFF or data[1] & 0xE0 != 0xE0:
        return ""
    return {3: "mp4a.40.32", 2: "mp4a.40.33", 1: "mp4a.40.34"}.get(data[1] >> 1 & 3, "")


def _start_codes(data: bytes) -> Iterator[int]:
    """Places right behind each 00 00 01."""
    place = data.find(b"\0\0\1")
    while 0 <= place < len(data) - 3:
        yield place + 3
        place = data.find(b"\0\0\1", place + 3)


def _hevc_format(data: bytes) -> PictureFormat:
    """Sequence parameter set, section 7.3.2.2, and the name of ISO/IEC 14496-15 annex E."""
    bits = Bits(data)
    bits.take(4)
    sublayers = bits.take(3)
    bits.take(1)
    space, tier, profile = bits.take(2), bits.take(1), bits.take(5)
    compatibility = int(f"{bits.take(32):032b}"[::-1], 2)
    constraints = bits.take(48).to_bytes(6, "big").rstrip(b"\0")
    level = bits.take(8)
    present = [(bits.take(1), bits.take(1)) for _ in range(sublayers)]
    if sublayers:
        bits.take(2 * (8 - sublayers))
    for has_profile, has_level in present:
        bits.take(88 * has_profile + 8 * has_level)
    bits.golomb()
    chroma = bits.golomb()
    if chroma == 3:
        bits.take(1)
    width, height = bits.golomb(), bits.golomb()
    if bits.take(1):
        width -= (bits.golomb() + bits.golomb()) * (2 if chroma in {1, 2} else 1)
        height -= (bits.golomb() + bits.golomb()) * (2 if chroma == 1 else 1)
    letters = ("", "A", "B", "C")[space]
    name = f"hvc1.{letters}{profile}.{compatibility:x}.{'H' if tier else 'L'}{level}"
    return PictureFormat(".".join([name, *(f"{byte:x}" for byte in constraints)]), width, height)
