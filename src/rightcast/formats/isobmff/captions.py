"""Subtitles inside fragments, as DASH carries them: WebVTT cue by cue, or a document of timed text for each fragment.

ISO/IEC 14496-30 sections 5 and 7; 14496-12 section 12.6 (text and subtitle media).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.formats.isobmff.boxes import box
from rightcast.formats.isobmff.fragment import Samples, fragment
from rightcast.formats.isobmff.init_segment import init_segment
from rightcast.formats.ttml import NAMESPACE, SMPTE

if TYPE_CHECKING:
    from collections.abc import Sequence

TIMESCALE = 90_000
CODEC = "wvtt"
_ENTRY = box(b"wvtt", b"\0" * 6 + b"\0\1", box(b"vttC", b"WEBVTT"))
_NOTHING = box(b"vtte")
_DOCUMENTS = box(b"stpp", b"\0" * 6 + b"\0\1", f"{NAMESPACE} {SMPTE}".encode() + b"\0" * 3)
"""Namespaces, no schema, nothing beside the document (14496-12 section 12.6.3.2)."""


def captions_init(track_id: int, *, language: str = "") -> bytes:
    """The init segment of a caption track; `language` as in ISO 639-2."""
    return init_segment(track_id, _ENTRY, timescale=TIMESCALE, language=language, text=True)


def documents_init(track_id: int, *, language: str = "") -> bytes:
    """The init segment of a track of documents; `language` as in ISO 639-2."""
    return init_segment(track_id, _DOCUMENTS, timescale=TIMESCALE, language=language, subtitles=True)


def document_fragment(track_id: int, sequence: int, *, start: int, length: int, document: bytes) -> bytes:
    """A fragment of one document, which lasts from `start` for `length` ticks of 90 kHz."""
    samples = Samples(
        base=start, sizes=[len(document)], durations=[max(length, 1)], offsets=(), flags=(), body=document
    )
    return fragment(track_id, sequence, samples)


def captions_fragment(
    track_id: int, sequence: int, *, start: int, length: int, cues: Sequence[tuple[int, int, str, str]]
) -> bytes:
    """A fragment that lasts from `start` for `length` ticks of 90 kHz.

    `cues`: begin and end in ticks after the start, text, settings; in order, none shown beside another.
    """
    spans: list[tuple[int, bytes]] = []
    at = 0
    for begin, end, text, settings in cues:
        if begin > at:
            spans.append((begin - at, _NOTHING))
        spans.append((end - max(begin, at), _cue(text, settings)))
        at = end
    if at < length or not spans:
        spans.append((max(length - at, 1), _NOTHING))
    samples = Samples(
        base=start,
        sizes=[len(body) for _, body in spans],
        durations=[lasting for lasting, _ in spans],
        offsets=(),
        flags=(),
        body=b"".join(body for _, body in spans),
    )
    return fragment(track_id, sequence, samples)


def _cue(text: str, settings: str) -> bytes:
    where = box(b"sttg", settings.encode()) if settings else b""
    return box(b"vttc", where, box(b"payl", text.encode()))
