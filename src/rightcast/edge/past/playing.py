"""Plays of the past at this edge: the rooms that find, decide and send them, wired; and who may begin one."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rightcast.domain.catchup import Span
from rightcast.domain.entitlement import Denied, Reason
from rightcast.domain.recordings import KEPT
from rightcast.edge.admission import RENEW_HLS_S
from rightcast.edge.http_message import text
from rightcast.edge.live import player_of
from rightcast.edge.past import names
from rightcast.edge.past.course import Course
from rightcast.edge.past.delivery import PastDelivery
from rightcast.edge.past.files import Files
from rightcast.edge.past.gate import Gate
from rightcast.edge.past.plan import Plan, span_of
from rightcast.edge.past.playlists import PAUSE_S, Playlists
from rightcast.edge.past.reels import Reels
from rightcast.edge.past.stock import Stock
from rightcast.edge.past.streams import CHANNEL, Streams, Wish
from rightcast.edge.refusals import refusal
from rightcast.state.archive.reel import take_reel

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Coroutine
    from pathlib import Path

    from rightcast.domain.recordings import Recording
    from rightcast.edge.admission import Admission
    from rightcast.edge.cues import Cues
    from rightcast.edge.guide_port import Guide
    from rightcast.edge.http_connection import Answer
    from rightcast.edge.http_message import Request
    from rightcast.edge.identity import Identified
    from rightcast.edge.replica import Replica
    from rightcast.edge.viewings import Viewing, Viewings
    from rightcast.edge.writables import Writables

Headers = tuple[tuple[str, str], ...]

LEASE_S = 90.0
"""A player that has read ahead asks for nothing meanwhile; its screen stays its own for so long."""


class Playing:
    """Answers every address of the past, however it was written."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        writables: Writables,
        root: Path,
        *,
        replica: Replica,
        cues: Cues,
        guide: Guide,
        admission: Admission,
        viewings: Viewings,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._admission = admission
        self._viewings = viewings
        self._replica = replica
        self._clock = clock
        self._root = root
        self.reels = Reels(clock=clock)
        self.files = Files(loop, self.reels)
        self.delivery = PastDelivery(loop, writables, self.files, clock=clock)
        self.gate = Gate(admission.asking, replica, cues, guide, clock=clock)
        self._streams = Streams(
            admission, viewings, self.gate, reels=self.reels, delivery=self.delivery, root=root, clock=clock
        )
        self._playlists = Playlists(self.gate, self.reels, self.files, root, clock=clock)
        self.stock = Stock(replica, self.gate, self.reels, root, clock=clock)
        admission.again_for_past = self._streams.again

    async def play(self, request: Request, who: Identified, channel_id: int, asked: Span, ending: str) -> Answer:
        """A stretch for a line that is known: as a playlist when `ending` is m3u8, else as one body."""
        asked = self.gate.padded(channel_id, asked)
        if ending == "m3u8":
            found = await self._address(request, who, channel_id, asked, names.stretch_name(asked))
        else:
            found = await self._streams.open(request, who, channel_id, asked)
        return self._refused(found, who.line.name, channel_id, request) if isinstance(found, Denied) else found

    async def recorded(
        self, request: Request, who: Identified, recording: Recording, ending: str, headers: Headers = ()
    ) -> Answer:
        """A recording of a line that is known, from where it begins, as a playlist or as one body."""
        start, stop = recording.span
        kept = await self.reels.run(take_reel(self._root, recording.take_id), lambda reel: reel.span())
        asked = Span(max(start, kept[0] if kept else start), stop)
        channel_id, wish = recording.channel_id, Wish(recording.id, recording.status in KEPT, headers)
        if ending == "m3u8":
            found = await self._address(request, who, channel_id, asked, names.stretch_name(asked), wish=wish)
        else:
            found = await self._streams.open(request, who, channel_id, asked, recording=wish)
        return self._refused(found, who.line.name, channel_id, request) if isinstance(found, Denied) else found

    async def paused(self, request: Request, who: Identified, channel_id: int) -> Answer:
        """The live picture with what was before it, as a playlist in which a player may wind back."""
        now = self._clock()
        found = await self._address(request, who, channel_id, Span(now - PAUSE_S, now), names.PAUSE)
        return self._refused(found, who.line.name, channel_id, request) if isinstance(found, Denied) else found

    def by_token(self, request: Request, viewing: Viewing, name: str) -> Coroutine[Any, Any, Answer] | None:
        """What a viewing asks for by a name of the past; None for another name."""
        return None if names.read(name) is None else self._under_token(request, viewing, name)

    def tick(self) -> None:
        """To be called about once a second."""
        self._streams.tick()
        self.files.sweep()

    def close(self) -> None:
        """The edge goes down."""
        self.delivery.close()
        self.files.close()
        self.reels.close()

    async def _address(
        self, request: Request, who: Identified, channel_id: int, asked: Span, name: str, *, wish: Wish = CHANNEL
    ) -> Answer | Denied:
        """Send the player on to an address without credentials, if there is something to see."""
        line, player = who.line, replace(player_of(request, who), recording_id=wish.id)
        found = self.gate.permit(line, channel_id, player, asked)
        if isinstance(found, Denied):
            return found
        if self._replica.protection(channel_id).is_on:
            return Denied(Reason.ENCRYPTED_ONLY)
        if name != names.PAUSE:
            refused = found.refusal(asked, self._clock())
            if refused is not None:
                return Denied(refused)
            plan = Plan(asked, lambda kept: found.allows(span_of(kept), self._clock()))
            folder = self.gate.folder(self._root, channel_id, wish.id)
            if not await Course(self.reels, folder, plan, clock=self._clock).begin():
                return Denied(Reason.NOT_KEPT)
        if request.is_head:
            token = self._admission.preview(line, channel_id, player)
        else:
            viewing = await self._admission.open_hls(line, channel_id, player, LEASE_S)
            token = viewing if isinstance(viewing, Denied) else viewing.token
            if not isinstance(viewing, Denied):
                self._note(viewing, asked.start, found.until.timestamp() if found.until is not None else None)
        if isinstance(token, Denied):
            return token
        location = f"/s/{token}/{channel_id}/{name}"
        return text(302, "The playlist is elsewhere.", ("Location", location), ("Cache-Control", "no-store"))

    def _note(self, viewing: Viewing, start: float, until: float | None) -> None:
        viewing.past = start
        if until is not None:
            self._viewings.ends_by(viewing, until)

    async def _under_token(self, request: Request, viewing: Viewing, name: str) -> Answer:
        if self._replica.protection(viewing.channel_id).is_on:
            return self._refused(Denied(Reason.ENCRYPTED_ONLY), viewing.line_name, viewing.channel_id, request)
        if self._clock() - viewing.renewed > RENEW_HLS_S and not viewing.renewing:
            viewing.renewing = True
            try:
                if not await self._admission.renew_hls(viewing, LEASE_S):
                    denied = Denied(Reason.TOO_MANY_SESSIONS)
                    return self._refused(denied, viewing.line_name, viewing.channel_id, request)
            finally:
                viewing.renewing = False
        found = await self._playlists.answer(request, viewing, name)
        if viewing.ended:
            found = Denied(viewing.refused)
        if not isinstance(found, Denied):
            return found
        return self._refused(found, viewing.line_name, viewing.channel_id, request)

    def _refused(self, denied: Denied, line: str, channel_id: int, request: Request) -> Answer:
        self._admission.refuse(denied.reason, line=line, channel_id=channel_id, address=request.address)
        return refusal(denied)
