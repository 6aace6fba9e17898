"""xmltv.php: the guide of one line as XMLTV, whole, by days, compressed as a file, or within what an app reads."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rightcast.domain.guide import DAY_S, day_of
from rightcast.domain.players import recognised
from rightcast.edge.answers import packed_file, response
from rightcast.edge.guide.written import Told, WrittenGuide
from rightcast.edge.http_message import Response
from rightcast.edge.interfaces.entry import entered
from rightcast.formats import xmltv

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rightcast.domain.guide import Show
    from rightcast.domain.lineup import Line
    from rightcast.edge.admission import Admission
    from rightcast.edge.answers import Answers, Key
    from rightcast.edge.catalogue import Catalogue, Listed, Listing
    from rightcast.edge.guide_port import Archive, Guide
    from rightcast.edge.http_message import Request

_MINUTE_S = 60
_HOUR_S = 3_600
_JUST_ENDED_S = 3 * _HOUR_S
DAYS = 7
PREVIOUS_DAYS = 1
MOST_DAYS = 31
_ROWS_PER_PIECE = 200
_XML = "application/xml; charset=utf-8"
_FOR_BROWSERS = (
    ("Access-Control-Allow-Methods", "GET, POST, OPTIONS, HEAD"),
    ("Access-Control-Allow-Headers", "Range"),
)
"""SS IPTV asks for these on the guide itself, beside those that every answer carries."""


class Guides:
    """Answers xmltv.php, xmltv.php.gz and the guide of a short address."""

    def __init__(
        self,
        admission: Admission,
        catalogue: Catalogue,
        answers: Answers,
        *,
        guide: Guide,
        archive: Archive,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._admission = admission
        self._catalogue = catalogue
        self._answers = answers
        self._guide = guide
        self._archive = archive
        self._written = WrittenGuide(guide)
        self._clock = clock

    async def answer(self, request: Request) -> Response:
        """`xmltv.php?username=&password=[&days=][&prev_days=][&gz=1][&profile=]`; `xmltv.php.gz` likewise."""
        return await self.of(request, request.fields())

    async def of(self, request: Request, fields: dict[str, str]) -> Response:
        """The same with the fields given; `username` and `password` are those of the guest."""
        guest = entered(request, fields, self._admission)
        if isinstance(guest, Response):
            return guest
        app = recognised(request.header(b"user-agent"), wanted=fields.get("profile", ""))
        listing = await self._catalogue.listing(guest.line)
        days, limit = self._days(fields, listing.rows), app.largest_guide_bytes
        kodi = guest.line if app.key == "kodi" else None
        key: Key = ("guide", listing.mark, self._guide.mark, self._archive.mark, days.start, days.stop)
        if limit:
            hour = int(self._clock()) // _HOUR_S * _HOUR_S
            made = await self._answers.get((*key, hour, limit), lambda: self._within(self._told(listing), days, limit))
            return response(request, made, _XML, *_FOR_BROWSERS)
        told = self._told(listing, kodi)
        if kodi is not None:
            key = (*key, "kodi", kodi.id, int(self._clock()) // _MINUTE_S)
        made = await self._answers.built(key, lambda: self._written.whole(told, days))
        if fields.get("gz") == "1" or request.path.endswith(".gz"):
            return packed_file(request, made, "application/gzip")
        return response(request, made, _XML)

    def _days(self, fields: dict[str, str], rows: tuple[Listed, ...]) -> range:
        """Whole days of UTC, so that an answer stays the same while the guide does; what has just ended is in it."""
        kept = max((self._archive.archive_days(row.channel.id) for row in rows), default=0)
        now = int(self._clock())
        before = days_of(fields.get("prev_days", ""), max(kept, PREVIOUS_DAYS))
        after = days_of(fields.get("days", ""), DAYS)
        return range(day_of(now - before * DAY_S - _JUST_ENDED_S), day_of(now + after * DAY_S) + 1)

    def _told(self, listing: Listing, kodi: Line | None = None) -> list[Told]:
        """The channels of a listing, of those that share a guide id the first; `kodi`: a line whose app reads ids."""
        named = {row.channel.guide_id: row.channel for row in reversed(listing.rows) if row.channel.guide_id}
        return [
            Told(one.id, one.guide_id, one.name, one.logo_url, past=self._past(kodi, one.id) if kodi else None)
            for one in reversed(named.values())
        ]

    def _past(self, line: Line, channel_id: int) -> Callable[[Show], bool] | None:
        """Which shows can be asked for again; those that have not begun, where the line may watch what is kept."""
        if not self._archive.archive_days(channel_id, line):
            return None
        now = int(self._clock())

        def open_to(show: Show) -> bool:
            if show.start >= now:
                return not show.no_catchup
            return self._archive.has(line, channel_id, show, now)

        return open_to

    def _within(self, told: list[Told], days: range, limit: int) -> Iterator[bytes]:
        having = [one for one in told if any(self._guide.day(one.channel_id, day) for day in days)] or told
        channels = (xmltv.channel(one.guide_id, (one.name,), one.logo_url) for one in having)
        return _bounded(channels, self._day_by_day(told, days), limit)

    def _day_by_day(self, told: list[Told], days: range) -> Iterator[str]:
        """All channels of one day before the next day, now first: whoever reads only so much still reads tonight."""
        now = int(self._clock()) // _HOUR_S * _HOUR_S
        first, last = days.start * DAY_S, days.stop * DAY_S
        for start in (*range(now, last, DAY_S), *range(now - DAY_S, first - DAY_S, -DAY_S)):
            for channel in told:
                for one in self._guide.shows(channel.channel_id, start, start + DAY_S):
                    if start <= one.start < start + DAY_S or (start == now and one.start < now):
                        yield xmltv.show(one, channel.guide_id)


def days_of(text: str, otherwise: int) -> int:
    """A number of days, at most MOST_DAYS; what is no number is the default."""
    return min(int(text), MOST_DAYS) if text.isascii() and text.isdigit() and len(text) < 9 else otherwise


def _bounded(channels: Iterable[str], shows: Iterable[str], limit: int) -> Iterator[bytes]:
    """Pieces of some rows each; no row that would lead beyond the limit, and the end always."""
    piece, size = xmltv.START.encode(), 0
    count = 0
    for texts in (channels, shows):
        for text in texts:
            row = text.encode()
            if size + len(piece) + len(row) + len(xmltv.END) > limit:
                yield piece + xmltv.END.encode()
                return
            piece += row
            count += 1
            if count % _ROWS_PER_PIECE == 0:
                size += len(piece)
                yield piece
                piece = b""
    yield piece + xmltv.END.encode()
