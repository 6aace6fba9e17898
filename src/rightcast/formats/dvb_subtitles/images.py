"""Bitmap subtitles of one segment as a document of IMSC1 with images in it, and the images as PNG.

Pure, from the segment's bytes and those shortly before it; what is still shown at its end is cut there.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, NamedTuple

from rightcast.formats.dvb_subtitles.decoder import PageDecoder, Shown
from rightcast.formats.mpegts.pes import packets_of, pes_packets
from rightcast.formats.mpegts.units import CLOCK_HZ, step
from rightcast.formats.ttml import Picture, document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightcast.formats.dvb_subtitles.decoder import Image
    from rightcast.formats.dvb_subtitles.parts import Display

LONGEST_SHOWN_S = 30.0
"""Images whose end never comes go after this time."""
_SHORTEST_S = 0.04
_PNG = b"\x89PNG\r\n\x1a\n"
_PALETTE, _EIGHT_BITS = 3, 8


class Span(NamedTuple):
    """What is shown from `start` to `end`, in ticks after the segment's start."""

    start: int
    end: int
    display: Display
    images: tuple[Image, ...]


def spans(
    data: bytes, *, before: bytes = b"", pid: int, page: int, ancillary: int | None = None, start: int, length: int
) -> tuple[Span, ...]:
    """What is shown within a segment that begins at `start` and lasts `length` ticks of 90 kHz.

    `data`: its transport stream; `before`: what came before it, 20 s are plenty. `page`: of the composition.
    """
    decoder = PageDecoder(page, ancillary=ancillary)
    shown = decoder.feed(pes_packets(packets_of(before, pid) + packets_of(data, pid))) + decoder.finish()
    return _within(shown, start, length)


def imsc_segment(found: Sequence[Span], *, start: int, language: str = "") -> bytes:
    """The document of a segment: times count on the track's own clock (ISO/IEC 14496-30 section 5.3)."""
    display = found[-1].display if found else None
    pictures = [
        Picture(
            start=(start + span.start) / CLOCK_HZ, end=(start + span.end) / CLOCK_HZ,
            x=one.x, y=one.y, width=one.width, height=one.height, png=png(one),
        )
        for span in found
        if span.display == display
        for one in span.images
    ]  # fmt: skip
    width, height = (display.width, display.height) if display is not None else (0, 0)
    return document(pictures, width=width, height=height, language=language)


def png(image: Image) -> bytes:
    """An image as Portable Network Graphics with a palette (ISO/IEC 15948)."""
    size = struct.pack(">IIBBBBB", image.width, image.height, _EIGHT_BITS, _PALETTE, 0, 0, 0)
    rows = b"".join(b"\0" + image.pixels[row * image.width : (row + 1) * image.width] for row in range(image.height))
    palette = b"".join(bytes(one[:3]) for one in image.colours)
    opacity = bytes(one[3] for one in image.colours)
    chunks = ((b"IHDR", size), (b"PLTE", palette), (b"tRNS", opacity), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return _PNG + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def _within(shown: Sequence[Shown], start: int, length: int) -> tuple[Span, ...]:
    """The part of what is shown that lies in the segment; a page that is sent again shows on, for as long again."""
    timed = sorted(((step(start, one.time), one) for one in shown), key=lambda item: item[0])
    found: list[Span] = []
    for place, (at, one) in enumerate(timed):
        following = timed[place + 1][0] if place + 1 < len(timed) else length
        longest = min(float(one.timeout_s or LONGEST_SHOWN_S), LONGEST_SHOWN_S)
        begin, end = max(at, 0), min(following, length, at + round(longest * CLOCK_HZ))
        if not one.images or end <= begin:
            continue
        last = found[-1] if found else None
        if last is not None and last.end == begin and (last.display, last.images) == (one.display, one.images):
            found[-1] = last._replace(end=end)
        else:
            found.append(Span(begin, end, one.display, one.images))
    return tuple(one for one in found if one.end - one.start >= _SHORTEST_S * CLOCK_HZ)
