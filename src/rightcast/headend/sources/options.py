"""Options in the query of a source address, parsed once; what is unknown is refused, not ignored.

docs/reference/sources.md lists every one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from rightcast.domain.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Collection
    from urllib.parse import SplitResult


def options_of(parts: SplitResult, allowed: Collection[str]) -> dict[str, str]:
    """The query as a dict. Raises InvalidInputError (field `url`) for an option not in `allowed`."""
    options = {name.lower(): value for name, value in parse_qsl(parts.query, keep_blank_values=True)}
    unknown = sorted(set(options) - set(allowed))
    if unknown:
        raise InvalidInputError(
            f"A source of scheme '{parts.scheme}' has no option '{unknown[0]}'.",
            remedy=f"Its options are: {', '.join(sorted(allowed)) or 'none'}.",
            field="url",
        )
    return options


def whole_number(options: dict[str, str], name: str, default: int, *, least: int, most: int) -> int:
    """An option as a number. Raises InvalidInputError (field `url`)."""
    text = options.get(name, str(default))
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise InvalidInputError(
            f"The option {name}={text[:20]} is not a number from {least} to {most}.",
            remedy=f"Leave it out for {default}.",
            field="url",
        )
    return int(text)


def one_of(options: dict[str, str], name: str, choices: Collection[str], default: str) -> str:
    """An option out of a few words. Raises InvalidInputError (field `url`)."""
    word = options.get(name, default).lower()
    if word not in choices:
        raise InvalidInputError(
            f"The option {name} cannot be '{word[:20]}'.", remedy=f"Choose one of {', '.join(choices)}.", field="url"
        )
    return word
