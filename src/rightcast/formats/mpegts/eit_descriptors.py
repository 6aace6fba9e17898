"""What an event information table says of one event: its descriptors, put together.

ETSI EN 300 468 sections 6.2.8 (component), 6.2.9 (content), 6.2.15 (extended event), 6.2.28 (parental rating), 6.2.37
(short event); content identifiers of ETSI TS 102 323 section 12.1. Conditional access is none of our business.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightcast.formats.mpegts.dvb_text import decode_lines, decode_text, is_compressed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SHORT_EVENT = 0x4D
EXTENDED_EVENT = 0x4E
COMPONENT = 0x50
CONTENT = 0x54
PARENTAL_RATING = 0x55
CONTENT_IDENTIFIER = 0x76

_SERIES_CRIDS = {0x02, 0x32}
_AUDIO = {0x2, 0x4, 0x6, 0x7}
_SUBTITLES = {0x01, *range(0x10, 0x17), *range(0x20, 0x27)}
"""component_type of stream_content 3 that are subtitles: by teletext, by DVB, for people who do not hear well."""
_LEAST_AGE = 3


@dataclass(frozen=True, slots=True)
class Words:
    """Title and text in one language (ISO 639-2 as sent); `text` may have several lines."""

    language: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Extended:
    """The long text in one language, all its pieces joined, and what it lists, as (what, who or which)."""

    language: str
    text: str
    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """All that descriptors tell of an event.

    `genres`: content bytes, in order; `ages` by country (ISO 3166 alpha-3), in years; `series`: a content
    identifier (CRID). `compressed`: how many texts could not be read because they are compressed.
    """

    words: tuple[Words, ...] = ()
    extended: tuple[Extended, ...] = ()
    genres: tuple[int, ...] = ()
    ages: tuple[tuple[str, int], ...] = ()
    sounds: tuple[str, ...] = ()
    subtitles: tuple[str, ...] = ()
    series: str = ""
    compressed: int = 0


def read_descriptors(descriptors: Iterable[tuple[int, bytes]]) -> Told:
    """Put the descriptors of an event together; what is cut short or unknown is left out."""
    rows = [*descriptors]
    components = [component for tag, data in rows if tag == COMPONENT and (component := _component(data))]
    texts = [*_texts(rows)]
    return Told(
        words=tuple(short for tag, data in rows if tag == SHORT_EVENT and (short := _short(data))),
        extended=tuple(_extended(rows)),
        genres=tuple(data[place] for tag, data in rows if tag == CONTENT for place in range(0, len(data) - 1, 2)),
        ages=tuple(age for tag, data in rows if tag == PARENTAL_RATING for age in _ages(data)),
        sounds=tuple(dict.fromkeys(language for kind, language in components if kind == "sound")),
        subtitles=tuple(dict.fromkeys(language for kind, language in components if kind == "subtitles")),
        series=next((crid for tag, data in rows if tag == CONTENT_IDENTIFIER and (crid := _series(data))), ""),
        compressed=sum(is_compressed(text) for text in texts),
    )


def _short(data: bytes) -> Words | None:
    pieces = _short_pieces(data)
    if pieces is None:
        return None
    return Words(_language(data[:3]), decode_text(pieces[0]), decode_lines(pieces[1]))


def _short_pieces(data: bytes) -> tuple[bytes, bytes] | None:
    if len(data) < 5:
        return None
    border = 4 + data[3]
    name = data[4:border]
    text = data[border + 1 : border + 1 + data[border]] if border < len(data) else b""
    return name, text


def _extended(rows: list[tuple[int, bytes]]) -> Iterator[Extended]:
    """Descriptors of one language are pieces of one text, in the order of their numbers (section 6.2.15)."""
    by_language: dict[str, dict[int, bytes]] = {}
    for tag, data in rows:
        if tag == EXTENDED_EVENT and len(data) >= 6:
            by_language.setdefault(_language(data[1:4]), {}).setdefault(data[0] >> 4, data)
    for language, pieces in by_language.items():
        texts, items = [], []
        for number in sorted(pieces):
            found, text = _extended_pieces(pieces[number])
            texts.append(text)
            items += found
        yield Extended(language, _joined(texts), tuple((decode_text(what), decode_text(who)) for what, who in items))


def _extended_pieces(data: bytes) -> tuple[list[tuple[bytes, bytes]], bytes]:
    end = min(5 + data[4], len(data))
    items, position = [], 5
    while position + 1 < end:
        border = position + 1 + data[position]
        if border >= end:
            break
        after = border + 1 + data[border]
        items.append((data[position + 1 : border], data[border + 1 : min(after, end)]))
        position = after
    text = data[end + 1 : end + 1 + data[end]] if end < len(data) else b""
    return items, text


def _joined(texts: list[bytes]) -> str:
    """Pieces follow each other without a gap; a space at a border is lost neither before nor behind it."""
    told, before = "", b""
    for piece in texts:
        shown = decode_lines(piece)
        gap = told and shown and (piece[:1] == b" " or before[-1:] == b" ")
        told, before = told + (" " if gap else "") + shown, piece
    return told


def _ages(data: bytes) -> Iterator[tuple[str, int]]:
    """Ratings from 0x01 to 0x0F are a least age less three (table 93); others are the broadcaster's own."""
    for start in range(0, len(data) - 3, 4):
        rating = data[start + 3]
        if 0x01 <= rating <= 0x0F:
            yield data[start : start + 3].decode("latin_1").upper(), rating + _LEAST_AGE


def _component(data: bytes) -> tuple[str, str] | None:
    if len(data) < 6:
        return None
    content, kind, language = data[0] & 0x0F, data[1], _language(data[3:6])
    if content in _AUDIO:
        return "sound", language
    return ("subtitles", language) if content == 0x3 and kind in _SUBTITLES else None


def _series(data: bytes) -> str:
    position = 0
    while position < len(data):
        kind, location = data[position] >> 2, data[position] & 0x03
        if location:  # a reference into another table
            position += 3
            continue
        if position + 1 >= len(data):
            break
        end = position + 2 + data[position + 1]
        if kind in _SERIES_CRIDS and end <= len(data):
            return data[position + 2 : end].decode("utf_8", "replace").strip()
        position = end
    return ""


def _texts(rows: list[tuple[int, bytes]]) -> Iterator[bytes]:
    for tag, data in rows:
        if tag == SHORT_EVENT and (pieces := _short_pieces(data)) is not None:
            yield from pieces
        elif tag == EXTENDED_EVENT and len(data) >= 6:
            yield _extended_pieces(data)[1]


def _language(data: bytes) -> str:
    return data.decode("latin_1").lower()
