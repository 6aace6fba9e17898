"""xmltv.php: the guide of one line as XMLTV, whole, by days, compressed as a file, or within what an app reads."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rightcast.domain.guide import DAY_S, day_of
from rightcast.domain.images import absolute, pictured
from rightcast.domain.players import recognised
from rightcast.edge.answers import packed_file, response
from rightcast.edge.guide.written import Told, WrittenGuide
from rightcast.edge.http_message import Response
from rightcast.edge.interfaces.entry import entered
from rightcast.edge.interfaces.place import place_of
from rightcast.formats import xmltv

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rightcast.contract.station import StationSettings
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
        settings: StationSettings,
        admission: Admission,
        catalogue: Catalogue,
        answers: Answers,
        *,
        guide: Guide,
        archive: Archive,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
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
        return await self.of_line(request, guest.line, fields)

    async def of_line(
        self, request: Request, line: Line, fields: dict[str, str], *, numbered: bool = False
    ) -> Response:
        """The guide of a line that has been found; `numbered`: channels are called by their numbers, too."""
        app = recognised(request.header(b"user-agent"), wanted=fields.get("profile", ""))
        listing, base = await self._catalogue.listing(line), place_of(request, self._settings).url
        days, limit = self._days(fields, listing.rows), app.largest_guide_bytes
        kodi = line if app.key == "kodi" and not numbered else None
        key: Key = ("guide", listing.mark, self._guide.mark, self._archive.mark, days.start, days.stop, base, numbered)
        if limit:
            hour = int(self._clock()) // _HOUR_S * _HOUR_S
            told = self._told(listing, base, numbered=numbered)
            made = await self._answers.get((*key, hour, limit), lambda: self._within(told, days, limit))
            return response(request, made, _XML, *_FOR_BROWSERS)
        told = self._told(listing, base, kodi, numbered=numbered)
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

    def _told(self, listing: Listing, base_url: str, kodi: Line | None = None, *, numbered: bool = False) -> list[Told]:
        """The channels of a listing; those that share a guide id are one, shown as the first of them.

        `kodi`: a line whose app reads ids.
        """
        sharing: dict[str, list[Listed]] = {}
        for row in listing.rows:
            if row.channel.guide_id:
                sharing.setdefault(row.channel.guide_id, []).append(row)
        return [
            Told(
                rows[0].channel.id,
                guide_id,
                _names(rows) if numbered else (rows[0].channel.name,),
                rows[0].channel.logo_url,
                past=self._past(kodi, rows[0].channel.id) if kodi else None,
                base_url=base_url,
            )
            for guide_id, rows in sharing.items()
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
        channels = (xmltv.channel(one.guide_id, one.names, absolute(one.logo_url, one.base_url)) for one in having)
        return _bounded(channels, self._day_by_day(told, days), limit)

    def _day_by_day(self, told: list[Told], days: range) -> Iterator[str]:
        """All channels of one day before the next day, now first: whoever reads only so much still reads tonight."""
        now = int(self._clock()) // _HOUR_S * _HOUR_S
        first, last = days.start * DAY_S, days.stop * DAY_S
        for start in (*range(now, last, DAY_S), *range(now - DAY_S, first - DAY_S, -DAY_S)):
            for channel in told:
                for one in self._guide.shows(channel.channel_id, start, start + DAY_S):
                    if start <= one.start < start + DAY_S or (start == now and one.start < now):
                        yield xmltv.show(pictured(one, channel.base_url), channel.guide_id)


def _names(rows: Iterable[Listed]) -> tuple[str, ...]:
    """By name, by number, and by both as tuners' guides have it: apps join a channel to a guide by one of them."""
    told = [(row.channel.name, str(row.number), f"{row.number} {row.channel.name}") for row in rows]
    return tuple(name for names in told for name in names)


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
