"""get.php and short addresses: the playlist that any player opens, in the dialect of its app."""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from rightcast.domain.images import absolute
from rightcast.domain.lineup import ChannelKind
from rightcast.domain.players import Catchup, PlayerApp, catchup_named, recognised
from rightcast.edge.answers import holds_tag, in_pieces, packed_pieces, takes_gzip
from rightcast.edge.http_message import Response
from rightcast.edge.interfaces.enigma2 import BOUQUET_TYPES
from rightcast.edge.interfaces.entry import entered
from rightcast.edge.interfaces.place import place_of
from rightcast.edge.recordings.library import CATEGORY
from rightcast.edge.refusals import not_found
from rightcast.formats import m3u_writer

if TYPE_CHECKING:
    from rightcast.contract.station import StationSettings
    from rightcast.domain.library import Title
    from rightcast.domain.lineup import Line
    from rightcast.edge.admission import Admission
    from rightcast.edge.answers import Answers
    from rightcast.edge.catalogue import Catalogue, Listed
    from rightcast.edge.guide_port import Archive
    from rightcast.edge.http_message import Request
    from rightcast.edge.interfaces.enigma2 import Enigma2
    from rightcast.edge.interfaces.entry import Guest
    from rightcast.edge.interfaces.guide import Guides
    from rightcast.edge.recordings.library import WithRecordings

_ENDINGS = {"ts": "ts", "mpegts": "ts", "hls": "m3u8", "m3u8": "m3u8"}
_PLAYLIST = "audio/x-mpegurl; charset=utf-8"


@dataclass(frozen=True, slots=True)
class _Dialect:
    """How one playlist is written: for which app, where its addresses begin and end, how the past is told."""

    app: PlayerApp
    plus: bool
    ending: str
    catchup: Catchup
    guide: str
    base: str
    live: str
    past: str
    films: str


