"""Reads XMLTV guides as a stream: channels and shows come one by one, memory does not grow with the file.

Nothing outside the file is opened: external DTDs are ignored, declared entities are refused (XML bombs). A file that is
not well-formed ends in a sentence with line and column; everything less is understood, repaired or left out, and noted.
Shows of a channel that overlap are left to `rightcast.domain.guide_order`.
"""

from __future__ import annotations

import html.entities
from collections import deque
from typing import TYPE_CHECKING
from xml.parsers import expat

from rightcast.domain.errors import GuideUnreadableError
from rightcast.formats.xmltv_elements import channel_of, show_of
from rightcast.formats.xmltv_oddities import Findings
from rightcast.formats.xmltv_parts import Element

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import tzinfo

    from rightcast.domain.guide import Show
    from rightcast.formats.xmltv_elements import ReadChannel

_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\r")
_TO_SPACES = bytes.maketrans(_CONTROLS, b" " * len(_CONTROLS))
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00<", b"<\x00")
_DEEPEST = 32
_LONGEST_TEXT = 100_000
"""Characters of one element that are kept: a file cannot fill the memory with one description."""
_TOP, _ITEM = 1, 2


class XmltvReader:
    """One file being read. `findings` tells what was odd about it, complete when `read` has ended.

    `zone` is the clock of times that name none; None is UTC. A show's `id` is the line on which it began; its `stop`
    is 0 where none is told.
    """

    def __init__(self, zone: tzinfo | None = None, findings: Findings | None = None) -> None:
        self.findings = findings or Findings()
        self.shows = 0
        self._zone = zone
        self._depth = 0
        self._skipped_at = 0
        self._item: Element | None = None
        self._stack: list[Element] = []
        self._text: list[str] = []
        self._text_size = 0
        self._ready: deque[ReadChannel | Show] = deque()
        self._shift = 0
        self._parser = self._made_parser()

    def read(self, blocks: Iterable[bytes]) -> Iterator[ReadChannel | Show]:
        """Channels and shows in the order of the file. Raises GuideUnreadableError with line and column."""
        begun, wide = False, False
        for block in blocks:
            data = block
            if not begun:
                data, begun, wide = self._beginning(data)
            if not wide and len(clean := data.translate(_TO_SPACES)) and clean != data:
                self.findings.note("control-character", self._line)
                data = clean
            self._feed(data, final=False)
            while self._ready:
                yield self._ready.popleft()
        self._feed(b"", final=True)
        yield from self._ready
        if self._skipped_at == -1:
            raise GuideUnreadableError(
                "This is no XMLTV guide: its root is not <tv>.", remedy="Check the address: XMLTV begins with <tv>."
            )

    def _beginning(self, data: bytes) -> tuple[bytes, bool, bool]:
        """The first bytes without blank lines before them, for XML allows none before its declaration."""
        if data.startswith(_WIDE):
            return data, True, True
        mark = b"\xef\xbb\xbf"
        bare = data.removeprefix(mark).lstrip()
        cut = data.removeprefix(mark)[: len(data.removeprefix(mark)) - len(bare)]
        if cut:
            self.findings.note("leading-space", 1)
            self._shift += cut.count(b"\n")
        return bare, bool(bare), False

    @property
    def _line(self) -> int:
        return self._parser.CurrentLineNumber + self._shift

    def _feed(self, data: bytes, *, final: bool) -> None:
        try:
            self._parser.Parse(data, final)
        except expat.ExpatError as error:
            what = expat.errors.messages.get(error.code, "not well-formed")
            raise unreadable(what, error.lineno + self._shift, error.offset + 1) from error
        except (ValueError, LookupError) as error:
            raise unreadable(f"its text cannot be decoded ({error})", self._line, 1) from error

    def _made_parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate(intern={})
        parser.buffer_text = True
        parser.buffer_size = 1 << 16
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.EntityDeclHandler = self._entity_declared
        parser.SkippedEntityHandler = self._entity_skipped
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_UNLESS_STANDALONE)
        parser.ExternalEntityRefHandler = _ignored
        parser.UseForeignDTD(True)
        return parser

    def _entity_declared(self, name: str, *_rest: object) -> None:
        raise unreadable(f"it declares the entity '{name[:40]}', which is not accepted in a guide", self._line, 1)

    def _entity_skipped(self, name: str, is_parameter: bool) -> None:
        if is_parameter:
            return
        character = html.entities.html5.get(f"{name};")
        self.findings.note("entity" if character else "unknown-entity", self._line, f"&{name};")
        self._characters(character or "")

    def _start(self, name: str, attrs: dict[str, str]) -> None:
        self._depth += 1
        depth = self._depth
        if depth == _TOP:
            if name.lower() != "tv":
                self._skipped_at = -1
        elif depth == _ITEM:
            if name in {"programme", "channel"}:
                self._item = Element(name, attrs, self._line)
                self._stack = [self._item]
            else:
                self.findings.note("unknown-element", self._line, name)
        elif self._item is not None:
            if depth > _DEEPEST:
                raise unreadable("its elements are nested too deeply", self._line, 1)
            self._keep_text()
            made = Element(name, attrs, 0)
            self._stack[-1].children.append(made)
            self._stack.append(made)

    def _end(self, _name: str) -> None:
        self._depth -= 1
        if self._item is None:
            return
        self._keep_text()
        self._stack.pop()
        if self._stack:
            return
        item, self._item = self._item, None
        if item.name == "channel":
            channel = channel_of(item, self.findings)
            if channel is not None:
                self._ready.append(channel)
            return
        self.shows += 1
        show = show_of(item, self._zone, self.findings)
        if show is not None:
            self._ready.append(show)

    def _characters(self, data: str) -> None:
        if self._item is None or self._text_size > _LONGEST_TEXT:
            return
        self._text.append(data)
        self._text_size += len(data)

    def _keep_text(self) -> None:
        """What was said since the last tag belongs to the element that is open."""
        if not self._text:
            return
        if len(self._stack) > 1:
            said = self._text[0] if len(self._text) == 1 else "".join(self._text)
            open_one = self._stack[-1]
            open_one.text = f"{open_one.text}{said}" if open_one.text else said
        self._text.clear()
        self._text_size = 0


def unreadable(what: str, line: int, column: int) -> GuideUnreadableError:
    """Says which line is wrong."""
    return GuideUnreadableError(
        f"The guide is wrong in line {line}, column {column}: {what}.",
        remedy="The guide that was there before stands. Tell whoever makes the file, or import it once it is mended.",
    )


def _ignored(*_which: object) -> int:
    """An external DTD: not opened."""
    return 1
