"""Channels, links and guide for set-top boxes; films and series as far as the library has some."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from rightcast.domain.entitlement import Denied, Reason
from rightcast.domain.images import absolute
from rightcast.domain.lineup import ChannelKind
from rightcast.edge.answers import response
from rightcast.edge.http_message import Request, Response
from rightcast.edge.identity import Identified
from rightcast.edge.interfaces.place import Place, place_of
from rightcast.edge.interfaces.stalker_guide import BoxGuide
from rightcast.edge.interfaces.stalker_library import library_answer
from rightcast.edge.live import player_of
from rightcast.formats import stalker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rightcast.contract.station import StationSettings
    from rightcast.edge.admission import Admission
    from rightcast.edge.answers import Answers
    from rightcast.edge.catalogue import Catalogue, Listed
    from rightcast.edge.favourites import Favourites
    from rightcast.edge.guide_port import Archive, Guide
    from rightcast.edge.library_port import Library
    from rightcast.edge.tickets import Tickets

SCRIPT = "text/javascript; charset=utf-8"
_NO_STORE = (("Cache-Control", "no-store"),)
_REFERER = re.compile(
    r"(?P<scheme>https?)://(?P<host>[^/:@\s]+|\[[0-9A-Fa-f:.]+\]):(?P<port>[0-9]{1,5})(?:/|$)", re.ASCII
)
_PORT = re.compile(r":[0-9]+$", re.ASCII)
_DENIED = "access_denied"
_NOTHING = "nothing_to_play"
"""Errors of a link that clients have words for."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a box that belongs to a line; `zone` is the name of the time zone in its cookie."""

    request: Request
    fields: dict[str, str]
    kind: str
    action: str
    who: Identified
    zone: str


