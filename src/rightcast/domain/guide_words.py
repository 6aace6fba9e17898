"""Finding shows by the words of their titles: case, accents and punctuation do not count, a word may be begun only.

The same at the panel and at every edge, so that both find the same shows.
"""

from __future__ import annotations

import re
import unicodedata

MOST_WORDS = 8
_BETWEEN_ASCII = re.compile(r"[^0-9a-z]+")
_BETWEEN = re.compile(r"[\s\x00-\x2f\x3a-\x60\x7b-\xbf\xd7\xf7\u2000-\u206f\u2190-\u2bff\u3000-\u303f\ufe00-\ufe0f]+")
"""Spaces and punctuation of the scripts that have some; marks that belong to a letter stay with it."""
_WHOLE = str.maketrans({
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i", "ħ": "h", "ŧ": "t",
})  # fmt: skip
"""Letters that hold their stroke inside, and so are not parted from it by Unicode's decomposition."""


def folded(text: str) -> str:
    """The words of a text, one space between: lower case, without accents, without punctuation."""
    if text.isascii():
        return _BETWEEN_ASCII.sub(" ", text.lower()).strip()
    parted = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join([one for one in parted if not unicodedata.combining(one)])
    return _BETWEEN.sub(" ", bare.casefold().translate(_WHOLE)).strip()


def wanted_words(text: str) -> tuple[str, ...]:
    """The words that are searched for, each once, at most MOST_WORDS; none for a text without any."""
    return tuple(dict.fromkeys(folded(text).split()))[:MOST_WORDS]


def found_in(words: tuple[str, ...], title: str) -> bool:
    """Whether each of the words begins a word of a folded title."""
    line = f" {title}"
    return all(f" {word}" in line for word in words)
