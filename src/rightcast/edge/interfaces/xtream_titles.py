"""The questions about films and series in player_api.php, answered from the library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.domain.library import TitleKind
from rightcast.edge.answers import response
from rightcast.edge.http_message import Response
from rightcast.formats import xtream
from rightcast.formats import xtream_titles as shapes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rightcast.domain.library import Title
    from rightcast.domain.lineup import Line
    from rightcast.edge.answers import Answers
    from rightcast.edge.http_message import Request
    from rightcast.edge.library_port import Library

JSON = "application/json"
_ROWS_PER_PIECE = 200
_NO_STORE = (("Cache-Control", "no-store"),)
ACTIONS = frozenset(
    {"get_vod_categories", "get_vod_streams", "get_vod_info", "get_series_categories", "get_series", "get_series_info"}
)


class TitleLists:
    """Answers ACTIONS."""

    def __init__(self, library: Library, answers: Answers) -> None:
        self._library = library
        self._answers = answers

    async def answer(self, request: Request, line: Line, fields: dict[str, str]) -> Response:
        """One of ACTIONS for a line in good standing."""
        wanted = fields.get("category_id", "")
        match fields["action"]:
            case "get_vod_streams":
                return await self._listed(request, line, TitleKind.FILM, wanted)
            case "get_series":
                return await self._listed(request, line, TitleKind.SERIES, wanted)
            case "get_vod_categories":
                return _json(xtream.encode(xtream.categories(self._library.categories(line, TitleKind.FILM))))
            case "get_series_categories":
                return _json(xtream.encode(xtream.categories(self._library.categories(line, TitleKind.SERIES))))
            case "get_vod_info":
                film = self._title(line, TitleKind.FILM, fields.get("vod_id", ""))
                return _json(shapes.NO_FILM if film is None else xtream.encode(shapes.film_info(film)))
            case _:
                return self._series(line, fields.get("series_id", ""))

    def _series(self, line: Line, wanted: str) -> Response:
        found = self._title(line, TitleKind.SERIES, wanted)
        if found is None:
            return _json(shapes.NO_SERIES)
        return _json(xtream.encode(shapes.series_info(found, self._library.episodes(line, found.id))))

    def _title(self, line: Line, kind: TitleKind, wanted: str) -> Title | None:
        return next((one for one in self._library.titles(line, kind) if str(one.id) == wanted), None)

    async def _listed(self, request: Request, line: Line, kind: TitleKind, category_id: str) -> Response:
        """A list, made once for all lines that see the same."""
        wanted = "" if category_id in {"0", "*"} else category_id
        titles = self._library.titles(line, kind)
        row = shapes.film_row if kind is TitleKind.FILM else shapes.series_row
        key = (kind.value, self._library.mark(line), wanted)
        return response(request, await self._answers.get(key, lambda: pieces(titles, wanted, row)), JSON)


def pieces(titles: Sequence[Title], category_id: str, row: Callable[[Title, int], object]) -> Iterator[bytes]:
    """Rows as JSON, some at a time; of one category, or of all."""
    chosen = [one for one in titles if not category_id or str(one.category_id) == category_id]
    yield b"["
    for start in range(0, len(chosen), _ROWS_PER_PIECE):
        rows = [row(one, num) for num, one in enumerate(chosen[start : start + _ROWS_PER_PIECE], start + 1)]
        yield (b"," if start else b"") + xtream.encode(rows)[1:-1]
    yield b"]"


def _json(body: bytes) -> Response:
    return Response(body=body, content_type=JSON, headers=_NO_STORE)
