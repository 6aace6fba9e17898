"""The questions about films and series in player_api.php, answered from the library."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from rightcast.domain.library import TitleKind
from rightcast.edge.answers import response
from rightcast.edge.http_message import Response
from rightcast.edge.interfaces.place import place_of
from rightcast.formats import xtream
from rightcast.formats import xtream_titles as shapes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rightcast.contract.station import StationSettings
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

    def __init__(self, settings: StationSettings, library: Library, answers: Answers) -> None:
        self._settings = settings
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
                return self._film(request, line, fields.get("vod_id", ""))
            case _:
                return self._series(request, line, fields.get("series_id", ""))

    def _place(self, request: Request) -> str:
        return place_of(request, self._settings).url

    def _film(self, request: Request, line: Line, wanted: str) -> Response:
        found = self._title(line, TitleKind.FILM, wanted)
        if found is None:
            return _json(shapes.NO_FILM)
        return _json(xtream.encode(shapes.film_info(with_place(found, self._place(request)))))

    def _series(self, request: Request, line: Line, wanted: str) -> Response:
        found = self._title(line, TitleKind.SERIES, wanted)
        if found is None:
            return _json(shapes.NO_SERIES)
        episodes = self._library.episodes(line, found.id)
        return _json(xtream.encode(shapes.series_info(with_place(found, self._place(request)), episodes)))

    def _title(self, line: Line, kind: TitleKind, wanted: str) -> Title | None:
        usable = wanted.isascii() and wanted.isdigit() and len(wanted) < 19
        return self._library.title(line, kind, int(wanted)) if usable else None

    async def _listed(self, request: Request, line: Line, kind: TitleKind, category_id: str) -> Response:
        """A list, made once for all lines that see the same."""
        wanted = "" if category_id in {"0", "*"} else category_id
        titles, place = self._library.titles(line, kind), self._place(request)
        row = shapes.film_row if kind is TitleKind.FILM else shapes.series_row
        key = (kind.value, self._library.mark(line), wanted, place)
        placed = (with_place(one, place) for one in titles)
        return response(request, await self._answers.get(key, lambda: pieces(placed, wanted, row)), JSON)


def with_place(title: Title, place: str) -> Title:
    """The title with a poster of this edge under its whole address."""
    return replace(title, poster_url=f"{place}{title.poster_url}") if title.poster_url.startswith("/") else title


def pieces(titles: Iterable[Title], category_id: str, row: Callable[[Title, int], object]) -> Iterator[bytes]:
    """Rows as JSON, some at a time; of one category, or of all."""
    chosen = (one for one in titles if not category_id or str(one.category_id) == category_id)
    numbered = enumerate(chosen, 1)
    first = True
    yield b"["
    while rows := [row(one, num) for num, one in islice(numbered, _ROWS_PER_PIECE)]:
        yield (b"" if first else b",") + xtream.encode(rows)[1:-1]
        first = False
    yield b"]"


def _json(body: bytes) -> Response:
    return Response(body=body, content_type=JSON, headers=_NO_STORE)
