"""A page of titles that a fake library holds in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightcast.domain.library import Title
    from rightcast.edge.library_port import Wanted


def page_of(titles: Sequence[Title], wanted: Wanted) -> tuple[Sequence[Title], int]:
    """What the port promises, the plain way."""
    search = wanted.search.casefold()
    found = [
        one
        for one in titles
        if wanted.category_id in {0, one.category_id} and search in f"{one.name} {one.original_name}".casefold()
    ]
    if wanted.by_name:
        found.sort(key=lambda one: one.name.casefold())
    return found[wanted.start : wanted.start + wanted.count], len(found)
