"""Films and series for set-top boxes: categories, pages of titles, and seasons of a series."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.domain.library import TitleKind
from rightcast.edge.library_port import Wanted
from rightcast.formats import stalker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightcast.domain.library import Season
    from rightcast.domain.lineup import Line
    from rightcast.edge.library_port import Library

_FIXED: dict[str, object] = {
    **dict.fromkeys(("set_fav", "del_fav", "set_ended", "set_not_ended", "set_played"), True),
    **dict.fromkeys(("get_years", "get_abc", "get_genres_by_category_alias"), ()),
}
_KINDS = {"vod": TitleKind.FILM, "series": TitleKind.SERIES}


async def library_answer(library: Library, line: Line, what: tuple[str, str], fields: dict[str, str]) -> object | None:
    """The answer to `what`, a type and an action, about films or series; None: there is no such call."""
    kind, action = _KINDS[what[0]], what[1]
    if action in {"get_categories", "get_genres"}:
        return stalker.genres(library.categories(line, kind))
    if action == "get_ordered_list":
        series = fields.get("movie_id", "")
        return _seasons(library, line, series) if series else await _titles(library, line, kind, fields)
    return _FIXED.get(action)


async def _titles(library: Library, line: Line, kind: TitleKind, fields: dict[str, str]) -> stalker.Page:
    category = fields.get("category") or fields.get("genre") or stalker.ALL
    number = stalker.page_number(fields.get("p", ""))
    chosen = 0 if category in {stalker.ALL, "0"} else stalker.category_of(category)
    if chosen is None or fields.get("fav") == "1":
        return stalker.page([], number, 0)
    wanted = Wanted(
        category_id=chosen,
        search=fields.get("search", "").strip(),
        by_name=fields.get("sortby") == "name",
        start=(number - 1) * stalker.PAGE_ROWS,
        count=stalker.PAGE_ROWS,
    )
    titles, total = await library.page(line, kind, wanted)
    return stalker.page([stalker.title(one) for one in titles], number, total)


def _seasons(library: Library, line: Line, series: str) -> stalker.Page:
    """All seasons at once, on one page; `series` may be the id of a season of it."""
    key = stalker.number_of(series.partition(":")[0])
    found = None if key is None else library.title(line, TitleKind.SERIES, key)
    seasons: Sequence[Season] = library.seasons(line, found.id) if found is not None else ()
    return stalker.page([stalker.season(found, one) for one in seasons if found is not None], 1, len(seasons))
