"""Which subtitles a stream of a programme map carries: pages of teletext, pages of bitmaps.

ETSI EN 300 468 sections 6.2.41 (subtitling descriptor) and 6.2.43 (teletext descriptor).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from rightcast.formats.mpegts.psi import Stream

TELETEXT, SUBTITLING = 0x56, 0x59
_SUBTITLE_PAGE, _HEARING_IMPAIRED_PAGE = 0x02, 0x05
_HARD_OF_HEARING = range(0x20, 0x26)


class SubtitlePage(NamedTuple):
    """One subtitle of a stream. `language`: ISO 639-2 or empty.

    `page`: for teletext magazine (8 for 0) and page in hex like 0x888, for bitmaps the composition page, beside which
    an `ancillary` page may hold what several subtitles share.
    """

    language: str
    page: int
    hearing_impaired: bool
    ancillary: int = 0


def subtitle_pages(stream: Stream) -> tuple[SubtitlePage, ...]:
    """All subtitles of a stream, in the order of its descriptors; empty for a stream that is none."""
    found: list[SubtitlePage] = []
    for tag, data in stream.descriptors:
        if tag == TELETEXT:
            found += filter(None, (_teletext(data[place : place + 5]) for place in range(0, len(data) - 4, 5)))
        elif tag == SUBTITLING:
            found += (_bitmap(data[place : place + 8]) for place in range(0, len(data) - 7, 8))
    return tuple(found)


def _teletext(entry: bytes) -> SubtitlePage | None:
    kind = entry[3] >> 3
    if kind not in {_SUBTITLE_PAGE, _HEARING_IMPAIRED_PAGE}:
        return None
    page = (entry[3] & 7 or 8) << 8 | entry[4]
    return SubtitlePage(_language(entry), page, kind == _HEARING_IMPAIRED_PAGE)


def _bitmap(entry: bytes) -> SubtitlePage:
    composition, ancillary = entry[4] << 8 | entry[5], entry[6] << 8 | entry[7]
    return SubtitlePage(_language(entry), composition, entry[3] in _HARD_OF_HEARING, ancillary)


def _language(entry: bytes) -> str:
    code = entry[:3]
    return code.decode().lower() if code.isascii() and code.isalpha() and code.lower() != b"und" else ""
