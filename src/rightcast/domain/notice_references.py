"""Reference numbers of notices, and the secrets that open their private pages. Nothing of a secret is stored."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import TYPE_CHECKING

from rightcast.domain.notices import Side

if TYPE_CHECKING:
    from collections.abc import Callable

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: none is taken for another when read aloud
_LENGTH = 10
_REFERENCE = re.compile(rf"N[{_LETTERS}]{{{_LENGTH}}}")
_PAGE = re.compile(rf"(N[{_LETTERS}]{{{_LENGTH}}})-([a-z2-7]{{26}})")
_SAID = re.compile(rf"\bN[{_LETTERS}]{{{_LENGTH}}}\b")


def new_reference(random_bytes: Callable[[int], bytes]) -> str:
    """A number for a notice, such as N7K2M4QX9PA."""
    return _shown(random_bytes(8))


def reference_of(key: bytes, *parts: str) -> str:
    """The number of what was sent under these words: the same each time it is sent."""
    return _shown(hmac.digest(key, "\0".join(("reference", *parts)).encode(), hashlib.sha256))


def is_reference(text: str) -> bool:
    """Whether it has the form of one."""
    return _REFERENCE.fullmatch(text) is not None


def references_in(text: str) -> list[str]:
    """The numbers that a text names, each once, at most ten."""
    return list(dict.fromkeys(_SAID.findall(text)))[:10]


def page_of(key: bytes, reference: str, side: Side = Side.SENDER) -> str:
    """The last part of a private page's address, `REFERENCE-SECRET`; each side has one of its own."""
    return f"{reference}-{_secret(key, reference, side)}"


def opened_by(key: bytes, page: str) -> tuple[str, Side] | None:
    """The reference and the side that a page is for; None when the secret is not right."""
    found = _PAGE.fullmatch(page)
    if found is None:
        return None
    for side in Side:
        if hmac.compare_digest(_secret(key, found[1], side), found[2]):
            return found[1], side
    return None


def _secret(key: bytes, reference: str, side: Side) -> str:
    made = hmac.digest(key, f"{side.value}\0{reference}".encode(), hashlib.sha256)[:16]
    return base64.b32encode(made).decode().rstrip("=").lower()


def _shown(source: bytes) -> str:
    number = int.from_bytes(source[:8])
    return "N" + "".join(_LETTERS[number >> (5 * place) & 31] for place in range(_LENGTH))
