"""xmltv.php: the guide of one line as XMLTV, whole, by days, compressed as a file, or within what an app reads."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightcast.domain.players import recognised
from rightcast.edge.answers import packed_file, response
from rightcast.edge.http_message import Response
from rightcast.edge.interfaces.entry import entered
from rightcast.formats import xmltv

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rightcast.edge.admission import Admission
    from rightcast.edge.answers import Answers
    from rightcast.edge.catalogue import Catalogue, Listed
    from rightcast.edge.guide_port import Archive, Guide
    from rightcast.edge.http_message import Request

_DAY_S = 86_400
_HOUR_S = 3_600
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


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when, in unix seconds."""

    start: int
    stop: int


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
        span = self._span(fields, listing.rows)
        limit = app.largest_guide_bytes
        key = ("guide", listing.mark, self._guide.mark, span.start, span.stop, limit)
        made = await self._answers.get(key, lambda: self._pieces(listing.rows, span, limit))
        if limit:
            return response(request, made, _XML, *_FOR_BROWSERS)
        if fields.get("gz") == "1" or request.path.endswith(".gz"):
            return packed_file(request, made, "application/gzip")
        return response(request, made, _XML)

    def _span(self, fields: dict[str, str], rows: tuple[Listed, ...]) -> Span:
        """Whole hours, so that those who ask within one get the same answer."""
        kept = max((self._archive.archive_days(row.channel.id) for row in rows), default=0)
        hour = int(self._clock()) // _HOUR_S * _HOUR_S
        before = days_of(fields.get("prev_days", ""), max(kept, PREVIOUS_DAYS))
        return Span(hour - before * _DAY_S, hour + days_of(fields.get("days", ""), DAYS) * _DAY_S)

    def _pieces(self, rows: tuple[Listed, ...], span: Span, limit: int) -> Iterator[bytes]:
        named = {row.channel.guide_id: row for row in reversed(rows) if row.channel.guide_id}
        channels = (xmltv.channel(key, (row.channel.name,), row.channel.logo_url) for key, row in named.items())
        ids = {key: row.channel.id for key, row in named.items()}
        shows = self._day_by_day(ids, span) if limit else self._shows(ids, span)
        return _bounded(channels, shows, limit)

    def _shows(self, ids: dict[str, int], span: Span) -> Iterator[str]:
        for guide_id, channel_id in ids.items():
            for one in self._guide.shows(channel_id, span.start, span.stop):
                yield xmltv.show(one, guide_id)

    def _day_by_day(self, ids: dict[str, int], span: Span) -> Iterator[str]:
        """All channels of one day before the next day, now first: whoever reads only so much still reads tonight."""
        now = int(self._clock()) // _HOUR_S * _HOUR_S
        for start in (*range(now, span.stop, _DAY_S), *range(now - _DAY_S, span.start - _DAY_S, -_DAY_S)):
            for guide_id, channel_id in ids.items():
                for one in self._guide.shows(channel_id, start, start + _DAY_S):
                    if start <= one.start < start + _DAY_S or (start == now and one.start < now):
                        yield xmltv.show(one, guide_id)


def days_of(text: str, otherwise: int) -> int:
    """A number of days, at most MOST_DAYS; what is no number is the default."""
    return min(int(text), MOST_DAYS) if text.isascii() and text.isdigit() and len(text) < 9 else otherwise


def _bounded(channels: Iterable[str], shows: Iterable[str], limit: int) -> Iterator[bytes]:
    """Pieces of some rows each; with a limit no row that would lead beyond it, and the end always."""
    piece, size = xmltv.START.encode(), 0
    count = 0
    for texts in (channels, shows):
        for text in texts:
            row = text.encode()
            if limit and size + len(piece) + len(row) + len(xmltv.END) > limit:
                yield piece + xmltv.END.encode()
                return
            piece += row
            count += 1
            if count % _ROWS_PER_PIECE == 0:
                size += len(piece)
                yield piece
                piece = b""
    yield piece + xmltv.END.encode()
