"""Numbers and moments in an operator's words: 4.3 Mbit/s, in 3 d, 2 min ago."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

_PREFIXES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
_CODECS = {
    "avc1": "H.264",
    "avc3": "H.264",
    "hvc1": "HEVC",
    "hev1": "HEVC",
    "av01": "AV1",
    "mp4a": "AAC",
    "mp2": "MP2",
    "mp3": "MP3",
    "ac-3": "AC-3",
    "ec-3": "E-AC-3",
    "opus": "Opus",
}
_SPANS = ((86_400, "d"), (3_600, "h"), (60, "min"))


def rate(bps: float) -> str:
    """Bits per second with an SI prefix."""
    for size, prefix in _PREFIXES:
        if bps >= size:
            return f"{bps / size:.1f}\N{NO-BREAK SPACE}{prefix}bit/s"
    return f"{bps:.0f}\N{NO-BREAK SPACE}bit/s"


def size(count: float) -> str:
    """Bytes with an SI prefix."""
    for step, prefix in _PREFIXES:
        if count >= step:
            digits = 0 if count >= 100 * step else 1
            return f"{count / step:.{digits}f}\N{NO-BREAK SPACE}{prefix}B"
    return f"{count:.0f}\N{NO-BREAK SPACE}B"


def span(seconds: float) -> str:
    """A length of time in its largest unit."""
    for step, unit in _SPANS:
        if seconds >= step:
            return f"{seconds / step:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"


def codecs(listed: str) -> str:
    """An RFC 6381 list in names people use: `avc1.42c01f,mp4a.40.2` is H.264 AAC."""
    known = {
        code.strip(): _CODECS.get(code.strip().partition(".")[0].lower(), code.strip()) for code in listed.split(",")
    }
    return " ".join(dict.fromkeys(filter(None, known.values())))


def until(moment: datetime | None, now: datetime) -> str:
    """How far off a moment is: `in 3 d`, `2 h ago`, or `never` for none."""
    if moment is None:
        return "never"
    seconds = (moment - now).total_seconds()
    return f"in {span(seconds)}" if seconds >= 0 else f"{span(-seconds)} ago"
