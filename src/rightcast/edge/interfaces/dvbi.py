"""DVB-I clients: `/dvbi/NAME/SECRET/` with the entry points, the service list and the guide of one line."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rightcast.domain.images import absolute
from rightcast.edge.http_message import Response
from rightcast.edge.interfaces.dvbi_guide import DvbIGuide
from rightcast.edge.interfaces.entry import Guest, entered
from rightcast.edge.interfaces.place import place_of
from rightcast.edge.refusals import not_found
from rightcast.formats import dvbi

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rightcast.contract.station import StationSettings
    from rightcast.edge.admission import Admission
    from rightcast.edge.catalogue import Catalogue, Listed
    from rightcast.edge.guide_port import Guide
    from rightcast.edge.http_message import Request
    from rightcast.edge.replica import Replica

_XML = "application/xml; charset=utf-8"
_NO_STORE = (("Cache-Control", "private, no-store"),)


class DvbI:
    """Answers addresses below `/dvbi/`."""

    def __init__(
        self,
        settings: StationSettings,
        replica: Replica,
        admission: Admission,
        catalogue: Catalogue,
        guide: Guide,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._replica = replica
        self._admission = admission
        self._catalogue = catalogue
        self._guide = DvbIGuide(guide, clock=clock)

    async def answer(self, request: Request, parts: list[str]) -> Response:
        """`parts` are those behind `/dvbi/`: name, secret, document."""
        if len(parts) != 3:
            return not_found()
        name, secret, document = parts
        guest = entered(request, {"username": name, "password": secret}, self._admission)
        if isinstance(guest, Response):
            return guest
        about, base = self._about(request, guest), place_of(request, self._settings).url
        rows = await self._catalogue.of_line(guest.line)
        match document:
            case "entry.xml":
                list_url = about.schedule_url.replace("schedule.xml", "list.xml")
                return _xml([dvbi.entry_points(about, list_url)])
            case "list.xml":
                return _xml(dvbi.service_list(about, [self._service(request, guest, row) for row in rows]))
            case "schedule.xml" | "programme.xml":
                return _xml(self._guide.document(document, about.authority, rows, request.fields(), base))
            case _:
                return not_found()

    def _about(self, request: Request, guest: Guest) -> dvbi.ServiceList:
        place = place_of(request, self._settings)
        return dvbi.ServiceList(
            authority=place.host.strip("[]"),
            name=self._replica.station.name,
            version=max(self._replica.revision, 1),
            language="en",
            schedule_url=f"{place.url}/dvbi/{guest.name}/{guest.secret}/schedule.xml",
            programme_url=f"{place.url}/dvbi/{guest.name}/{guest.secret}/programme.xml",
        )

    def _service(self, request: Request, guest: Guest, row: Listed) -> dvbi.Service:
        base = place_of(request, self._settings).url
        before = f"{base}/live/{guest.name}/{guest.secret}/{row.channel.id}"
        return dvbi.Service(
            id=row.channel.id,
            number=row.number,
            name=row.channel.name,
            dash_url=f"{before}.mpd",
            hls_url=f"{before}.m3u8",
            guide_id=row.channel.guide_id,
            logo_url=absolute(row.channel.logo_url, base),
        )


def _xml(texts: Iterable[str]) -> Response:
    pieces: Iterator[bytes] = (text.encode() for text in texts)
    return Response(content_type=_XML, headers=_NO_STORE, pieces=pieces)
