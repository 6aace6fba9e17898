"""`/guide/now`, `/guide/window`, `/guide/show` and `/guide/search`: the guide of a line as JSON.

Boxes that sign in by their address ask the same of the portal, as actions of the type `guide`.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from rightcast.domain.images import pictured
from rightcast.edge.http_message import Response
from rightcast.edge.interfaces.entry import entered
from rightcast.edge.interfaces.place import place_of
from rightcast.edge.refusals import not_found
from rightcast.formats import guide_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rightcast.contract.station import StationSettings
    from rightcast.domain.guide import Show
    from rightcast.domain.lineup import Line
    from rightcast.edge.admission import Admission
    from rightcast.edge.catalogue import Catalogue
    from rightcast.edge.guide_port import Archive, Guide
    from rightcast.edge.http_message import Request

_HOUR_S = 3600
_DAY_S = 24 * _HOUR_S
_USUAL_WINDOW_S = 3 * _HOUR_S
_LONGEST_WINDOW_S = 2 * _DAY_S
_CHANNELS_OF_A_WINDOW = 100
_USUAL_ROWS, _MOST_ROWS = 2, 12
_FOUND, _MOST_FOUND = 50, 200
_AHEAD_S = 14 * _DAY_S
_NO_STORE = (("Cache-Control", "private, no-store"),)

Answer = guide_rows.ByChannel | guide_rows.Found | guide_rows.One


class GuideRows:
    """Answers for a line that has been found and is in good standing, by the name of the question."""

    def __init__(
        self,
        settings: StationSettings,
        admission: Admission,
        catalogue: Catalogue,
        *,
        guide: Guide,
        archive: Archive,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._admission = admission
        self._catalogue = catalogue
        self._guide = guide
        self._archive = archive
        self._clock = clock

    async def answer(self, request: Request, parts: list[str]) -> Response:
        """`/guide/QUESTION` with `username` and `password` as fields of the address or of a form."""
        fields = request.fields()
        guest = entered(request, fields, self._admission)
        if isinstance(guest, Response):
            return guest
        made = await self.of(request, guest.line, parts[0] if len(parts) == 1 else "", fields)
        if made is None:
            return not_found()
        return Response(body=guide_rows.encode(made), content_type="application/json", headers=_NO_STORE)

    async def of(self, request: Request, line: Line, question: str, fields: dict[str, str]) -> Answer | None:
        """The answer to one question about what the line may watch; None: there is no such question."""
        now = int(self._clock())
        match question:
            case "now":
                return await self._now(line, fields, now)
            case "window":
                return await self._window(line, fields, now)
            case "show":
                return await self._show(line, fields, now, place_of(request, self._settings).url)
            case "search":
                return await self._search(line, fields, now)
            case _:
                return None

    async def _now(self, line: Line, fields: dict[str, str], now: int) -> guide_rows.ByChannel:
        """What is on and what comes: `channels` (all when left out), `count` shows of each, `at` another moment."""
        at = _number(fields.get("at", ""), now)
        count = max(1, min(_number(fields.get("count", ""), _USUAL_ROWS), _MOST_ROWS))
        ids = await self._channels(line, fields.get("channels", ""))
        found = [(one, self._rows(line, one, self._guide.now_next(one, at, count), now)) for one in ids]
        return guide_rows.by_channel(now, found)

    async def _window(self, line: Line, fields: dict[str, str], now: int) -> guide_rows.ByChannel:
        """What runs from `start` to `stop` on at most a hundred `channels`; looked up in a thread."""
        start = _number(fields.get("start", ""), now // 1800 * 1800)
        stop = min(_number(fields.get("stop", ""), start + _USUAL_WINDOW_S), start + _LONGEST_WINDOW_S)
        ids = (await self._channels(line, fields.get("channels", "")))[:_CHANNELS_OF_A_WINDOW]
        return await asyncio.to_thread(self._grid, line, ids, (start, stop), now)

    def _grid(self, line: Line, ids: Sequence[int], window: tuple[int, int], now: int) -> guide_rows.ByChannel:
        found = [(one, self._rows(line, one, self._guide.shows(one, *window), now)) for one in ids]
        return guide_rows.by_channel(now, found)

    async def _show(self, line: Line, fields: dict[str, str], now: int, base_url: str) -> guide_rows.One:
        """Everything about the show of `id`."""
        asked = guide_rows.of_show_id(fields.get("id", ""))
        if asked is None or asked[0] not in await self._channels(line, ""):
            return guide_rows.One(now, None)
        channel_id, start = asked
        one = next((one for one in self._guide.day(channel_id, start // _DAY_S) if one.start == start), None)
        if one is None:
            return guide_rows.One(now, None)
        archived = self._archive.has(line, channel_id, one, now)
        return guide_rows.One(now, guide_rows.details(channel_id, pictured(one, base_url), archived=archived))

    async def _search(self, line: Line, fields: dict[str, str], now: int) -> guide_rows.Found:
        """When `q` is on: what runs now and comes; with `past=1` also what is kept."""
        ids = frozenset(await self._channels(line, fields.get("channels", "")))
        most = max(1, min(_number(fields.get("count", ""), _FOUND), _MOST_FOUND))
        kept = max((self._archive.archive_days(one) for one in ids), default=0) if fields.get("past") == "1" else 0
        window = now - kept * _DAY_S, now + _AHEAD_S
        text = fields.get("q", "")
        found = await asyncio.to_thread(self._guide.search, text, ids, *window, most=most)
        shows = [guide_rows.row(key, one, archived=self._archive.has(line, key, one, now)) for key, one in found]
        return guide_rows.Found(now, shows)

    def _rows(self, line: Line, channel_id: int, shows: Sequence[Show], now: int) -> list[guide_rows.Row]:
        has = self._archive.has
        return [
            guide_rows.row(channel_id, one, archived=one.start < now and has(line, channel_id, one, now))
            for one in shows
        ]

    async def _channels(self, line: Line, text: str) -> list[int]:
        """The ids that are named, in that order, or all; those that the line may not watch are left out."""
        ids = [row.channel.id for row in await self._catalogue.of_line(line)]
        if not text:
            return ids
        known = frozenset(ids)
        return [one for one in dict.fromkeys(_number(part, 0) for part in text.split(",")) if one in known]


def _number(text: str, usual: int) -> int:
    cleaned = text.strip()
    return int(cleaned) if cleaned.isascii() and cleaned.isdigit() and len(cleaned) < 12 else usual
