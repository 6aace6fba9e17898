"""One line's channels as an HDHomeRun tuner: its documents, its lineup, and streams by channel number.

Nobody signs in here: who reaches the address watches under that one line. It is off unless an operator asks for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from rightcast.domain.entitlement import Reason
from rightcast.domain.images import FOLDER
from rightcast.edge.http_message import Response, text
from rightcast.edge.refusals import not_found
from rightcast.formats import hdhomerun

if TYPE_CHECKING:
    from rightcast.contract.station import Address
    from rightcast.domain.lineup import Line
    from rightcast.edge.catalogue import Catalogue, Listed
    from rightcast.edge.http_connection import Answer, Connection
    from rightcast.edge.http_message import Request
    from rightcast.edge.images import StationImages
    from rightcast.edge.interfaces.guide import Guides
    from rightcast.edge.live import Live
    from rightcast.edge.replica import Replica
    from rightcast.edge.ring_reader import Rings

GUIDE = frozenset({"/xmltv.xml", "/xmltv.xml.gz"})
_IMAGES = f"/{FOLDER}/"
_JSON = "application/json"
_HD_FROM = 720
_VIDEO = (("avc1", "H264"), ("hvc1", "HEVC"), ("hev1", "HEVC"), ("mp4v", "MPEG2"), ("av01", "AV1"))
_AUDIO = (("mp4a.40.3", "MPEG"), ("mp4a", "AAC"), ("ac-3", "AC3"), ("ec-3", "AC3"))
_BUSY = ("X-HDHomeRun-Error", "805 All Tuners In Use")


class HdHomeRun:
    """Answers the tuner's own address; `line_name` says whose channels it offers."""

    def __init__(
        self,
        line_name: str,
        listen: Address,
        *,
        replica: Replica,
        catalogue: Catalogue,
        live: Live,
        rings: Rings,
        guides: Guides,
        images: StationImages,
    ) -> None:
        self._line_name = line_name
        self._listen = listen
        self._replica = replica
        self._catalogue = catalogue
        self._live = live
        self._rings = rings
        self._guides = guides
        self._images = images

    @property
    def tuner(self) -> hdhomerun.Tuner | None:
        """The device as it presents itself; None while there is no such line."""
        line = self._line()
        if line is None:
            return None
        seed = int.from_bytes(hashlib.blake2b(f"{self._listen} {line.id}".encode(), digest_size=4).digest(), "big")
        return hdhomerun.Tuner(
            device_id=hdhomerun.device_id(seed),
            name=self._replica.station.name,
            base_url=f"http://{self._listen}",
            tuners=line.max_sessions,
        )

    def answer(self, request: Request, connection: Connection) -> Answer | Coroutine[Any, Any, Answer]:
        """The answer to a request."""
        tuner = self.tuner
        if tuner is None:
            return text(503, f"There is no line '{self._line_name}' to tune for.")
        if request.path == "/lineup.json":
            return self._lineup(tuner)
        if request.path.startswith("/auto/v"):
            return self._tune(request, connection, request.path.removeprefix("/auto/v"))
        if request.path in GUIDE:
            return self._guide(request)
        if request.path.startswith(_IMAGES):
            return self._images.answer(request, request.path.removeprefix(_IMAGES).split("/"))
        return _document(request.path, tuner)

    async def _guide(self, request: Request) -> Answer:
        """The guide as XMLTV: apps take it by address, and join it to the lineup by numbers and names."""
        line = self._line()
        if line is None:
            return not_found()
        return await self._guides.of_line(request, line, request.fields(), numbered=True)

    async def _lineup(self, tuner: hdhomerun.Tuner) -> Answer:
        rows = [self._row(row, tuner) for row in await self._channels()]
        return Response(body=hdhomerun.lineup(rows), content_type=_JSON)

    async def _tune(self, request: Request, connection: Connection, number: str) -> Answer:
        line = self._line()
        found = next((row for row in await self._channels() if str(row.number) == number), None)
        if line is None or found is None:
            return not_found()
        answer = self._live.stream_of(request, connection, line, found.channel.id)
        answer = await answer if isinstance(answer, Coroutine) else answer
        busy = isinstance(answer, Response) and ("X-Rightcast-Reason", Reason.TOO_MANY_SESSIONS.value) in answer.headers
        return text(503, "All tuners are in use.", _BUSY) if busy else answer

    async def _channels(self) -> tuple[Listed, ...]:
        line = self._line()
        return () if line is None else await self._catalogue.of_line(line)

    def _row(self, row: Listed, tuner: hdhomerun.Tuner) -> hdhomerun.LineupRow:
        tracks = self._rings.get(row.channel.id).tracks
        video = next((track for track in tracks if track.kind == "video"), None)
        audio = next((track for track in tracks if track.kind == "audio"), None)
        return hdhomerun.LineupRow(
            guide_number=str(row.number),
            guide_name=row.channel.name,
            url=f"{tuner.base_url}/auto/v{row.number}",
            hd=int(video is not None and video.height >= _HD_FROM),
            video_codec=_named(video.codec if video else "", _VIDEO),
            audio_codec=_named(audio.codec if audio else "", _AUDIO),
        )

    def _line(self) -> Line | None:
        return self._replica.line_named(self._line_name)


def _document(path: str, tuner: hdhomerun.Tuner) -> Response:
    """What a tuner says of itself."""
    match path:
        case "/discover.json":
            return Response(body=hdhomerun.discover(tuner), content_type=_JSON)
        case "/lineup_status.json":
            return Response(body=hdhomerun.STATUS, content_type=_JSON)
        case "/lineup.post":
            return Response()
        case "/device.xml" | "/capability":
            return Response(body=hdhomerun.description(tuner), content_type="application/xml")
        case _:
            return not_found()


def _named(codec: str, names: tuple[tuple[str, str], ...]) -> str:
    return next((name for start, name in names if codec.startswith(start)), "")
