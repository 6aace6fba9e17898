"""player_api.php: login, categories and channels, as the apps of the Xtream family ask for them."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rightcast.domain.entitlement import Denied, Reason
from rightcast.domain.images import absolute
from rightcast.edge.answers import response
from rightcast.edge.http_message import Response
from rightcast.edge.interfaces.entry import identified
from rightcast.edge.interfaces.place import place_of
from rightcast.edge.interfaces.xtream_guide import FULL, SHORT, guide_rows
from rightcast.edge.interfaces.xtream_titles import ACTIONS
from rightcast.formats import xtream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rightcast.contract.station import StationSettings
    from rightcast.domain.lineup import Line
    from rightcast.edge.admission import Admission
    from rightcast.edge.answers import Answers, Made
    from rightcast.edge.catalogue import Catalogue, Listed, Listing
    from rightcast.edge.guide_port import Archive, Guide
    from rightcast.edge.http_message import Request
    from rightcast.edge.interfaces.entry import Guest
    from rightcast.edge.interfaces.xtream_titles import TitleLists
    from rightcast.edge.replica import Replica

JSON = "application/json"
DaysOf = Callable[[int], int]
_STATUS = {
    Reason.LINE_DISABLED: "Disabled",
    Reason.LINE_UNCONFIRMED: "Disabled",
    Reason.LINE_BANNED: "Banned",
    Reason.LINE_EXPIRED: "Expired",
}
_ROWS_PER_PIECE = 200
_NO_STORE = (("Cache-Control", "no-store"),)


class PlayerApi:
    """Answers player_api.php."""

    def __init__(
        self,
        settings: StationSettings,
        replica: Replica,
        admission: Admission,
        catalogue: Catalogue,
        answers: Answers,
        *,
        guide: Guide,
        archive: Archive,
        titles: TitleLists,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._replica = replica
        self._admission = admission
        self._catalogue = catalogue
        self._answers = answers
        self._guide = guide
        self._archive = archive
        self._titles = titles
        self._clock = clock

    async def answer(self, request: Request) -> Response:
        """One call; unknown actions are answered like a login."""
        fields = request.fields()
        guest = identified(request, fields, self._admission)
        if isinstance(guest, Denied):
            return self._unknown()
        action = fields.get("action", "")
        if action == "get_live_categories":
            return response(request, await self._categories(await self._catalogue.listing(guest.line)), JSON)
        if action == "get_live_streams":
            return await self._streams(request, guest.line, fields.get("category_id", ""))
        if action in SHORT | FULL:
            body = xtream.encode(await self._shows(guest.line, fields))
        elif action in ACTIONS:
            if self._admission.line_reason(guest.line) is None:
                return await self._titles.answer(request, guest.line, fields)
            body = xtream.EMPTY_ANSWERS[action]
        else:
            body = xtream.encode(await self._login(request, guest))
        return Response(body=body, content_type=JSON, headers=_NO_STORE)

    async def panel(self, request: Request) -> Response:
        """panel_api.php: login, categories and channels in one answer, for old apps; written as it is sent."""
        guest = identified(request, request.fields(), self._admission)
        if isinstance(guest, Denied):
            return self._unknown()
        listing = await self._catalogue.listing(guest.line)
        login = xtream.encode(await self._login(request, guest))
        base = place_of(request, self._settings).url
        categories = xtream.encode(xtream.PanelCategories(live=_categories(listing.rows)))
        return Response(
            pieces=_panel_pieces(login, categories, listing.rows, self._days_of(guest.line), base),
            content_type=JSON,
            headers=_NO_STORE,
        )

    def _unknown(self) -> Response:
        """Not a login; the status is the operator's choice, for apps differ in what they understand."""
        status = self._replica.station.login_failure_status
        return Response(status=status, body=xtream.LOGIN_FAILED, content_type=JSON, headers=_NO_STORE)

    async def _streams(self, request: Request, line: Line, category_id: str) -> Response:
        """The list, made once for all lines that see the same."""
        listing = await self._catalogue.listing(line)
        wanted = "" if category_id in {"0", "*"} else category_id
        base = place_of(request, self._settings).url
        key = ("live", listing.mark, self._archive.mark, wanted, base)
        made = await self._answers.get(key, lambda: _pieces(listing.rows, wanted, self._days_of(line), base))
        return response(request, made, JSON)

    async def _categories(self, listing: Listing) -> Made:
        """The categories of a list, made once as well: there may be fifty thousand rows to go through."""
        key = ("categories", listing.mark)
        return await self._answers.get(key, lambda: iter((xtream.encode(_categories(listing.rows)),)))

    def _days_of(self, line: Line) -> DaysOf:
        """For how many days back the line can watch a channel."""
        return lambda channel_id: self._archive.archive_days(channel_id, line)

    async def _shows(self, line: Line, fields: dict[str, str]) -> xtream.GuideRows:
        return guide_rows(
            line,
            await self._catalogue.of_line(line),
            fields,
            guide=self._guide,
            archive=self._archive,
            now=int(self._clock()),
        )

    async def _login(self, request: Request, guest: Guest) -> xtream.Login:
        line = guest.line
        reason = self._admission.line_reason(line)
        user = xtream.UserInfo(
            username=guest.name,
            password=guest.secret,
            message="" if reason is None else Denied(reason).sentence,
            status="Active" if reason is None else _STATUS.get(reason, "Disabled"),
            exp_date=xtream.epoch(line.expires),
            is_trial="1" if line.trial else "0",
            active_cons=str(await self._admission.active(line)),
            created_at=str(int(line.created.timestamp())),
            max_connections=str(line.max_sessions),
            allowed_output_formats=self._replica.station.output_formats,
        )
        return xtream.Login(user, self._server(request))

    def _server(self, request: Request) -> xtream.ServerInfo:
        place = place_of(request, self._settings)
        now = datetime.fromtimestamp(self._clock(), UTC)
        tls = self._settings.tls_listen
        plain_port = self._settings.listen.port if place.scheme == "https" else place.port
        tls_port = place.port if place.scheme == "https" else (tls.port if tls else 443)
        return xtream.ServerInfo(
            url=place.host,
            port=str(plain_port),
            https_port=str(tls_port),
            server_protocol=place.scheme,
            rtmp_port="1935",
            timezone=xtream.TIMEZONE,
            timestamp_now=int(now.timestamp()),
            time_now=xtream.words_of(now),
        )


