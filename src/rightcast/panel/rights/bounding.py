"""Bounds and terms of a right as they are written into its row, checked; and read back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from rightcast.domain import eidr
from rightcast.domain.errors import InvalidInputError
from rightcast.domain.rights import WORLDWIDE
from rightcast.domain.terms import Terms
from rightcast.panel.territories import check_territories

if TYPE_CHECKING:
    from rightcast.domain.rights import Bounds
    from rightcast.panel.rights.models import CarriageRight

_MOST = 100_000_000
_MOST_HEIGHT = 8640


def bind(right: CarriageRight, bounds: Bounds) -> None:
    """Write the bounds into the row, unsaved. Raises InvalidInputError."""
    presence = check_territories(bounds.presence) if bounds.presence else ()
    if WORLDWIDE in presence:
        presence = ()
    for name, value, most in (
        ("max_height", bounds.max_height, _MOST_HEIGHT),
        ("per_line", bounds.per_line, _MOST),
        ("total", bounds.total, _MOST),
        ("subscribers", bounds.subscribers, _MOST),
    ):
        if not 0 <= value <= most:
            raise InvalidInputError(
                f"{value} cannot be a bound.", remedy=f"Choose from 0 (none) to {most}.", field=name
            )
    right.bounds = msgspec.to_builtins(replace(bounds, presence=tuple(presence)))


def agree(right: CarriageRight, terms: Terms) -> None:
    """Write the terms into the row, unsaved. Raises InvalidInputError."""
    if not 0 <= terms.notice_days <= 3650:
        raise InvalidInputError(
            "Notice is given 0 to 3650 days before the end.", remedy="Correct it.", field="notice_days"
        )
    for name, text in (("licensee", terms.licensee), ("contact", terms.contact)):
        if len(text) > 200:
            raise InvalidInputError(f"The {name} has at most 200 letters.", remedy="Shorten it.", field=name)
    number = eidr.check(terms.eidr) if terms.eidr else ""
    right.terms = msgspec.to_builtins(replace(terms, eidr=number))


def terms_of(right: CarriageRight) -> Terms:
    """The terms as a record."""
    return msgspec.convert(right.terms, Terms)
