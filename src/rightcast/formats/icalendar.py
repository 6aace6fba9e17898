"""Writes calendars for people's own calendar programs: moments with a title and words, RFC 5545."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST_LINE = 75  # octets without the line break, RFC 5545 section 3.1


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happens at a moment. `uid` stays the same when the moment moves; `at` is aware."""

    uid: str
    at: datetime
    title: str
    words: str = ""


def write_calendar(name: str, moments: Iterable[Moment], stamp: datetime) -> str:
    """The whole calendar as text with CRLF line ends. `stamp`: when it was written, aware."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Rightcast//Agreements//EN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_escaped(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
    ]
    for moment in moments:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{moment.uid}",
            f"DTSTAMP:{_utc(stamp)}",
            f"DTSTART:{_utc(moment.at)}",
            f"SUMMARY:{_escaped(moment.title)}",
            *([f"DESCRIPTION:{_escaped(moment.words)}"] if moment.words else []),
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _utc(moment: datetime) -> str:
    return f"{moment:%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    """TEXT of section 3.3.11; control characters are left out."""
    kept = "".join(letter for letter in text.replace("\r\n", "\n") if letter == "\n" or letter.isprintable())
    return kept.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> str:
    """Lines of at most 75 octets, never cut within a letter."""
    pieces, piece, size = [], "", 0
    for letter in line:
        width = len(letter.encode("utf-8", "replace"))
        if size + width > _LONGEST_LINE:
            pieces.append(piece)
            piece, size = " ", 1
        piece, size = piece + letter, size + width
    return "\r\n".join([*pieces, piece])
