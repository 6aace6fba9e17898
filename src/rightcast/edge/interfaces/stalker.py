"""The portal API of set-top boxes (Stalker, MAG): load.php and portal.php, under whatever path a client derives.

A box signs in by its MAC address, which is a credential of a line; what it may see is decided as for everybody.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from msgspec import structs

from rightcast.domain.entitlement import Denied
from rightcast.domain.lineup import CredentialKind
from rightcast.edge.http_message import Response
from rightcast.edge.interfaces.stalker_box import Box, BoxTokens, box_of, new_random
from rightcast.edge.interfaces.stalker_tv import SCRIPT, Call, Channels, answered, unknown
from rightcast.edge.live import player_of
from rightcast.formats import stalker

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from rightcast.edge.admission import Admission
    from rightcast.edge.http_message import Request
    from rightcast.edge.identity import Identified
    from rightcast.edge.interfaces.guide_rows import GuideRows
    from rightcast.edge.interfaces.stalker_recordings import BoxRecordings
    from rightcast.edge.replica import Replica

_NO_STORE = (("Cache-Control", "no-store"),)
_HINT = b"""/* The portal API of this station: clients look here for its path. */
var portal_api = "/stalker_portal/server/load.php";
"""
_WELCOME = "This is a portal for set-top boxes. Give a box or an app the address of this station with /c/ behind it."


class Portal:
    """Answers load.php, portal.php and xpcom.common.js; `note` is told of calls that nobody understands."""

    def __init__(
        self,
        replica: Replica,
        admission: Admission,
        channels: Channels,
        tokens: BoxTokens,
        *,
        rows: GuideRows,
        recordings: BoxRecordings,
        note: Callable[[Request], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._replica = replica
        self._admission = admission
        self._channels = channels
        self._tokens = tokens
        self._rows = rows
        self._recordings = recordings
        self._note = note
        self._clock = clock

    def hint(self, _request: Request) -> Response:
        """`/c/xpcom.common.js`, in which some clients look for the path of the API."""
        return Response(body=_HINT, content_type=SCRIPT)

    async def answer(self, request: Request) -> Response:
        """One call; GET or a form, the query wins."""
        fields = request.fields()
        kind, action = fields.get("type", "").lower(), fields.get("action", "").lower()
        if not kind and not action:
            return answered([], _WELCOME)
        box = box_of(request, fields)
        if box.mac and (kind, action) == ("stb", "handshake"):
            return self._handshake(box, fields.get("token", "").upper())
        if not box.mac or not self._tokens.knows(box.token, box.mac, self._clock()):
            return _failed()
        who = self._admission.identity.by_handle(CredentialKind.MAC, box.mac, request.address)
        if isinstance(who, Denied):
            return self._stranger(request, box, who) if action == "get_profile" else _failed()
        player = player_of(request)
        self._admission.identity.saw(who, at=self._clock(), player=player.name, address=player.address)
        found = await self._known(Call(request, fields, kind, action, who, box.zone), box)
        if found is None:
            self._note(request)
            return unknown(kind, action)
        return found

    async def _known(self, call: Call, box: Box) -> Response | None:
        """A call of a box that belongs to a line; None: there is no such call."""
        match call.kind:
            case "stb":
                return self._stb(call, box)
            case "watchdog" | "account_info":
                return answered(stalker.Events() if call.kind == "watchdog" else self._account(box, call.who))
            case "itv" | "radio" | "epg" | "tv_archive":
                return await self._channels.answer(call)
            case "vod" | "series" | "remote_pvr" | "pvr":
                return await self._recordings.answer(call) or await self._channels.titles(call)
            case "guide":
                return await self._guide_rows(call)
            case _:
                return None

    async def _guide_rows(self, call: Call) -> Response | None:
        """The guide as the television application asks for it; a line that may not watch has none."""
        made = await self._rows.of(call.request, call.who.line, call.action, call.fields)
        return None if made is None else answered(made)

    def _handshake(self, box: Box, shown: str) -> Response:
        """The same token while it is valid; nothing here tells whether the address is known."""
        now = self._clock()
        valid = self._tokens.knows(shown, box.mac, now)
        token = shown if valid else self._tokens.make(box.mac, now)
        return answered(stalker.Handshake(token, new_random(), int(bool(shown) and not valid)))

    def _stb(self, call: Call, box: Box) -> Response | None:
        match call.action:
            case "get_profile":
                return self._profile(call.request, box, call.who)
            case "do_auth":
                return answered(self._logs_in(call))
            case "get_localization" | "get_modules" | "get_storages" | "get_settings" | "log":
                return answered(_FIXED[call.action])
            case _:
                return None

    def _logs_in(self, call: Call) -> bool:
        """The address of a box is enough; a name and secret that are shown as well must be of the same line."""
        name, secret = call.fields.get("login", ""), call.fields.get("password", "")
        if not name and not secret:
            return True
        found = self._admission.identity.by_name(name, secret, call.request.address)
        return not isinstance(found, Denied) and found.line.id == call.who.line.id

    def _profile(self, request: Request, box: Box, who: Identified) -> Response:
        line = who.line
        reason = self._admission.line_reason(line)
        if reason is not None:
            self._admission.refuse(reason, line=line.name, channel_id=0, address=request.address)
            return answered(_blocked(box.mac, Denied(reason).sentence))
        credential = who.credential
        return answered(
            stalker.Profile(
                id=str(credential.id if credential else line.id),
                name=(credential.device if credential else "") or line.name,
                mac=box.mac,
                login=line.name,
                status=0,
                default_timezone=self._replica.station.timezone,
                tariff_plan_name=self._replica.station.name,
                expire_billing_date=_until(line.expires),
                playback_limit=line.max_sessions,
            )
        )

    def _stranger(self, request: Request, box: Box, denied: Denied) -> Response:
        """A box of no line is told what to tell its provider; so is one whose network guesses too much."""
        self._admission.refuse(denied.reason, line=box.mac, channel_id=0, address=request.address)
        return answered(_blocked(box.mac, f"This device is not registered. Tell your provider its address: {box.mac}"))

    def _account(self, box: Box, who: Identified) -> stalker.AccountInfo:
        line = who.line
        account = stalker.Account(
            mac=box.mac,
            fname=(who.credential.device if who.credential else "") or line.name,
            phone=_until(line.expires) or "Unlimited",
            login=line.name,
            tariff_plan=self._replica.station.name,
            end_date=_until(line.expires),
            status=0 if self._admission.line_reason(line) is None else 1,
        )
        return stalker.AccountInfo(account_info=account, **structs.asdict(account))


_FIXED: dict[str, object] = {
    "get_localization": {},
    "get_modules": {"all_modules": ["tv", "radio", "epg"], "switchable_modules": [], "disabled_modules": []},
    "get_storages": {},
    "get_settings": {},
    "log": True,
}
"""Answers that only the pages of other portals look at."""


def _blocked(mac: str, sentence: str) -> stalker.Profile:
    return stalker.Profile(id="0", name="", mac=mac, status=1, msg=sentence, block_msg=sentence, blocked="1")


def _until(moment: datetime | None) -> str:
    """A line's end as words of UTC; "" when it has none."""
    return "" if moment is None else stalker.clock(moment.timestamp())


def _failed() -> Response:
    return Response(body=stalker.AUTHORIZATION_FAILED, content_type="text/html", headers=_NO_STORE)
