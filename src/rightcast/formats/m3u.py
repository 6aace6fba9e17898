"""Reads playlists of channels (M3U) as found in the wild: line by line, in constant memory, never giving up.

Accepts a BOM, any line ending, attributes in double, single or no quotes, commas in names, rows
without #EXTINF, Latin-1 bytes. What cannot be read is yielded as a BrokenLine with its number and reason.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from rightcast.domain.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LONGEST_LINE_BYTES = 256_000
"""Logos written into the line as data: addresses make long lines; beyond this it is no playlist line."""
_BOM = b"\xef\xbb\xbf"
_ATTRIBUTE = re.compile(r"[\s,]*([A-Za-z][A-Za-z0-9_.-]*)=")
_DURATION = re.compile(r"\s*-?\d*(?:\.\d+)?")
_UNQUOTED_END = re.compile(r"(?<!\s)\s+[A-Za-z][A-Za-z0-9_.-]*=|,|$")
_AFTER_QUOTE = re.compile(r"\s*(?:,|$)|\s*[A-Za-z][A-Za-z0-9_.-]*=")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_HLS_TAGS = ("#EXT-X-TARGETDURATION", "#EXT-X-STREAM-INF", "#EXT-X-MEDIA-SEQUENCE")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistEntry:
    """One row of a playlist. `line_number` is that of its address, counted from 1.

    `attributes` are those of #EXTINF with names in lower case; `options` those of #EXTVLCOPT,
    #KODIPROP and of the form ADDRESS|name=value.
    """

    line_number: int
    name: str
    url: str
    group: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def number(self) -> int | None:
        """The channel number wished for (tvg-chno), whole ones only."""
        text = self.attributes.get("tvg-chno") or self.attributes.get("ch-number") or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 and int(text) > 0 else None

    @property
    def logo_url(self) -> str:
        """The logo's address, if it is one of the web."""
        logo = self.attributes.get("tvg-logo") or self.attributes.get("logo") or ""
        return logo if logo.lower().startswith(("http://", "https://")) else ""

    @property
    def guide_id(self) -> str:
        """The channel's id in the guide."""
        return self.attributes.get("tvg-id", "")

    @property
    def is_radio(self) -> bool:
        """Whether the row says that it is a radio programme."""
        return self.attributes.get("radio", "").lower() in {"true", "1", "yes"}

    @property
    def service_id(self) -> int | None:
        """The service of a multiplex the row picks (#EXTVLCOPT:program=)."""
        text = self.options.get("program", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) <= 5 and 0 < int(text) < 65_536 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenLine:
    """A line that was left out, with the reason in words."""

    line_number: int
    reason: str


@dataclass(frozen=True, slots=True)
class _Info:
    line_number: int
    name: str
    attributes: Mapping[str, str]


def read_playlist(blocks: Iterable[bytes]) -> Iterator[PlaylistEntry | BrokenLine]:
    """Rows and broken lines of a playlist, in order; `blocks` are its bytes, cut anywhere.

    Raises InvalidInputError when it is the playlist of a single HLS stream.
    """
    reader = _Reader()
    for number, line in enumerate(_lines(blocks), start=1):
        if line is None:
            yield BrokenLine(line_number=number, reason=f"The line is longer than {LONGEST_LINE_BYTES} bytes.")
            continue
        yield from reader.read(number, _text(line))
    yield from reader.finish()


