"""Live television over HTTP: endless transport streams, and playlists with their segments under a token."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from rightcast.domain.entitlement import Denied, Reason
from rightcast.edge.admission import RENEW_HLS_S, Admission
from rightcast.edge.endless_ts import Delivery, Viewer
from rightcast.edge.heights import endless
from rightcast.edge.http_message import Response, text
from rightcast.edge.icy import Listener, Radio, content_type, sound_track
from rightcast.edge.identity import Identified, Player, proof_of
from rightcast.edge.key_log import KeyLog
from rightcast.edge.packaging.names import INDEX, MASTER, Form, Track
from rightcast.edge.refusals import bad_token, moved_on, not_found, not_on_air, refusal
from rightcast.edge.ring_reader import Ring, Rings
from rightcast.edge.slices import SegmentSlice, slice_of

if TYPE_CHECKING:
    from rightcast.domain.lineup import Line
    from rightcast.edge.http_connection import Answer, Connection
    from rightcast.edge.http_message import Prepared, Request
    from rightcast.edge.keys import Keys
    from rightcast.edge.packaging.outputs import Outputs
    from rightcast.edge.past.playing import Playing
    from rightcast.edge.tickets import Tickets
    from rightcast.edge.viewings import Viewing, Viewings

STREAM_WAIT_S = 15.0
PLAYLIST_WAIT_S = 10.0
_PLAIN = Track(Form.TS, 0).playlist
"""The plain playlist as it is made just in time, where segments are encrypted."""
_RADIO = frozenset({"mp3", "aac", "icy"})
_STREAM_HEADERS = (("Cache-Control", "no-store"),)


Begin = Callable[["Request", "Connection", Ring, "Viewing"], Response | None]
"""Takes a connection over; a response when it cannot."""


class Live:
    """Answers the addresses of live channels."""

    def __init__(
        self,
        admission: Admission,
        viewings: Viewings,
        rings: Rings,
        delivery: Delivery,
        *,
        keys: Keys,
        outputs: Outputs,
        radio: Radio,
        tickets: Tickets,
        playing: Playing,
    ) -> None:
        self._admission = admission
        self._viewings = viewings
        self._rings = rings
        self._delivery = delivery
        self._keys = keys
        self._outputs = outputs
        self._radio = radio
        self._tickets = tickets
        self._playing = playing
        self._key_log = KeyLog()

    def by_credentials(
        self, request: Request, connection: Connection, who: tuple[str, str], channel_id: int, ending: str
    ) -> Answer | Coroutine[Any, Any, Answer]:
        """`/live/NAME/SECRET/ID.ts` and its kin; `who` is name and secret."""
        found = self._admission.identity.by_name(*who, request.address)
        if isinstance(found, Denied):
            return self._refused(found, who[0], channel_id, request)
        return self.opened(request, connection, found, channel_id, ending)

    def by_ticket(
        self, request: Request, connection: Connection, ticket: str, file: str
    ) -> Answer | Coroutine[Any, Any, Answer]:
        """`/play/TICKET/ID.ts` and its kin."""
        who = self.holder_of(ticket, file)
        if who is None:
            return bad_token()
        channel, _, ending = file.partition(".")
        return self.opened(request, connection, who, int(channel), ending)

    def holder_of(self, ticket: str, file: str) -> Identified | None:
        """Whose ticket it is, if it opens the channel that a file names."""
        found = self._tickets.take(ticket)
        return found.who if found is not None and file.partition(".")[0] == str(found.channel_id) else None

    def opened(
        self, request: Request, connection: Connection, who: Identified, channel_id: int, ending: str
    ) -> Answer | Coroutine[Any, Any, Answer]:
        """A channel for a line that is known; the session ends with the credential that it came in by."""
        line, player = who.line, player_of(request, who)
        if ending in {"m3u8", "mpd"}:
            wanted = "dash" if ending == "mpd" else request.fields().get("format", "")
            if wanted == "pause":
                return self._playing.paused(request, who, channel_id)
            name = self._outputs.entrance(channel_id, wanted)
            return self._playlist_address(request, line, channel_id, player, name)
        if request.is_head:
            verdict = self._admission.admit_clear(line, channel_id, player)
            if isinstance(verdict, Denied):
                return self._refused(verdict, line.name, channel_id, request)
            track = sound_track(self._rings.get(channel_id).tracks) if ending in _RADIO else None
            kind = content_type(track) if track is not None else "video/mp2t"
            return Response(content_type=kind, headers=_STREAM_HEADERS, pieces=iter(()))
        begin = self._begin_sound if ending in _RADIO else self._begin_stream
        return self._stream(request, connection, line, (channel_id, player), begin)

    def stream_of(
        self, request: Request, connection: Connection, line: Line, channel_id: int
    ) -> Answer | Coroutine[Any, Any, Answer]:
        """The endless stream of a channel for a line that is known already."""
        return self._stream(request, connection, line, (channel_id, player_of(request)), self._begin_stream)

    def straight(self, path: str) -> Prepared | None:
        """The plain playlist of a running viewing, when it lies ready and needs no more than to be sent.

        Most requests are for one. None: not so, ask `by_token`; protection, a signal or an ageing lease asks more.
        """
        viewing = self._viewings.at(path)
        if (
            viewing is None
            or viewing.from_wall
            or viewing.course
            or self._keys.protects(viewing.channel_id)
            or self._lease_ages(viewing)
        ):
            return None
        ring = self._rings.get(viewing.channel_id)
        return ring.playlist() if viewing.may_have(ring) else None

    def by_token(
        self, request: Request, token: str, channel_id: int, name: str
    ) -> Answer | Coroutine[Any, Any, Answer]:
        """`/s/TOKEN/ID/index.m3u8` and all beside it: no waiting for a token that is known."""
        viewing = self._viewings.by_token(token)
        if viewing is None or (viewing.channel_id != channel_id and not viewing.course):
            return self._resume(request, token, channel_id, name)
        return self._serve(request, viewing, name, channel_id)

    def cut(self, viewing: Viewing) -> None:
        """A decision ended the viewing: its pictures stop now, and requests that wait for some are answered."""
        for viewer in list(viewing.viewers):
            if isinstance(viewer, Viewer):
                self._delivery.cut(viewer)
            else:
                viewer.cut()
        for wait in list(viewing.waits):
            wait.cancel()

    async def _stream(
        self, request: Request, connection: Connection, line: Line, what: tuple[int, Player], begin: Begin
    ) -> Answer:
        """An endless answer: admitted, waited for, begun; `what` is a channel and who asks for it."""
        channel_id, player = what
        viewing = await self._admission.open_ts(line, channel_id, player)
        if isinstance(viewing, Denied):
            return self._refused(viewing, line.name, channel_id, request)
        started = False
        try:
            ring = await self._joinable(viewing)
            if viewing.ended:
                return refusal(Denied(viewing.refused))
            if ring is None or not viewing.may_see(ring):
                return not_on_air()
            refused = begin(request, connection, ring, viewing)
            started = refused is None
            return refused
        finally:
            if not started:
                self._admission.hang_up(viewing)

    async def _joinable(self, viewing: Viewing) -> Ring | None:
        """The ring of what a viewing sees, once somebody can join it; it may be moved while it waits."""
        while True:
            shows = viewing.shows
            found = self._begins_at(viewing)
            if found is None:
                there = self._rings.get(*shows).until(
                    lambda: self._begins_at(viewing) is not None, timeout_s=STREAM_WAIT_S
                )
                await _wait(viewing, there)
            if viewing.ended or viewing.shows == shows:
                return self._begins_at(viewing)

    def _begins_at(self, viewing: Viewing) -> Ring | None:
        """The ring to send an endless stream from, once it can begin: of the own channel one that its right fits."""
        found: Ring | None = self._rings.get(*viewing.shows)
        own = viewing.shows.channel_id == viewing.channel_id
        if viewing.max_height and own and not viewing.shows.rendition:
            found = endless(self._rings.of_channel(viewing.channel_id), viewing.max_height)
        since = viewing.from_wall if own else 0.0
        return found if found is not None and found.newest_joinable(since) is not None else None

    def _begin_stream(self, _request: Request, connection: Connection, ring: Ring, viewing: Viewing) -> Response | None:
        viewer = Viewer(
            connection, ring, lambda gone: self._hung_up(viewing, gone), lambda: self._admission.mover.rescue(viewing)
        )
        viewing.viewers.add(viewer)
        if self._delivery.start(viewer):
            return None
        viewing.viewers.discard(viewer)
        return not_on_air()

    def _begin_sound(self, request: Request, connection: Connection, ring: Ring, viewing: Viewing) -> Response | None:
        name = self._admission.channel_name(viewing.channel_id)
        listener = self._radio.begin(request, connection, ring, name, lambda gone: self._hung_up(viewing, gone))
        if listener is None:
            return text(404, "The channel has no sound that can be sent alone; AAC and MPEG audio can.")
        if not listener.gone:
            viewing.viewers.add(listener)
        return None

    def _hung_up(self, viewing: Viewing, viewer: Viewer | Listener) -> None:
        viewing.viewers.discard(viewer)
        viewing.bytes_sent += viewer.bytes_sent
        self._admission.hang_up(viewing)

    async def _playlist_address(
        self, request: Request, line: Line, channel_id: int, player: Player, name: str | None
    ) -> Answer:
        """Send the player on to an address without credentials."""
        if request.is_head:
            token = self._admission.preview(line, channel_id, player)
        else:
            viewing = await self._admission.open_hls(line, channel_id, player, self._lease_s(channel_id))
            token = viewing if isinstance(viewing, Denied) else viewing.token
            if name == INDEX and not isinstance(viewing, Denied) and viewing.max_height:
                name = MASTER  # a rung may fit where the broadcast does not
        if isinstance(token, Denied):
            return self._refused(token, line.name, channel_id, request)
        if name is None:
            return text(404, "The channel is not offered in this format.")
        location = f"/s/{token}/{channel_id}/{name}"
        return text(302, "The playlist is elsewhere.", ("Location", location), ("Cache-Control", "no-store"))

    async def _resume(self, request: Request, token: str, channel_id: int, name: str) -> Answer:
        found = await self._admission.resume(token, channel_id, player_of(request), self._lease_s(channel_id))
        if found is None:
            return bad_token()
        if isinstance(found, Denied):
            return self._refused(found, "", channel_id, request)
        if found.channel_id != channel_id and not found.course:
            return bad_token()
        answer = self._serve(request, found, name, channel_id)
        return await answer if isinstance(answer, Coroutine) else answer

    def _serve(
        self, request: Request, viewing: Viewing, name: str, channel_id: int
    ) -> Answer | Coroutine[Any, Any, Answer]:
        past = self._playing.by_token(request, viewing, name)
        if past is not None or viewing.recording_id:
            return past or not_found()  # the token of a recording opens nothing else
        if viewing.course:
            return self._serve_moved(request, viewing, name, channel_id)
        ring = self._rings.get(viewing.channel_id)
        if viewing.from_wall or self._keys.protects(viewing.channel_id):
            key = self._key(ring, request, viewing, name)
            return key or self._other(request, viewing, _PLAIN if name == INDEX else name)
        return self._serve_clear(request, viewing, ring, name)

    def _serve_clear(
        self, request: Request, viewing: Viewing, ring: Ring, name: str
    ) -> Answer | Coroutine[Any, Any, Answer]:
        """Of a channel that is not encrypted, to somebody who may see all that its ring holds."""
        stem, _, ending = name.partition(".")
        if name != INDEX and (ending != "ts" or not stem.isdecimal()):
            return self._key(ring, request, viewing, name) or self._other(request, viewing, name)
        return self._broadcast(ring, request, viewing, name)

    def _broadcast(
        self, ring: Ring, request: Request, viewing: Viewing, name: str
    ) -> Answer | Coroutine[Any, Any, Answer]:
        """The plain playlist, or a whole segment as it came."""
        if not viewing.may_see(ring):
            return refusal(Denied(Reason.PICTURE_TOO_LARGE))
        if name == INDEX:
            return self._playlist(ring, viewing)
        number = name.partition(".")[0]
        segment = ring.segments.get(int(number)) if len(number) < 19 else None
        if segment is None or not segment.closed or not segment.end:
            return not_found()
        tag = f"{segment.epoch}-{segment.sequence}-{segment.end}"  # the epoch keeps it unique over restarts
        answer = slice_of(request, segment, (0, segment.end), tag, "video/mp2t", owner=viewing)
        if isinstance(answer, SegmentSlice) and not request.is_head:
            viewing.bytes_sent += answer.size
        return answer

    def _serve_moved(
        self, request: Request, viewing: Viewing, name: str, channel_id: int
    ) -> Answer | Coroutine[Any, Any, Answer]:
        """For a viewing that was moved: playlists where they always were, all else only of what it sees now."""
        if name.endswith((".m3u8", ".mpd")):
            if channel_id != viewing.channel_id:
                return not_found()
            return self._other(request, viewing, _PLAIN if name == INDEX else name)
        if channel_id != viewing.shows.channel_id:
            return moved_on()
        ring = self._rings.get(*viewing.shows)
        return self._key(ring, request, viewing, name) or self._outputs.answer(request, viewing, name, channel_id)

    def _key(self, ring: Ring, request: Request, viewing: Viewing, name: str) -> Response | None:
        """A key or a licence, if that is what `name` asks for; the log says which session had it."""
        found = self._keys.answer(ring, request, name)
        if found is not None:
            self._key_log.note(viewing.sid, ring.channel_id, name, found.status)
        return found

    def _playlist(self, ring: Ring, viewing: Viewing) -> Answer | Coroutine[Any, Any, Answer]:
        if self._lease_ages(viewing):
            return self._renewed(viewing, lambda: ring.playlist() or self._first_playlist(ring, viewing))
        return ring.playlist() or self._first_playlist(ring, viewing)

    def _other(self, request: Request, viewing: Viewing, name: str) -> Answer | Coroutine[Any, Any, Answer]:
        """Whatever is made just in time; its playlists and manifests renew the lease too."""
        if self._lease_ages(viewing) and name.endswith((".m3u8", ".mpd")):
            return self._renewed(viewing, lambda: self._outputs.answer(request, viewing, name))
        return self._outputs.answer(request, viewing, name)

    def _lease_ages(self, viewing: Viewing) -> bool:
        return self._admission.now() - viewing.renewed > RENEW_HLS_S and not viewing.renewing

    async def _renewed(self, viewing: Viewing, answer: Callable[[], Answer | Coroutine[Any, Any, Answer]]) -> Answer:
        """Now and then fetching a playlist also renews the lease."""
        viewing.renewing = True
        try:
            lease_s = self._lease_s(viewing.channel_id)
            if not await self._admission.renew_hls(viewing, lease_s):
                denied = Denied(Reason.TOO_MANY_SESSIONS)
                self._admission.refuse(
                    denied.reason, line=viewing.line_name, channel_id=viewing.channel_id, address=viewing.address
                )
                return refusal(denied)
        finally:
            viewing.renewing = False
        found = answer()
        return await found if isinstance(found, Coroutine) else found

    async def _first_playlist(self, ring: Ring, viewing: Viewing) -> Answer:
        await _wait(viewing, ring.until(lambda: ring.playlist() is not None, timeout_s=PLAYLIST_WAIT_S))
        if viewing.ended:
            return refusal(Denied(viewing.refused))
        return ring.playlist() or not_on_air()

    def _lease_s(self, channel_id: int) -> float:
        return 3 * self._rings.get(channel_id).target_duration + 10.0

    def _refused(self, denied: Denied, line: str, channel_id: int, request: Request) -> Response:
        self._admission.refuse(denied.reason, line=line, channel_id=channel_id, address=request.address)
        return refusal(denied)


def _is_joinable(ring: Ring, since: float) -> Callable[[], bool]:
    return lambda: ring.newest_joinable(since) is not None


async def _wait(viewing: Viewing, found: Coroutine[Any, Any, bool]) -> None:
    """Wait for the channel's bytes; until they came, time is up, or the viewing was ended by a decision."""
    if viewing.ended:
        found.close()
        return
    wait = asyncio.ensure_future(found)
    viewing.waits.add(wait)
    try:
        await asyncio.wait((wait,))
    finally:
        viewing.waits.discard(wait)
        wait.cancel()


def player_of(request: Request, who: Identified | None = None) -> Player:
    """Who sent a request, and by which credential or which secret."""
    address, name = request.address, request.header(b"user-agent")
    if who is None:
        return Player(address, name)
    if who.credential is None:
        return Player(address, name, proof=proof_of(who.line))
    return Player(address, name, who.credential.id)
