"""What an elementary stream of a programme map is: kind, codec, language, in words for operators.

Stream types of ISO/IEC 13818-1 table 2-34; descriptors of ETSI EN 300 468 and SCTE 35.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from rightcast.formats.mpegts.psi import Pmt, Stream


class StreamKind(enum.StrEnum):
    """What a stream carries."""

    VIDEO = "video"
    AUDIO = "audio"
    SUBTITLES = "subtitles"
    TELETEXT = "teletext"
    CUES = "cues"
    DATA = "data"


class StreamInfo(NamedTuple):
    """One stream in words. `language` is ISO 639-2 or empty; `codec` a short lower-case name."""

    pid: int
    stream_type: int
    description: str
    language: str
    codec: str
    kind: StreamKind = StreamKind.DATA


_VIDEO = {
    0x01: ("MPEG-1 video", "mpeg1video"),
    0x02: ("MPEG-2 video", "mpeg2video"),
    0x10: ("MPEG-4 part 2 video", "mpeg4"),
    0x1B: ("H.264 video", "h264"),
    0x20: ("H.264 MVC video", "h264"),
    0x24: ("HEVC video", "hevc"),
    0x25: ("HEVC temporal layer", "hevc"),
    0x33: ("VVC video", "vvc"),
    0x42: ("AVS video", "avs"),
    0xD2: ("AVS2 video", "avs2"),
    0xD4: ("AVS3 video", "avs3"),
}
_AUDIO = {
    0x03: ("MPEG audio", "mp2"),
    0x04: ("MPEG audio", "mp2"),
    0x0F: ("AAC audio", "aac"),
    0x11: ("AAC audio (LATM)", "aac_latm"),
    0x1C: ("AAC audio (raw)", "aac"),
    0x81: ("AC-3 audio", "ac3"),
    0x87: ("E-AC-3 audio", "eac3"),
}
_PRIVATE = 0x06
_CUES = 0x86
_ISO_639, _TELETEXT, _SUBTITLING = 0x0A, 0x56, 0x59
_PRIVATE_BY_DESCRIPTOR = {
    0x6A: ("AC-3 audio", "ac3", StreamKind.AUDIO),
    0x7A: ("E-AC-3 audio", "eac3", StreamKind.AUDIO),
    0x7B: ("DTS audio", "dts", StreamKind.AUDIO),
    0x7C: ("AAC audio", "aac", StreamKind.AUDIO),
    _TELETEXT: ("Teletext", "teletext", StreamKind.TELETEXT),
    _SUBTITLING: ("DVB subtitles", "dvb_subtitles", StreamKind.SUBTITLES),
}
OWN_AV1 = b"RcA1"
"""What a ring's map says of AV1; see `obu_streams`."""
_PRIVATE_BY_FORMAT = {
    b"AC-3": ("AC-3 audio", "ac3", StreamKind.AUDIO),
    b"EAC3": ("E-AC-3 audio", "eac3", StreamKind.AUDIO),
    b"Opus": ("Opus audio", "opus", StreamKind.AUDIO),
    b"HEVC": ("HEVC video", "hevc", StreamKind.VIDEO),
    OWN_AV1: ("AV1 video", "av1", StreamKind.VIDEO),
    b"KLVA": ("KLV metadata", "klv", StreamKind.DATA),
    b"ID3 ": ("ID3 metadata", "id3", StreamKind.DATA),
}
_OTHER = {0x05: "Private sections", 0x0B: "DSM-CC", 0x0C: "DSM-CC", 0x0D: "DSM-CC", 0x15: "ID3 metadata"}


def describe(stream: Stream) -> StreamInfo:
    """A stream in words."""
    description, codec, kind = _identify(stream)
    return StreamInfo(stream.pid, stream.stream_type, description, _language(stream), codec, kind)


def describe_all(pmt: Pmt) -> tuple[StreamInfo, ...]:
    """All streams of a service, in the table's order."""
    return tuple(describe(stream) for stream in pmt.streams)


def _identify(stream: Stream) -> tuple[str, str, StreamKind]:
    if stream.stream_type in _VIDEO:
        return (*_VIDEO[stream.stream_type], StreamKind.VIDEO)
    if stream.stream_type in _AUDIO:
        return (*_AUDIO[stream.stream_type], StreamKind.AUDIO)
    if stream.stream_type == _CUES:
        return "SCTE-35 cues", "scte35", StreamKind.CUES
    if stream.stream_type == _PRIVATE:
        return _identify_private(stream)
    return _OTHER.get(stream.stream_type, f"Stream type 0x{stream.stream_type:02x}"), "data", StreamKind.DATA


def _identify_private(stream: Stream) -> tuple[str, str, StreamKind]:
    for tag, data in stream.descriptors:
        if tag in _PRIVATE_BY_DESCRIPTOR:
            return _PRIVATE_BY_DESCRIPTOR[tag]
        if tag == 0x05 and data[:4] in _PRIVATE_BY_FORMAT:
            return _PRIVATE_BY_FORMAT[data[:4]]
    return "Private data", "private", StreamKind.DATA


def _language(stream: Stream) -> str:
    for tag in (_ISO_639, _TELETEXT, _SUBTITLING):
        data = stream.descriptor(tag)
        if data is not None and len(data) >= 3 and data[:3].isalpha() and data[:3].isascii():
            return data[:3].decode().lower()
    return ""
