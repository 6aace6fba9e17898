"""Text as XML has it: what stands in an element or an attribute of a guide."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

_UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 section 2.2 has no place for; none of it is printable."""


def element(name: str, text: str, language: str = "") -> str:
    """An element of words; nothing for an empty text: readers take an empty title or description for a fault."""
    cleaned = clean(text)
    if not cleaned:
        return ""
    spoken = f" lang={quoted(language)}" if language else ""
    return f"<{name}{spoken}>{escape(cleaned)}</{name}>"


def clean(text: str) -> str:
    """Words with single spaces between them, without what XML cannot hold."""
    if not text.isprintable():
        text = _UNFIT.sub("", text)
    return " ".join(text.split())


def quoted(text: str) -> str:
    """The same as the value of an attribute, quotation marks included."""
    return quoteattr(clean(text))


def attribute(name: str, text: str) -> str:
    """An attribute behind a space; nothing for an empty text."""
    return f" {name}={quoted(text)}" if text else ""
