"""Enigma2 receivers: bouquets by download, the plugin's menu, and sources of the EPG importer."""

from __future__ import annotations

import time
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from rightcast.domain.images import absolute
from rightcast.domain.lineup import ChannelKind
from rightcast.edge.answers import in_pieces
from rightcast.edge.http_message import Response
from rightcast.edge.interfaces.entry import entered
from rightcast.edge.interfaces.place import place_of
from rightcast.formats import enigma2

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rightcast.contract.station import StationSettings
    from rightcast.edge.admission import Admission
    from rightcast.edge.catalogue import Catalogue, Listed
    from rightcast.edge.guide_port import Guide
    from rightcast.edge.http_message import Request
    from rightcast.edge.interfaces.entry import Guest
    from rightcast.edge.replica import Replica

BOUQUET_TYPES = frozenset(
    {"dreambox", "enigma2", "enigma16", "enigma22", "enigma22_script", "gigablue", "octagon", "vuplus"}
)
"""Values of `type` in get.php that mean a userbouquet file. A box that runs it as a script sees comments alone."""
_NO_STORE = ("Cache-Control", "private, no-store")
_XML = "text/xml; charset=utf-8"


class Enigma2:
    """Answers enigma2.php, and get.php for those types that are bouquets."""

    def __init__(
        self,
        settings: StationSettings,
        replica: Replica,
        admission: Admission,
        catalogue: Catalogue,
        *,
        guide: Guide,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._replica = replica
        self._admission = admission
        self._catalogue = catalogue
        self._guide = guide
        self._clock = clock

    async def bouquet(self, request: Request, guest: Guest, fields: dict[str, str]) -> Response:
        """`get.php?type=dreambox`: a userbouquet file, categories as markers."""
        player = _player(fields)
        rows = await self._catalogue.of_line(guest.line)
        services = self._services(request, rows, guest, fields)
        groups = (
            (name, [services[row.channel.id] for row in group])
            for name, group in groupby(sorted(rows, key=lambda row: row.category_id), lambda row: row.category_name)
        )
        title = self._replica.station.name
        disposition = f'attachment; filename="userbouquet.{guest.name}__tv_.tv"'
        pieces = in_pieces(enigma2.bouquet(title, groups, player))
        return Response(
            content_type="text/plain; charset=utf-8",
            headers=(("Content-Disposition", disposition), _NO_STORE),
            pieces=pieces,
        )

    async def menu(self, request: Request) -> Response:
        """`enigma2.php`: the menu of the Xtream plugin, and with `epg=` the files of the EPG importer."""
        fields = request.fields()
        guest = entered(request, fields, self._admission)
        if isinstance(guest, Response):
            return guest
        rows = await self._catalogue.of_line(guest.line)
        match fields.get("epg", ""):
            case "sources":
                return self._guide_sources(request, guest, fields)
            case "channels":
                services = self._services(request, rows, guest, fields).values()
                return _xml(enigma2.guide_channels(services, _player(fields)))
        if fields.get("type") != "get_live_streams":
            return _xml(enigma2.menu(self._replica.station.name, self._folders(request, rows, guest)))
        wanted = fields.get("cat_id", "")
        chosen = [row for row in rows if wanted in {"", "0", str(row.category_id)}]
        return _xml(enigma2.menu(self._replica.station.name, self._playable(request, chosen, guest)))

    def _guide_sources(self, request: Request, guest: Guest, fields: dict[str, str]) -> Response:
        url, who = place_of(request, self._settings).url, guest.fields
        channels = f"{url}/enigma2.php?{urlencode({**who, 'epg': 'channels', 'player': str(_player(fields))})}"
        guide = f"{url}/xmltv.php?{urlencode(who)}"
        text = enigma2.guide_sources(self._replica.station.name, guide, channels)
        return Response(body=text.encode(), content_type=_XML, headers=(_NO_STORE,))

    def _folders(self, request: Request, rows: Iterable[Listed], guest: Guest) -> Iterator[enigma2.Folder]:
        before = f"{place_of(request, self._settings).url}/enigma2.php"
        counted: dict[int, tuple[str, int]] = {}
        for row in rows:
            counted[row.category_id] = (row.category_name, counted.get(row.category_id, ("", 0))[1] + 1)
        everything = [(0, ("All", sum(count for _, count in counted.values())))] if counted else []
        for key, (title, count) in [*everything, *counted.items()]:
            query = urlencode({**guest.fields, "type": "get_live_streams", "cat_id": str(key)})
            yield enigma2.Folder(title=title, url=f"{before}?{query}", description=f"{count} channels")

    def _playable(self, request: Request, rows: Iterable[Listed], guest: Guest) -> Iterator[enigma2.Playable]:
        """Channels with what is on and what comes; the plugin has no zone, so a title tells how long, not when."""
        before, now = self._before(request, guest), int(self._clock())
        base = place_of(request, self._settings).url
        for row in rows:
            shows = self._guide.now_next(row.channel.id, now)
            yield enigma2.Playable(
                title=row.channel.name,
                url=f"{before}{row.channel.id}.ts",
                description=enigma2.coming(shows, now),
                logo_url=absolute(row.channel.logo_url, base),
                category_id=row.category_id,
            )

    def _services(
        self, request: Request, rows: Iterable[Listed], guest: Guest, fields: dict[str, str]
    ) -> dict[int, enigma2.Service]:
        before = self._before(request, guest)
        ending = "m3u8" if fields.get("output") in {"hls", "m3u8"} else "ts"
        return {
            row.channel.id: enigma2.Service(
                stream_id=row.channel.id,
                name=row.channel.name,
                url=f"{before}{row.channel.id}.{ending}",
                guide_id=row.channel.guide_id,
                radio=row.channel.kind is ChannelKind.RADIO,
            )
            for row in rows
        }

    def _before(self, request: Request, guest: Guest) -> str:
        return f"{place_of(request, self._settings).url}/live/{guest.name}/{guest.secret}/"


def _player(fields: dict[str, str]) -> int:
    """Which player of the box: asked for, else GStreamer for playlists and the box's own for streams."""
    asked = fields.get("player", "")
    if asked.isascii() and asked.isdigit() and int(asked[:5]) in enigma2.TYPES:
        return int(asked)
    return enigma2.GSTREAMER if fields.get("output") in {"hls", "m3u8"} else enigma2.BOX_DEMUXER


def _xml(texts: Iterator[str]) -> Response:
    return Response(content_type=_XML, headers=(_NO_STORE,), pieces=in_pieces(texts))