class Playlists:
    """Answers get.php, `/p/CODE` and `/playlist/NAME/SECRET`."""

    def __init__(
        self,
        settings: StationSettings,
        admission: Admission,
        catalogue: Catalogue,
        answers: Answers,
        *,
        enigma2: Enigma2,
        archive: Archive,
        guides: Guides,
        recordings: WithRecordings,
    ) -> None:
        self._settings = settings
        self._admission = admission
        self._catalogue = catalogue
        self._answers = answers
        self._enigma2 = enigma2
        self._archive = archive
        self._guides = guides
        self._recordings = recordings

    async def playlist(self, request: Request) -> Response:
        """`get.php?username=&password=&type=m3u|m3u_plus&output=ts|hls&profile=&catchup=`, written as it is sent."""
        return await self._playlist(request, request.fields())

    async def short(self, request: Request, parts: list[str]) -> Response:
        """`/p/CODE` and `/p/CODE.m3u`, short enough to be typed with a remote; `/p/CODE.xml` is the guide."""
        code, _, ending = (parts[0] if len(parts) == 1 else "").partition(".")
        fields = {**request.fields(), "username": "p", "password": code}
        if ending == "xml":
            return await self._guides.of(request, fields)
        if not code or ending not in {"", "m3u", "m3u8"}:
            return not_found()
        return await self._playlist(request, {"output": "hls", **fields} if ending == "m3u8" else fields)

    async def below(self, request: Request, parts: list[str]) -> Response:
        """`/playlist/NAME/SECRET` with `/m3u_plus` or another type behind, the form that newer panels give out."""
        if len(parts) not in {2, 3} or not all(parts):
            return not_found()
        asked = {"type": parts[2]} if len(parts) == 3 else {}
        return await self._playlist(request, {**request.fields(), **asked, "username": parts[0], "password": parts[1]})

    async def _playlist(self, request: Request, fields: dict[str, str]) -> Response:
        guest = entered(request, fields, self._admission)
        if isinstance(guest, Response):
            return guest
        kind = fields.get("type", "m3u_plus")
        if kind in BOUQUET_TYPES:
            return await self._enigma2.bouquet(request, guest, fields)
        dialect = self._dialect(request, guest, fields)
        listing = await self._catalogue.listing(guest.line)
        recorded = self._recordings.recorded(guest.line)
        tag = _tag(listing.mark, self._archive.mark, repr(recorded), *(str(part) for part in _parts(dialect)))
        headers: tuple[tuple[str, str], ...] = (
            ("Content-Disposition", f'attachment; filename="{guest.name}.m3u"'),
            ("ETag", tag),
            ("Vary", "Accept-Encoding"),
            ("Cache-Control", "private, no-cache"),
        )
        if holds_tag(request, tag):
            return Response(status=304, content_type=_PLAYLIST, headers=headers)
        texts = (m3u_writer.row(self._row(guest.line, listed, dialect), plus=dialect.plus) for listed in listing.rows)
        header = m3u_writer.header(guide_url=dialect.guide, plus=dialect.plus)
        films = (m3u_writer.row(_recorded(one, dialect), plus=dialect.plus) for one in recorded)
        pieces = in_pieces(itertools.chain((header,), texts, films))
        if takes_gzip(request):
            pieces, headers = packed_pieces(pieces), (*headers, ("Content-Encoding", "gzip"))
        return Response(content_type=_PLAYLIST, headers=headers, pieces=pieces)

    def _dialect(self, request: Request, guest: Guest, fields: dict[str, str]) -> _Dialect:
        app = recognised(request.header(b"user-agent"), request.path, fields.get("profile", ""))
        url, who = place_of(request, self._settings).url, guest.fields
        name = "xmltv.php.gz" if app.gzip_guide else "xmltv.php"
        told = {"profile": app.key} if app.largest_guide_bytes else {}
        return _Dialect(
            app=app,
            plus=app.plus and fields.get("type", "m3u_plus") != "m3u",
            ending=_ENDINGS.get(fields.get("output", app.output.value), "ts"),
            catchup=catchup_named(fields.get("catchup", ""), app.catchup),
            guide=f"{url}/{name}?{urlencode({**who, **told})}",
            base=url,
            live=f"{url}/live/{guest.name}/{guest.secret}/",
            past=f"{url}/catchup/{guest.name}/{guest.secret}/",
            films=f"{url}/movie/{guest.name}/{guest.secret}/",
        )

    def _row(self, line: Line, listed: Listed, dialect: _Dialect) -> m3u_writer.Row:
        channel = listed.channel
        ending = "m3u8" if channel.protection.refuses_clear_ts else dialect.ending
        days = self._archive.archive_days(channel.id, line)
        file = f"{channel.id}.{ending}"
        if days and dialect.catchup is Catchup.XC and ending == "ts":
            file = str(channel.id)  # readers of this form do not see through an address that ends in .ts
        elif days and dialect.catchup is Catchup.FLUSSONIC:
            file = f"{channel.id}/{'mpegts' if ending == 'ts' else 'index.m3u8'}"
        group = listed.category_name.replace(";", ",") if dialect.app.one_group else listed.category_name
        return m3u_writer.Row(
            name=channel.name,
            url=dialect.live + file,
            number=listed.number,
            group=group,
            guide_id=channel.guide_id,
            logo_url=absolute(channel.logo_url, dialect.base),
            radio=channel.kind is ChannelKind.RADIO,
            catchup=dialect.catchup,
            catchup_days=days,
            past_url=f"{dialect.past}{channel.id}.{ending}",
        )


def _recorded(one: Title, dialect: _Dialect) -> m3u_writer.Row:
    """A recording, behind the channels; apps know by its address that it is a film."""
    return m3u_writer.Row(
        name=one.name,
        url=f"{dialect.films}{one.id}.{one.extension}",
        group=CATEGORY[1],
        logo_url=absolute(one.poster_url, dialect.base),
        length_s=one.length_s,
    )


def _tag(*made_of: str) -> str:
    """The tag of a playlist, which holds a credential and is therefore told by a digest of what goes into it."""
    return f'"{hashlib.blake2b("|".join(made_of).encode(), digest_size=12).hexdigest()}"'


def _parts(dialect: _Dialect) -> tuple[object, ...]:
    return dialect.app.key, dialect.plus, dialect.ending, dialect.catchup, dialect.guide, dialect.live
