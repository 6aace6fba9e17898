"""EIDR numbers of films, episodes and edits, checked by their own last sign: ISO 7064 Mod 37,36.

A number reads 10.5240/XXXX-XXXX-XXXX-XXXX-XXXX-C: five groups of hexadecimal digits, and the check sign.
"""

from __future__ import annotations

import re

from rightcast.domain.errors import InvalidInputError

_SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SHAPE = re.compile(r"10\.5240/((?:[0-9A-F]{4}-){5})([0-9A-Z])")
_BEFORE = ("https://doi.org/", "https://ui.eidr.org/view/content?id=", "doi:", "eidr:")


def check_sign(digits: str) -> str:
    """The check sign of the twenty hexadecimal digits (hyphens are passed over), by ISO 7064 Mod 37,36."""
    product = 36
    for sign in digits.replace("-", ""):
        total = (product + _SIGNS.index(sign)) % 36 or 36
        product = total * 2 % 37
    return _SIGNS[(37 - product) % 36]


def check(text: str) -> str:
    """The number as it is written canonically. Raises InvalidInputError when it is none, or mistyped."""
    wanted = text.strip()
    for prefix in _BEFORE:
        if wanted.lower().startswith(prefix):
            wanted = wanted[len(prefix) :]
    wanted = wanted.upper()
    found = _SHAPE.fullmatch(wanted)
    if found is None:
        raise InvalidInputError(
            f"'{text[:60]}' is no EIDR number.",
            remedy="Write it as 10.5240/XXXX-XXXX-XXXX-XXXX-XXXX-C.",
            field="eidr",
        )
    if check_sign(found[1]) != found[2]:
        raise InvalidInputError(
            f"The EIDR number {wanted} is mistyped: its check sign does not fit.",
            remedy="Compare it sign by sign with its source.",
            field="eidr",
        )
    return wanted
