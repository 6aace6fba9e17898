"""Reads XMLTV guides as a stream: channels and shows come one by one, memory does not grow with the file.

Nothing outside the file is opened: external DTDs are ignored, declared entities are refused (XML bombs). A file that is
not well-formed ends in a sentence with line and column; everything less is understood, repaired or left out, and noted.
Shows of a channel that overlap are left to `rightcast.domain.guide_order`.
"""

from __future__ import annotations

import html.entities
import xml.etree.ElementTree as ET
from collections import deque
from typing import TYPE_CHECKING
from xml.parsers import expat

from rightcast.domain.errors import GuideUnreadableError
from rightcast.formats.xmltv_elements import Clock, channel_of, show_of
from rightcast.formats.xmltv_oddities import Findings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import tzinfo

    from rightcast.domain.guide import Show
    from rightcast.formats.xmltv_elements import ReadChannel

_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\r")
_TO_SPACES = bytes.maketrans(_CONTROLS, b" " * len(_CONTROLS))
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00<", b"<\x00")
_LARGEST_BYTES = 4 << 20
"""Of one show or channel: a file cannot fill the memory with one description."""


class XmltvReader:
    """One file being read. `findings` tells what was odd about it, complete when `read` has ended.

    `zone` is the clock of times that name none; None is UTC. A show's `id` is the line on which it began; its `stop`
    is 0 where none is told.

    A show's elements go from expat to the tree without a call of Python for each: that is half the time of a guide.
    """

    def __init__(self, zone: tzinfo | None = None, findings: Findings | None = None, *, first_line: int = 1) -> None:
        self.findings = findings or Findings()
        self.shows = 0
        self.clock = Clock(zone)
        self._depth = 0
        self._ready: deque[ReadChannel | Show] = deque()
        self._shift = first_line - 1
        self._begun = self._wide = False
        self._builder = ET.TreeBuilder()
        self._root = self._builder.start("tv", {})
        self._item: ET.Element | None = None
        self._item_line = 0
        self._item_byte = 0
        self._parser = self._made_parser()

    def read(self, blocks: Iterable[bytes]) -> Iterator[ReadChannel | Show]:
        """Channels and shows in the order of the file. Raises GuideUnreadableError with line and column."""
        for block in blocks:
            yield from self.feed(block)
        yield from self.end()

    def feed(self, block: bytes) -> Iterator[ReadChannel | Show]:
        """What a block completes; the same errors."""
        data = block
        if not self._begun:
            data = self._beginning(data)
        if not self._wide and (clean := data.translate(_TO_SPACES)) != data:
            self.findings.note("control-character", self._line)
            data = clean
        self._feed(data, final=False)
        if self._item is not None and self._parser.CurrentByteIndex - self._item_byte > _LARGEST_BYTES:
            raise unreadable("one entry goes on for more than 4 MB", self._item_line, 1)
        while self._ready:
            yield self._ready.popleft()

    def end(self) -> Iterator[ReadChannel | Show]:
        """What the end of the file completes; the same errors."""
        self._feed(b"", final=True)
        yield from self._ready

    def _beginning(self, data: bytes) -> bytes:
        """The first bytes without blank lines before them, for XML allows none before its declaration."""
        if data.startswith(_WIDE):
            self._begun = self._wide = True
            return data
        mark = b"\xef\xbb\xbf"
        bare = data.removeprefix(mark).lstrip()
        cut = data.removeprefix(mark)[: len(data.removeprefix(mark)) - len(bare)]
        if cut:
            self.findings.note("leading-space", 1)
            self._shift += cut.count(b"\n")
        self._begun = bool(bare)
        return bare

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
        parser.EntityDeclHandler = self._entity_declared
        parser.SkippedEntityHandler = self._entity_skipped
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_UNLESS_STANDALONE)
        parser.ExternalEntityRefHandler = self._empty_dtd
        parser.UseForeignDTD(True)  # so that undeclared entities are told to us instead of ending the file
        return parser

    def _empty_dtd(self, context: str | None, *_where: object) -> int:
        """An external DTD is not opened: it is read as an empty one, so that entities it may declare are skipped."""
        self._parser.ExternalEntityParserCreate(context).Parse(b"", True)
        return 1

    def _entity_declared(self, name: str, *_rest: object) -> None:
        raise unreadable(f"it declares the entity '{name[:40]}', which is not accepted in a guide", self._line, 1)

    def _entity_skipped(self, name: str, is_parameter: bool) -> None:
        if is_parameter:
            return
        character = html.entities.html5.get(f"{name};")
        self.findings.note("entity" if character else "unknown-entity", self._line, f"&{name};")
        if character and self._item is not None:
            self._builder.data(character)

    def _start(self, name: str, attrs: dict[str, str]) -> None:
        """A tag outside shows and channels; within them the builder gets every tag itself."""
        self._depth += 1
        if self._depth == 1:
            if name.lower() != "tv":
                raise unreadable(f"this is no XMLTV guide, for its root is <{name[:40]}>", self._line, 1)
        elif self._depth == 2 and name in {"programme", "channel"}:
            parser = self._parser
            self._item = self._builder.start(name, attrs)
            self._item_line, self._item_byte = self._line, parser.CurrentByteIndex
            parser.StartElementHandler = self._builder.start
            parser.CharacterDataHandler = self._builder.data
            parser.EndElementHandler = self._end_within
        elif self._depth == 2:
            self.findings.note("unknown-element", self._line, name)

    def _end(self, _name: str) -> None:
        self._depth -= 1

    def _end_within(self, name: str) -> None:
        if self._builder.end(name) is self._item:
            self._settle(self._item)

    def _settle(self, item: ET.Element) -> None:
        """A show or a channel is complete."""
        parser = self._parser
        parser.StartElementHandler = self._start
        parser.CharacterDataHandler = None
        parser.EndElementHandler = self._end
        self._depth -= 1
        self._item = None
        self._root.clear()
        if item.tag == "channel":
            channel = channel_of(item, self._item_line, self.findings)
            if channel is not None:
                self._ready.append(channel)
            return
        self.shows += 1
        show = show_of(item, self._item_line, self.clock, self.findings)
        if show is not None:
            self._ready.append(show)


def unreadable(what: str, line: int, column: int) -> GuideUnreadableError:
    """Says which line is wrong."""
    return GuideUnreadableError(
        f"The guide is wrong in line {line}, column {column}: {what}.",
        remedy="The guide that was there before stands. Tell whoever makes the file, or import it once it is mended.",
    )
