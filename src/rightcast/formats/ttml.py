"""Timed text that shows images: the image profile of IMSC1, with each PNG inside the document.

W3C TTML Profiles for Internet Media Subtitles and Captions 1.0.1 section 8; SMPTE ST 2052-1 section 5.4. Embedded as
`smpte:image`, the form that dash.js, Shaka Player and ExoPlayer all read.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

if TYPE_CHECKING:
    from collections.abc import Sequence

SMPTE = "http://www.smpte-ra.org/schemas/2052-1/2010/smpte-tt"
NAMESPACE = "http://www.w3.org/ns/ttml"
CODEC = "stpp.ttml.im1i"
_OPENING = (
    f'<?xml version="1.0" encoding="UTF-8"?>\n<tt xmlns="{NAMESPACE}" xmlns:ttp="{NAMESPACE}#parameter" '
    f'xmlns:tts="{NAMESPACE}#styling" xmlns:smpte="{SMPTE}" ttp:timeBase="media" '
    f'ttp:profile="{NAMESPACE}/profile/imsc1/image"'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A PNG shown from `start` to `end` (seconds) at a place of the display; sizes in its pixels."""

    start: float
    end: float
    x: int
    y: int
    width: int
    height: int
    png: bytes


def document(pictures: Sequence[Picture], *, width: int, height: int, language: str = "") -> bytes:
    """A document of pictures on a display of so many pixels; without any, one that shows nothing."""
    images, regions, shown = [], [], []
    for place, one in enumerate(pictures):
        data = base64.b64encode(one.png).decode()
        images.append(f'<smpte:image xml:id="i{place}" imageType="PNG" encoding="Base64">{data}</smpte:image>')
        regions.append(
            f'<region xml:id="r{place}" tts:origin="{one.x}px {one.y}px" tts:extent="{one.width}px {one.height}px"/>'
        )
        shown.append(
            f'<div region="r{place}" begin="{_clock(one.start)}" end="{_clock(one.end)}" '
            f'smpte:backgroundImage="#i{place}"/>'
        )
    extent = f' tts:extent="{width}px {height}px"' if pictures else ""
    parts = [f"{_OPENING}{extent} xml:lang={quoteattr(language)}>"]
    if pictures:
        parts += ["<head><metadata>", *images, "</metadata><layout>", *regions, "</layout></head>"]
    parts.append(f"<body>{''.join(shown)}</body></tt>")
    return "\n".join(parts).encode()


def _clock(seconds: float) -> str:
    """Hours, minutes, seconds and thousandths (TTML1 section 10.3.1); hours have as many digits as they need."""
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}.{thousandths:03d}"
