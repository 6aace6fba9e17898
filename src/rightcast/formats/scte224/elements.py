"""The XML of SCTE 224 as plain elements: everything that was read is kept and written again, known or not.

Comments, processing instructions and indentation are no part of what a document says, and are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lxml import etree

from rightcast.domain.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Iterator

CORE = "http://www.scte.org/schemas/224"
ACTION = "urn:scte:224:action"
AUDIENCE = "urn:scte:224:audience"
OWN = "urn:rightcast:224"
HREF = "{http://www.w3.org/1999/xlink}href"
_PREFIXES = {None: CORE, "action": ACTION, "audience": AUDIENCE, "xlink": "http://www.w3.org/1999/xlink", "own": OWN}
_OLD_CORES = (f"{CORE}/2015", f"{CORE}/2018")
_CORES = (CORE, *_OLD_CORES)
MOST_BYTES = 8_000_000
_DEEPEST = 100


@dataclass(frozen=True, slots=True)
class Element:
    """One element. `tag` is `{namespace}name`, `tail` text that follows it; `line` counts in no comparison."""

    tag: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    children: tuple[Element, ...] = ()
    tail: str = ""
    line: int = field(default=0, compare=False)

    @property
    def name(self) -> str:
        """Without the namespace."""
        return self.tag.rpartition("}")[2]

    @property
    def namespace(self) -> str:
        """Of the name; empty without one. Older editions count as the present one."""
        found = self.tag[1:].rpartition("}")[0] if self.tag.startswith("{") else ""
        return CORE if found in _OLD_CORES else found

    @property
    def is_core(self) -> bool:
        """Whether it is an element of the core, not an action nor a term of an audience."""
        return self.namespace == CORE

    def get(self, name: str) -> str:
        """An attribute; empty without one."""
        return self.attributes.get(name, "").strip()

    def all(self, name: str) -> Iterator[Element]:
        """The children of the core of this name."""
        return (one for one in self.children if one.is_core and one.name == name)

    def walk(self) -> Iterator[Element]:
        """It and everything within."""
        yield self
        for one in self.children:
            yield from one.walk()


def parse(data: bytes) -> Element:
    """Raises InvalidInputError, naming the line. Nothing outside the document is ever read, no entity is expanded."""
    if len(data) > MOST_BYTES:
        raise wrong(0, "document", f"is larger than {MOST_BYTES // 1_000_000} MB")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", 0) or 0
        raise wrong(line, "document", f"is no XML: {getattr(error, 'msg', error)}") from error
    if getattr(root.getroottree().docinfo, "doctype", ""):
        raise wrong(1, "document", "has a DOCTYPE, which no schedule needs")
    return _element(root, 0)


def serialize(root: Element) -> bytes:
    """The document as UTF-8, indented."""
    made = etree.Element(root.tag, dict(root.attributes), nsmap=_PREFIXES)  # type: ignore[arg-type] # None is the default
    _fill(made, root)
    etree.indent(made)
    return bytes(etree.tostring(made, xml_declaration=True, encoding="UTF-8"))


def wrong(line: int, name: str, sentence: str) -> InvalidInputError:
    """What to raise of an element that cannot be read."""
    where = f"Line {line}: " if line else ""
    return InvalidInputError(
        f"{where}{name} {sentence}.", remedy="Ask the provider for a corrected document.", field="file"
    )


def _element(found: etree._Element, depth: int) -> Element:
    if depth > _DEEPEST:
        raise wrong(_line(found), "document", "is nested too deeply")
    return Element(
        tag=str(found.tag),
        attributes={str(name): str(value) for name, value in found.attrib.items()},
        text=_text(found.text),
        children=tuple(_element(one, depth + 1) for one in found if isinstance(one.tag, str)),
        tail=_text(found.tail),
        line=_line(found),
    )


def _text(found: str | None) -> str:
    return found if found and found.strip() else ""


def _line(found: etree._Element) -> int:
    line: object = found.sourceline
    return line if isinstance(line, int) else 0


def _fill(made: etree._Element, one: Element) -> None:
    made.text, made.tail = one.text or None, one.tail or None
    for child in one.children:
        _fill(etree.SubElement(made, child.tag, dict(child.attributes)), child)
