"""Init segments: what a player must know of one track before its first fragment.

ISO/IEC 14496-12 section 8 (movie box and below); 23000-19 section 7.3.1 (CMAF header).
"""

from __future__ import annotations

from rightcast.formats.isobmff.boxes import box, full_box, number

_MATRIX = b"".join(number(value, 4) for value in (0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000))
_BRANDS = b"iso6" + b"\0\0\0\0" + b"iso6" + b"cmfc" + b"mp41"
_DATA_HERE = full_box(b"dref", 0, 0, number(1, 4), full_box(b"url ", 0, 1))
_EMPTY_TABLES = b"".join(
    (
        full_box(b"stts", 0, 0, number(0, 4)),
        full_box(b"stsc", 0, 0, number(0, 4)),
        full_box(b"stsz", 0, 0, number(0, 8)),
        full_box(b"stco", 0, 0, number(0, 4)),
    )
)

# Handler, name and media header of each kind of track (section 12).
_PICTURES = (b"vide", b"Pictures\0", full_box(b"vmhd", 0, 1, number(0, 8)))
_SOUND = (b"soun", b"Sound\0", full_box(b"smhd", 0, 0, number(0, 4)))
_TEXT = (b"text", b"Text\0", full_box(b"nmhd", 0, 0))
_SUBTITLES = (b"subt", b"Subtitles\0", full_box(b"sthd", 0, 0))


def init_segment(
    track_id: int,
    entry: bytes,
    *,
    timescale: int,
    language: str = "",
    size: tuple[int, int] | None = None,
    pssh: tuple[bytes, ...] = (),
    text: bool = False,
    subtitles: bool = False,
) -> bytes:
    """`ftyp` and `moov` of one track. `size`: width and height as shown, for pictures; None: sound, `text`, or
    `subtitles` in documents.

    `entry` is the whole sample entry box; each of `pssh` a whole box.
    """
    handler, name, media_header = _TEXT if text else _SUBTITLES if subtitles else _PICTURES if size else _SOUND
    tables = box(b"stbl", full_box(b"stsd", 0, 0, number(1, 4), entry), _EMPTY_TABLES)
    media = box(
        b"mdia",
        full_box(b"mdhd", 0, 0, number(0, 8), number(timescale, 4), number(0, 4), _language(language), b"\0\0"),
        full_box(b"hdlr", 0, 0, number(0, 4), handler, number(0, 12), name),
        box(b"minf", media_header, box(b"dinf", _DATA_HERE), tables),
    )
    movie_header = (number(0, 8), number(1000, 4), number(0, 4), b"\0\1\0\0\1\0", b"\0" * 10, _MATRIX, b"\0" * 24)
    return box(b"ftyp", _BRANDS) + box(
        b"moov",
        full_box(b"mvhd", 0, 0, *movie_header, number(track_id + 1, 4)),
        box(b"trak", _track_header(track_id, size), media),
        box(b"mvex", full_box(b"trex", 0, 0, number(track_id, 4), number(1, 4), number(0, 12))),
        *pssh,
    )


def _track_header(track_id: int, size: tuple[int, int] | None) -> bytes:
    """Enabled, in the movie, in the preview. Size is that of pictures as shown, in 16.16."""
    width, height = size or (0, 0)
    volume = b"\0\0" if size else b"\1\0"
    fixed = (number(0, 8), number(track_id, 4), number(0, 4), number(0, 4), number(0, 8), number(0, 4), volume, b"\0\0")
    return full_box(b"tkhd", 0, 7, *fixed, _MATRIX, number(width << 16, 4), number(height << 16, 4))


def _language(code: str) -> bytes:
    """Three letters of ISO 639-2 in five bits each; `und` where there are none."""
    known = code if len(code) == 3 and code.isascii() and code.isalpha() and code.islower() else "und"
    first, second, third = (ord(letter) - 0x60 for letter in known)
    return number(first << 10 | second << 5 | third, 2)
