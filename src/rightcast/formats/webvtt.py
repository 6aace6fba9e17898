"""Web Video Text Tracks, written for segments of HTTP Live Streaming and for whole files (W3C WebVTT, RFC 8216 3.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

CONTENT_TYPE = "text/vtt; charset=utf-8"
_WRAP = 1 << 33


@dataclass(frozen=True, slots=True, kw_only=True)
class VttCue:
    """One cue: seconds from the document's zero, its text as WebVTT has it, and settings like "line:84%"."""

    start_s: float
    end_s: float
    text: str
    settings: str = ""


def document(cues: Sequence[VttCue], *, mpegts: int | None = None, local_s: float = 0.0) -> str:
    """A document of cues in order.

    `mpegts`: the stream's time, in ticks of 90 kHz, that the local time `local_s` stands for (X-TIMESTAMP-MAP).
    """
    lines = ["WEBVTT"]
    if mpegts is not None:
        lines.append(f"X-TIMESTAMP-MAP=MPEGTS:{mpegts % _WRAP},LOCAL:{timestamp(local_s)}")
    for cue in cues:
        settings = f" {cue.settings}" if cue.settings else ""
        lines += ["", f"{timestamp(cue.start_s)} --> {timestamp(cue.end_s)}{settings}", cue.text]
    return "\n".join(lines) + "\n"


def timestamp(seconds: float) -> str:
    """Hours, minutes, seconds and thousandths."""
    thousandths = max(round(seconds * 1000), 0)
    return (
        f"{thousandths // 3_600_000:02d}:{thousandths // 60_000 % 60:02d}:"
        f"{thousandths // 1000 % 60:02d}.{thousandths % 1000:03d}"
    )


def escaped(text: str) -> str:
    """Text that cannot be taken for markup, nor for the arrow between times."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def coloured(text: str, colour: str) -> str:
    """Text in one of WebVTT's own colours (section 5 of its default style); white stays plain."""
    return escaped(text) if colour == "white" or not text.strip() else f"<c.{colour}>{escaped(text)}</c>"
