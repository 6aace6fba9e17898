"""get.php and xmltv.php: the playlist that any player opens, and the guide it points to."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from xml.sax.saxutils import escape, quoteattr

from rightcast.domain.lineup import ChannelKind
from rightcast.edge.answers import holds_tag, packed_pieces, response, takes_gzip
from rightcast.edge.http_message import Response
from rightcast.edge.interfaces.enigma2 import BOUQUET_TYPES
from rightcast.edge.interfaces.entry import entered
from rightcast.edge.interfaces.place import place_of
from rightcast.edge.refusals import not_found
from rightcast.formats import m3u_writer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rightcast.contract.station import StationSettings
    from rightcast.edge.admission import Admission
    from rightcast.edge.answers import Answers
    from rightcast.edge.catalogue import Catalogue, Listed
    from rightcast.edge.http_message import Request
    from rightcast.edge.interfaces.enigma2 import Enigma2

_ENDINGS = {"ts": "ts", "mpegts": "ts", "hls": "m3u8", "m3u8": "m3u8"}
_PLAYLIST = "audio/x-mpegurl; charset=utf-8"
_ROWS_PER_PIECE = 200


class Playlists:
    """Answers get.php and xmltv.php."""

    def __init__(
        self,
        settings: StationSettings,
        admission: Admission,
        catalogue: Catalogue,
        answers: Answers,
        enigma2: Enigma2,
    ) -> None:
        self._settings = settings
        self._admission = admission
        self._catalogue = catalogue
        self._answers = answers
        self._enigma2 = enigma2

    async def playlist(self, request: Request) -> Response:
        """`get.php?username=&password=&type=m3u|m3u_plus&output=ts|hls`, written as it is sent."""
        return await self._playlist(request, request.fields())

    async def short(self, request: Request, parts: list[str]) -> Response:
        """`/p/CODE` and `/p/CODE.m3u`, short enough to be typed with a remote; `/p/CODE.xml` is the guide."""
        code, _, ending = (parts[0] if len(parts) == 1 else "").partition(".")
        fields = {**request.fields(), "username": "p", "password": code}
        if ending == "xml":
            return await self._guide(request, fields)
        if not code or ending not in {"", "m3u", "m3u8"}:
            return not_found()
        return await self._playlist(request, {"output": "hls" if ending == "m3u8" else "ts", **fields})

    async def _playlist(self, request: Request, fields: dict[str, str]) -> Response:
        guest = entered(request, fields, self._admission)
        if isinstance(guest, Response):
            return guest
        kind = fields.get("type", "m3u_plus")
        if kind in BOUQUET_TYPES:
            return await self._enigma2.bouquet(request, guest, fields)
        place = place_of(request, self._settings)
        plus = kind != "m3u"
        guide = f"{place.url}/xmltv.php?{urlencode(guest.fields)}"
        before = f"{place.url}/live/{guest.name}/{guest.secret}/"
        ending = _ENDINGS.get(fields.get("output", "ts"), "ts")
        listing = await self._catalogue.listing(guest.line)
        tag = _tag(listing.mark, before, ending, guide, str(plus))
        headers: tuple[tuple[str, str], ...] = (
            ("Content-Disposition", f'attachment; filename="{guest.name}.m3u"'),
            ("ETag", tag),
            ("Vary", "Accept-Encoding"),
            ("Cache-Control", "private, no-cache"),
        )
        if holds_tag(request, tag):
            return Response(status=304, content_type=_PLAYLIST, headers=headers)
        rows = (_row(listed, before, ending) for listed in listing.rows)
        texts = (m3u_writer.row(row, plus=plus) for row in rows)
        pieces = _pieces(m3u_writer.header(guide_url=guide, plus=plus), texts)
        if takes_gzip(request):
            pieces, headers = packed_pieces(pieces), (*headers, ("Content-Encoding", "gzip"))
        return Response(content_type=_PLAYLIST, headers=headers, pieces=pieces)

    async def guide(self, request: Request) -> Response:
        """`xmltv.php`: the channels of the line; programmes come with the guide."""
        return await self._guide(request, request.fields())

    async def _guide(self, request: Request, fields: dict[str, str]) -> Response:
        guest = entered(request, fields, self._admission)
        if isinstance(guest, Response):
            return guest
        listing = await self._catalogue.listing(guest.line)
        made = await self._answers.get(("guide", listing.mark), lambda: _guide(listing.rows))
        return response(request, made, "application/xml; charset=utf-8")


def _tag(*made_of: str) -> str:
    """The tag of a playlist, which holds a credential and is therefore told by a digest of what goes into it."""
    return f'"{hashlib.blake2b("|".join(made_of).encode(), digest_size=12).hexdigest()}"'


def _guide(rows: tuple[Listed, ...]) -> Iterator[bytes]:
    start = '<?xml version="1.0" encoding="UTF-8"?>\n<tv generator-info-name="Rightcast">\n'
    named = {row.channel.guide_id: row for row in rows if row.channel.guide_id}
    return _pieces(start, (_guide_channel(row) for row in named.values()), "</tv>\n")


def _row(listed: Listed, before: str, ending: str) -> m3u_writer.Row:
    channel = listed.channel
    return m3u_writer.Row(
        name=channel.name,
        url=f"{before}{channel.id}.{'m3u8' if channel.protection.refuses_clear_ts else ending}",
        number=listed.number,
        group=listed.category_name,
        guide_id=channel.guide_id,
        logo_url=channel.logo_url,
        radio=channel.kind is ChannelKind.RADIO,
    )


def _guide_channel(row: Listed) -> str:
    icon = f"<icon src={quoteattr(row.channel.logo_url)}/>" if row.channel.logo_url else ""
    name = escape(row.channel.name)
    return f"  <channel id={quoteattr(row.channel.guide_id)}><display-name>{name}</display-name>{icon}</channel>\n"


def _pieces(start: str, texts: Iterable[str], end: str = "") -> Iterator[bytes]:
    """The text in pieces of some rows each, so that no long playlist stands in memory whole."""
    piece = [start]
    for text in texts:
        piece.append(text)
        if len(piece) >= _ROWS_PER_PIECE:
            yield "".join(piece).encode()
            piece.clear()
    piece.append(end)
    yield "".join(piece).encode()
