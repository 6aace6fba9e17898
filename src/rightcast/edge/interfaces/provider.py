"""`/playlist.m3u`: what SS IPTV asks of its provider at every start, answered to the provider's own networks.

The app gives no name. Whoever asks from an own network gets the channels of one line, under tokens of the asking set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.domain.entitlement import Denied
from rightcast.domain.images import absolute
from rightcast.edge.http_message import Response, text
from rightcast.edge.interfaces.place import place_of
from rightcast.edge.live import player_of
from rightcast.edge.packaging.names import INDEX
from rightcast.formats import m3u_writer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rightcast.contract.station import StationSettings
    from rightcast.domain.lineup import Line
    from rightcast.edge.admission import Admission
    from rightcast.edge.catalogue import Catalogue, Listed
    from rightcast.edge.http_message import Request
    from rightcast.edge.replica import Replica

_PLAYLIST = "audio/x-mpegurl; charset=utf-8"
_HELP = (
    "This address is for networks of the provider. Anywhere else use your own playlist: "
    "/get.php?username=NAME&password=SECRET&profile=ssiptv, or the short address that you were given."
)


class Provider:
    """Answers `/playlist.m3u`, when the operator chose a line for it."""

    def __init__(self, settings: StationSettings, replica: Replica, admission: Admission, catalogue: Catalogue) -> None:
        self._settings = settings
        self._replica = replica
        self._admission = admission
        self._catalogue = catalogue

    async def answer(self, request: Request) -> Response:
        """The playlist of the chosen line, or what to do instead."""
        name = self._settings.provider_line
        line = self._replica.line_named(name) if name else None
        if line is None or self._replica.station.signals.is_web(request.address):
            return text(404, _HELP)
        reason = self._admission.line_reason(line)
        if reason is not None:
            self._admission.refuse(reason, line=name, channel_id=0, address=request.address)
            return text(403, Denied(reason).sentence, ("X-Rightcast-Reason", reason.value))
        rows = await self._catalogue.of_line(line)
        headers = (("Cache-Control", "private, no-store"),)
        return Response(content_type=_PLAYLIST, headers=headers, pieces=self._pieces(request, line, rows))

    def _pieces(self, request: Request, line: Line, rows: tuple[Listed, ...]) -> Iterator[bytes]:
        """A row for each channel that the asking set may open; its token takes no screen until it is used."""
        yield m3u_writer.header().encode()
        url, player = place_of(request, self._settings).url, player_of(request)
        for row in rows:
            token = self._admission.preview(line, row.channel.id, player)
            if isinstance(token, Denied):
                continue
            entry = m3u_writer.Row(
                name=row.channel.name,
                url=f"{url}/s/{token}/{row.channel.id}/{INDEX}",
                number=row.number,
                group=row.category_name,
                guide_id=row.channel.guide_id,
                logo_url=absolute(row.channel.logo_url, url),
            )
            yield m3u_writer.row(entry).encode()
