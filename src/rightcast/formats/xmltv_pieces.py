"""Cuts an XMLTV guide between its shows, so that several processes can read it at once. Pure.

A piece is what stands between two `<programme`: if it is well-formed by itself, and the guide had come to a place
between two shows before it, then so it has behind it, whatever it holds. Where a cut fell into a comment or a CDATA
section the piece is not well-formed, and the guide has to be read in one go from there on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.parsers import expat

from rightcast.domain.errors import GuideUnreadableError
from rightcast.formats.xmltv_elements import ReadChannel
from rightcast.formats.xmltv_oddities import Findings
from rightcast.formats.xmltv_reader import XmltvReader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import tzinfo

    from rightcast.domain.guide import Show

PIECE_BYTES = 128 << 10
LARGEST_BYTES = 4 << 20
"""A guide in which no show begins for so long is read in one go."""
_SHOW = b"<programme"
_DECLARATION = re.compile(rb"<\?xml\s[^>]*?\?>")
_ENCODING = re.compile(rb"""encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_OF_BYTES = re.compile(r"utf-?8|us-ascii|ascii|iso-8859-\d+|windows-125\d|cp125\d|latin-?1", re.IGNORECASE)
_MARK = b"\xef\xbb\xbf"
_NOT_ALONE = (b"<!ENTITY", b"<!ATTLIST", b"<![")
_SPACES = b" " * (64 << 10)


@dataclass(frozen=True, slots=True)
class Head:
    """What stands before the first show: as it came, and its XML declaration, which every piece is read with."""

    data: bytes
    declaration: bytes


def head_of(beginning: bytes) -> Head | None:
    """The head of a guide that can be cut; None: it is to be read in one go."""
    plain = beginning.removeprefix(_MARK)
    cut = plain.find(_SHOW)
    if cut < 0 or plain[:1] != b"<" or plain.startswith(b"<\x00"):
        return None
    head = plain[:cut]
    found = _DECLARATION.match(head)
    declaration = found[0] if found else b""
    named = _ENCODING.search(declaration)
    if (named and not _OF_BYTES.fullmatch(named[1].decode())) or any(one in head for one in _NOT_ALONE):
        return None
    if b"\n" in declaration or b"\r" in declaration:
        return None
    return Head(head, declaration) if _is_between(head) else None


def _is_between(head: bytes) -> bool:
    """Whether the root stands open behind the head, and nothing else does."""
    parser = expat.ParserCreate()
    try:
        parser.Parse(head + b"</tv>", True)
    except (expat.ExpatError, ValueError, LookupError):
        return False
    return True


def cut(blocks: Iterable[bytes], piece_bytes: int = PIECE_BYTES) -> Iterator[bytes]:
    """Pieces of a guide from its first show on, each beginning with a show; the last one is what remains.

    One that is larger than LARGEST_BYTES, and those behind it, are no pieces: read them in one go.
    """
    kept = b""
    for block in blocks:
        kept += block
        while len(kept) >= piece_bytes:
            place = kept.rfind(_SHOW, 1, piece_bytes)
            if place < 0:
                place = kept.find(_SHOW, piece_bytes - len(_SHOW))
            if place <= 0:
                break
            yield kept[:place]
            kept = kept[place:]
        if len(kept) > LARGEST_BYTES:
            yield kept
            kept = b""
    yield kept


def lines_in(piece: bytes) -> int:
    """How many lines end in a piece, counted as expat counts them: LF, CR, and CR LF as one."""
    if b"\r" not in piece:
        return piece.count(b"\n")
    return piece.count(b"\n") + piece.count(b"\r") - piece.count(b"\r\n")


@dataclass(slots=True)
class Place:
    """Where in a guide the next piece begins: lines above it, and characters before it in its line."""

    lines: int = 0
    columns: int = 0

    def advance(self, piece: bytes) -> None:
        """Go behind a piece."""
        end = max(piece.rfind(b"\n"), piece.rfind(b"\r"))
        if end >= 0:
            self.lines += lines_in(piece)
            self.columns = 0
        self.columns += len(piece[end + 1 :].decode("utf-8", "replace"))

    def blank(self) -> Iterator[bytes]:
        """As many lines and columns of nothing."""
        whole, rest = divmod(self.lines, len(_SPACES))
        for count in [len(_SPACES)] * whole + [rest]:
            yield b"\n" * count
        whole, rest = divmod(self.columns, len(_SPACES))
        for count in [len(_SPACES)] * whole + [rest]:
            yield _SPACES[:count]


@dataclass(slots=True)
class Read:
    """What a piece told beside its shows. `sound` false: nothing, for it has to be read where it stands."""

    sound: bool = False
    shows: int = 0
    channels: list[ReadChannel] = field(default_factory=list)
    findings: Findings = field(default_factory=Findings)


def read_piece(piece: bytes, declaration: bytes, line: int, zone: tzinfo | None, put: Callable[[Show], object]) -> Read:
    """Read a piece by itself, every show put where it belongs; `line` is the one of the guide on which it begins."""
    reader = XmltvReader(zone, first_line=line)
    channels: list[ReadChannel] = []
    try:
        for one in reader.read([declaration + b"<tv>" + piece + b"</tv>"]):
            if isinstance(one, ReadChannel):
                channels.append(one)
            else:
                put(one)
    except GuideUnreadableError:
        return Read()
    if reader.clock.doubted:
        return Read()
    return Read(True, reader.shows, channels, reader.findings)