def _categories(rows: tuple[Listed, ...]) -> list[xtream.Category]:
    return xtream.categories([(row.category_id, row.category_name) for row in rows])


def _pieces(rows: tuple[Listed, ...], category_id: str, days_of: DaysOf, base: str) -> Iterator[bytes]:
    """The list as JSON, some rows at a time; of one category, or of all."""
    if category_id:
        rows = tuple(row for row in rows if str(row.category_id) == category_id)
    yield b"["
    for start in range(0, len(rows), _ROWS_PER_PIECE):
        piece = xtream.encode([_stream(row, days_of, base) for row in rows[start : start + _ROWS_PER_PIECE]])[1:-1]
        yield b"," + piece if start else piece
    yield b"]"


def _panel_pieces(
    login: bytes, categories: bytes, rows: tuple[Listed, ...], days_of: DaysOf, base: str
) -> Iterator[bytes]:
    """One object of two answers and the channels by their ids."""
    yield login[:-1] + b',"categories":' + categories + b',"available_channels":{'
    for start in range(0, len(rows), _ROWS_PER_PIECE):
        piece = [
            b'"%d":%s' % (row.channel.id, xtream.encode(_panel_row(row, days_of, base)))
            for row in rows[start : start + _ROWS_PER_PIECE]
        ]
        yield (b"," if start else b"") + b",".join(piece)
    yield b"}}"


def _panel_row(row: Listed, days_of: DaysOf, base: str) -> xtream.PanelChannel:
    return xtream.PanelChannel(category_name=row.category_name, **_fields(row, days_of, base))


def _stream(row: Listed, days_of: DaysOf, base: str) -> xtream.LiveStream:
    return xtream.LiveStream(**_fields(row, days_of, base))


def _fields(row: Listed, days_of: DaysOf, base: str) -> dict[str, Any]:
    """What both kinds of rows hold."""
    channel = row.channel
    days = days_of(channel.id)
    return {
        "num": row.number,
        "name": channel.name or f"Channel {row.number}",
        "stream_id": channel.id,
        "stream_icon": absolute(channel.logo_url, base),
        "epg_channel_id": channel.guide_id or None,
        "added": str(int(channel.added.timestamp())),
        "is_adult": "1" if channel.adult else "0",
        "category_id": str(row.category_id),
        "category_ids": (row.category_id,),
        "tv_archive": int(days > 0),
        "tv_archive_duration": days,
    }
