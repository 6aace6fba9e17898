"""Streams of a map are told apart as broadcasters mark them."""

from __future__ import annotations

import pytest

from rightcast.formats.mpegts.psi import Stream
from rightcast.formats.mpegts.streams import StreamKind, describe


@pytest.mark.parametrize(
    ("stream", "codec", "kind", "language"),
    [
        (Stream(1, 0x1B), "h264", StreamKind.VIDEO, ""),
        (Stream(1, 0x0F, ((0x0A, b"ita\0"),)), "aac", StreamKind.AUDIO, "ita"),
        (Stream(1, 0x06, ((0x6A, b"\0"),)), "ac3", StreamKind.AUDIO, ""),
        (Stream(1, 0x06, ((0x0A, b"DEU\0"), (0x7A, b"\0"))), "eac3", StreamKind.AUDIO, "deu"),
        (Stream(1, 0x06, ((0x05, b"AC-3"),)), "ac3", StreamKind.AUDIO, ""),
        (Stream(1, 0x06, ((0x56, b"eng\x09\0"),)), "teletext", StreamKind.TELETEXT, "eng"),
        (Stream(1, 0x06, ((0x59, b"fra\x10\0\1\0\1"),)), "dvb_subtitles", StreamKind.SUBTITLES, "fra"),
        (Stream(1, 0x86), "scte35", StreamKind.CUES, ""),
        (Stream(1, 0x06), "private", StreamKind.DATA, ""),
        (Stream(1, 0xEE, ((0x0A, b"\xff\xff\xff\0"),)), "data", StreamKind.DATA, ""),
    ],
)
def test_a_stream_is_known_by_type_or_descriptor(stream: Stream, codec: str, kind: StreamKind, language: str) -> None:
    found = describe(stream)
    assert (found.codec, found.kind, found.language) == (codec, kind, language)