class _Reader:
    """What the lines read so far say about the next address."""

    def __init__(self) -> None:
        self._info: _Info | None = None
        self._options: dict[str, str] = {}
        self._standing_group = ""

    def read(self, number: int, line: str) -> Iterator[PlaylistEntry | BrokenLine]:
        if not line:
            return
        if line.startswith("#"):
            yield from self._directive(number, line)
            return
        problem = _address_problem(line)
        if problem is not None:
            yield BrokenLine(line_number=number, reason=problem)
        else:
            yield self._entry(number, line)
        self._info, self._options = None, {}

    def finish(self) -> Iterator[BrokenLine]:
        yield from self._orphan()

    def _directive(self, number: int, line: str) -> Iterator[BrokenLine]:
        tag, _, rest = line.partition(":")
        match tag.upper():
            case "#EXTINF":
                yield from self._orphan()
                self._info, self._options = _parse_info(number, rest), {}
            case "#EXTGRP":
                self._standing_group = rest.strip()
            case "#EXTVLCOPT" | "#KODIPROP":
                name, sign, value = rest.partition("=")
                if sign:
                    self._options[name.strip().lower()] = value.strip()
            case name if name in _HLS_TAGS:
                raise InvalidInputError(
                    "This is the playlist of a single HLS stream, not a list of channels.",
                    remedy="Add its address as one channel: rightcast channel add NAME URL.",
                    field="playlist",
                )

    def _orphan(self) -> Iterator[BrokenLine]:
        if self._info is not None:
            named = f"'{self._info.name}'" if self._info.name else "a channel"
            yield BrokenLine(line_number=self._info.line_number, reason=f"No address follows for {named}.")

    def _entry(self, number: int, line: str) -> PlaylistEntry:
        url, _, piped = line.partition("|")
        options = dict(self._options)
        for pair in piped.split("&"):
            name, sign, value = pair.partition("=")
            if sign:
                options[name.strip().lower()] = unquote(value.strip())
        attributes = self._info.attributes if self._info else {}
        name = (self._info.name if self._info else "") or attributes.get("tvg-name", "") or attributes.get("tvg-id", "")
        return PlaylistEntry(
            line_number=number,
            name=name or _name_of(url),
            url=url.strip(),
            group=attributes.get("group-title", "") or self._standing_group,
            attributes=attributes,
            options=options,
        )


def _lines(blocks: Iterable[bytes]) -> Iterator[bytes | None]:
    """Lines without their ends (LF, CRLF or CR); None for one that is too long."""
    rest, too_long = b"", False
    for block in blocks:
        pieces = (rest + block).splitlines(keepends=True)
        # The last piece may go on in the next block, and a CR at its end may be half of a CRLF.
        rest = pieces.pop() if pieces and not pieces[-1].endswith(b"\n") else b""
        for piece in pieces:
            yield None if too_long or len(piece) > LONGEST_LINE_BYTES + 2 else piece.rstrip(b"\r\n")
            too_long = False
        if len(rest) > LONGEST_LINE_BYTES + 2:
            rest, too_long = b"\r" if rest.endswith(b"\r") else b"", True
    if rest or too_long:
        yield None if too_long else rest.rstrip(b"\r\n")


def _text(line: bytes) -> str:
    try:
        return line.removeprefix(_BOM).decode().strip()
    except UnicodeDecodeError:
        return line.decode("latin-1").strip()


def _address_problem(line: str) -> str | None:
    if _CONTROL.search(line):
        return "The line holds control characters."
    if not _SCHEME.match(line):
        return f"'{_short(line)}' is not an address."
    return None


def _parse_info(number: int, rest: str) -> _Info:
    attributes: dict[str, str] = {}
    position = _skip_duration(rest)
    unclosed: set[str] = set()
    while match := _ATTRIBUTE.match(rest, position):
        if "," in rest[position : match.end()] and attributes:
            break  # a name such as "a=b" after the comma
        value, position = _value(rest, match.end(), unclosed)
        attributes.setdefault(match[1].lower(), _CONTROL.sub("", value).strip())
    _, comma, name = rest[position:].partition(",")
    if not comma:
        name = "" if attributes else rest[position:]
    return _Info(number, _CONTROL.sub("", name).strip(), attributes)


def _skip_duration(rest: str) -> int:
    match = _DURATION.match(rest)
    return match.end() if match else 0


def _value(text: str, start: int, unclosed: set[str]) -> tuple[str, int]:
    """An attribute's value from `start` on, and where the rest goes on; `unclosed` are quotes that never end."""
    quote = text[start : start + 1]
    if quote in {'"', "'"} and quote not in unclosed:
        end = text.find(quote, start + 1)
        while end != -1:
            if _AFTER_QUOTE.match(text, end + 1):
                return text[start + 1 : end], end + 1
            end = text.find(quote, end + 1)
        unclosed.add(quote)
    match = _UNQUOTED_END.search(text, start)
    end = match.start() if match else len(text)
    return text[start:end].strip("\"'"), end


def _name_of(url: str) -> str:
    """A name for a row that has none: the last part of its address."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return "Unnamed"
    last = unquote(parts.path.rstrip("/").rpartition("/")[2])
    return last.rpartition(".")[0] or last or host or "Unnamed"


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"