class Channels:
    """Answers the types itv, radio, epg, tv_archive, vod and series."""

    def __init__(
        self,
        settings: StationSettings,
        admission: Admission,
        catalogue: Catalogue,
        answers: Answers,
        *,
        tickets: Tickets,
        guide: Guide,
        archive: Archive,
        library: Library,
        favourites: Favourites,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._admission = admission
        self._catalogue = catalogue
        self._answers = answers
        self._tickets = tickets
        self._guide = BoxGuide(guide, archive)
        self._archive = archive
        self._library = library
        self._favourites = favourites
        self._clock = clock

    async def answer(self, call: Call) -> Response | None:
        """A call about channels; None: there is no such call."""
        if call.action == "create_link":
            return self._link(call)
        if call.action == "get_all_channels":
            return await self._all(call)
        if call.action in {"get_genres", "get_categories"}:
            return await self._genres(call)
        if call.action == "get_epg_info":
            return await self._guide_of_all(call)
        if call.action in _FIXED:
            return answered(_FIXED[call.action])
        made = await self._made(call)
        return None if made is None else answered(made)

    async def _made(self, call: Call) -> object | None:
        match call.action:
            case "get_ordered_list" | "get_channels_by_genre":
                return await self._page(call)
            case "get_all_fav_channels" | "get_fav_ids":
                return await self._marked(call)
            case "set_fav":
                return self._mark(call)
            case "get_short_epg" | "get_simple_data_table" | "get_data_table" | "get_week":
                return await self._part_of_guide(call)
            case _:
                return None

    async def titles(self, call: Call) -> Response | None:
        """A call about films or series; None: there is no such call."""
        if call.action == "create_link":
            return nothing_to_play()
        if call.kind not in {"vod", "series"}:
            return None
        made = await library_answer(self._library, call.who.line, (call.kind, call.action), call.fields)
        return None if made is None else answered(made)

    def _days(self, call: Call) -> Callable[[int], int]:
        """For how many days back the line of a box can watch a channel."""
        return lambda channel_id: self._archive.archive_days(channel_id, call.who.line)

    async def _rows(self, call: Call) -> Sequence[Listed]:
        return _of_kind(await self._catalogue.of_line(call.who.line), call.kind)

    async def _genres(self, call: Call) -> Response:
        """The groups of the channels; made once for all lines that see the same."""
        listing, kind = await self._catalogue.listing(call.who.line), call.kind
        made = await self._answers.get(
            ("portal genres", listing.mark, kind), lambda: (stalker.answer(_genres(_of_kind(listing.rows, kind))),)
        )
        return response(call.request, made, SCRIPT)

    async def _all(self, call: Call) -> Response:
        """Every channel; made once for all lines that see the same."""
        base = self.place(call.request).url
        if call.kind == "radio":
            rows = await self._rows(call)
            return answered(stalker.page([_channel(row, self._days(call), base) for row in rows], 1, len(rows)))
        listing = await self._catalogue.listing(call.who.line)
        made = await self._answers.get(
            ("portal", listing.mark, self._archive.mark, base), lambda: _pieces(listing.rows, self._days(call), base)
        )
        return response(call.request, made, SCRIPT)

    async def _page(self, call: Call) -> stalker.Page:
        """Fourteen channels of a genre, or of a search; a genre that there is not has none."""
        fields, rows = call.fields, await self._rows(call)
        genre = fields.get("genre") or fields.get("category") or stalker.ALL
        search = fields.get("search", "").strip().casefold()
        marked = self._marked_ids(call)
        if fields.get("fav") == "1":
            rows = [row for row in rows if row.channel.id in marked]
        if genre not in {stalker.ALL, "0"}:
            category = stalker.category_of(genre)
            rows = [row for row in rows if row.category_id == category]
        if search:
            rows = [row for row in rows if search in row.channel.name.casefold()]
        if fields.get("sortby") == "name":
            rows = sorted(rows, key=lambda row: row.channel.name.casefold())
        number = stalker.page_number(fields.get("p", ""))
        start = (number - 1) * stalker.PAGE_ROWS
        shown = [
            _channel(row, self._days(call), self.place(call.request).url, marked)
            for row in rows[start : start + stalker.PAGE_ROWS]
        ]
        return stalker.page(shown, number, len(rows))

    async def _marked(self, call: Call) -> object:
        """The favourites of the box among what its line may watch, in order of number; or their ids only."""
        marked = self._marked_ids(call)
        rows = [row for row in await self._rows(call) if row.channel.id in marked]
        if call.action == "get_fav_ids":
            return [str(row.channel.id) for row in rows]
        return stalker.page(
            [_channel(row, self._days(call), self.place(call.request).url, marked) for row in rows], 1, len(rows)
        )

    def _mark(self, call: Call) -> bool:
        """All favourites of the box, in place of those before."""
        named = (stalker.number_of(one.strip()) for one in call.fields.get("fav_ch", "").split(","))
        credential = call.who.credential
        return credential is not None and self._favourites.keep(credential.id, (one for one in named if one))

    def _marked_ids(self, call: Call) -> frozenset[int]:
        credential = call.who.credential
        return frozenset(self._favourites.of(credential.id)) if credential is not None else frozenset()

    def _link(self, call: Call) -> Response:
        """An address that opens a channel for half a minute; whoever opens it is decided upon again."""
        command = unquote(call.fields.get("cmd", ""))
        channel_id = stalker.channel_of(command)
        if call.kind == "tv_archive":
            return self._link_to_past(call, command)
        if call.kind not in {"itv", "radio"} or channel_id is None:
            return nothing_to_play()
        player = player_of(call.request, call.who)
        verdict, ending = self._admission.admit_clear(call.who.line, channel_id, player), "ts"
        if isinstance(verdict, Denied) and verdict.reason is Reason.ENCRYPTED_ONLY:
            verdict, ending = self._admission.admit(call.who.line, channel_id, player), "m3u8"
        if isinstance(verdict, Denied):
            line, address = call.who.line.name, call.request.address
            self._admission.refuse(verdict.reason, line=line, channel_id=channel_id, address=address)
            return answered(stalker.Link(id=str(channel_id), error=_DENIED), verdict.sentence)
        url = self.place(call.request).url
        ticket = self._tickets.give(call.who, channel_id)
        return answered(stalker.Link(id=str(channel_id), cmd=f"ffmpeg {url}/play/{ticket}/{channel_id}.{ending}"))

    def _link_to_past(self, call: Call, command: str) -> Response:
        """The same for a programme of the guide, from its beginning to its end."""
        found = stalker.past_of(command)
        show = self._guide.kept(call.who.line, *found, int(self._clock())) if found is not None else None
        if found is None or show is None:
            return nothing_to_play()
        ticket, url = self._tickets.give(call.who, found[0]), self.place(call.request).url
        address = f"{url}/play/{ticket}/{found[0]}.ts?utc={show.start}&utcend={show.stop}"
        return answered(stalker.Link(id=str(found[0]), cmd=f"ffmpeg {address}"))

    def place(self, request: Request) -> Place:
        """Where the box reaches us: some clients leave the port out of their Host header, but not of their Referer."""
        place = place_of(request, self._settings)
        referer = _REFERER.match(request.header(b"referer"))
        if self._settings.public_url or referer is None or _PORT.search(request.header(b"host")):
            return place
        same = referer["scheme"] == place.scheme and referer["host"].lower() == place.host.lower()
        return replace(place, port=int(referer["port"])) if same else place

    async def _part_of_guide(self, call: Call) -> object:
        """Of one channel what comes, or its day; the grid of some; the days. Of what the line may not see, nothing."""
        guide, line, fields, now = self._guide, call.who.line, call.fields, int(self._clock())
        if call.action == "get_week":
            return guide.week(call.zone, now)
        rows = await self._rows(call)
        if call.action == "get_data_table":
            return guide.grid(line, rows, fields, call.zone, now)
        wanted = stalker.number_of(fields.get("ch_id", ""))
        found = next((row for row in rows if row.channel.id == wanted), None)
        if call.action == "get_short_epg":
            return guide.short(line, found, fields.get("size", ""), call.zone, now)
        return guide.day(line, found, fields, call.zone, now)

    async def _guide_of_all(self, call: Call) -> Response:
        """The guide of every channel for some hours, which may be long: written as it is sent."""
        period, now = call.fields.get("period", ""), int(self._clock())
        steps = self._guide.steps(call.who.line, await self._rows(call), period, call.zone, now)
        return Response(pieces=stalker.guide_pieces(steps), content_type=SCRIPT, headers=_NO_STORE)


def nothing_to_play() -> Response:
    """No link: what was asked for is nothing of ours."""
    return answered(stalker.Link(id="0", error=_NOTHING), "There is nothing to play by this cmd.")


def unknown(kind: str, action: str) -> Response:
    """What no portal of ours does: an empty list, and words for people who look."""
    return answered([], f"This portal has no action '{action[:40]}' of type '{kind[:40]}'.")


_FIXED: dict[str, object] = {
    **dict.fromkeys(("set_last_id", "set_played", "set_claim"), True),
}


def _of_kind(rows: Sequence[Listed], kind: str) -> Sequence[Listed]:
    """All channels, or those of radio."""
    return [row for row in rows if row.channel.kind is ChannelKind.RADIO] if kind == "radio" else rows


def _genres(rows: Sequence[Listed]) -> list[stalker.Genre]:
    suitable = {row.category_id for row in rows if not row.channel.adult}
    adult = frozenset(row.category_id for row in rows) - suitable
    return stalker.genres(((row.category_id, row.category_name) for row in rows), adult)


def _pieces(rows: Sequence[Listed], days_of: Callable[[int], int], base: str) -> Iterator[bytes]:
    return stalker.pages([_channel(row, days_of, base) for row in rows])


def _channel(
    row: Listed, days_of: Callable[[int], int], base: str, marked: frozenset[int] = frozenset()
) -> stalker.Channel:
    channel = row.channel
    days = days_of(channel.id)
    return stalker.Channel(
        id=str(channel.id),
        name=channel.name or f"Channel {row.number}",
        number=str(row.number),
        cmd=stalker.channel_command(channel.id),
        logo=absolute(channel.logo_url, base),
        tv_genre_id=stalker.genre_id(row.category_id),
        xmltv_id=channel.guide_id,
        censored=int(channel.adult),
        fav=int(channel.id in marked),
        enable_tv_archive=int(days > 0),
        tv_archive_duration=days * 24,
        archive=int(days > 0),
    )


def answered(js: object, words: str = "") -> Response:
    """An answer of the API."""
    return Response(body=stalker.answer(js, words), content_type=SCRIPT, headers=_NO_STORE)
