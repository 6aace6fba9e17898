"""Recordings for set-top boxes: as films (`vod`) and as recordings (`remote_pvr`), ordered there too."""

from __future__ import annotations

import re
import time
from datetime import UTC
from typing import TYPE_CHECKING
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from rightcast.contract.recording_wish import RecordingWish
from rightcast.domain.entitlement import Denied
from rightcast.domain.recordings import OPEN, PLAYABLE, Status
from rightcast.domain.schedule import zone_named
from rightcast.edge.interfaces.stalker_tv import answered, nothing_to_play
from rightcast.edge.recordings.library import recording_of, title_id
from rightcast.formats import stalker
from rightcast.state.recording_wishes import new_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from rightcast.edge.http_message import Response
    from rightcast.edge.interfaces.recordings import Recordings
    from rightcast.edge.interfaces.stalker_tv import Call, Channels
    from rightcast.edge.recordings.shelf import Shelf, Shelved
    from rightcast.edge.tickets import Tickets

KINDS = frozenset({"remote_pvr", "pvr"})
_MEDIA = re.compile(r"(\d{1,18})(?:\.mpg)?", re.ASCII)
_LISTS = frozenset({"get_ordered_list", "get_active_recordings"})
_STARTS = frozenset({"start_rec_now", "start_record_now", "start_rec_deferred", "start_record"})
_ENDS = frozenset({"stop_rec", "stop_rec_now", "stop_rec_deferred", "stop_record", "del_rec", "del_record"})
_STATES = {Status.PLANNED: 0, Status.RECORDING: 1, Status.DONE: 2, Status.PARTIAL: 2}
_FAILED = 3
LENGTH_S = 2 * 3600
"""How long a recording runs where no guide says when the show ends."""


class BoxRecordings:
    """Answers KINDS, and links to recordings among films."""

    def __init__(
        self,
        shelf: Shelf,
        orders: Recordings,
        tickets: Tickets,
        channels: Channels,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._shelf = shelf
        self._orders = orders
        self._tickets = tickets
        self._channels = channels
        self._clock = clock

    async def answer(self, call: Call) -> Response | None:
        """A call about recordings, or a link to one of them among films; None: there is no such call."""
        if call.kind not in KINDS:
            return self.link(call) if call.action == "create_link" else None
        if call.action == "create_link":
            return self.link(call) or nothing_to_play()
        if call.action in _LISTS:
            return answered(self._page(call))
        if call.action in _STARTS:
            return await self._order(call)
        if call.action in _ENDS:
            return await self._remove(call)
        return None

    def link(self, call: Call) -> Response | None:
        """An address that opens a recording for half a minute; None: what is asked for is none."""
        named = _MEDIA.fullmatch(unquote(call.fields.get("cmd", "")).rpartition("/")[2])
        number = None if named is None else recording_of(int(named[1]))
        if number is None:
            return None
        line, recording = call.who.line, self._shelf.find(number)
        verdict = self._shelf.decide(line, recording)
        if isinstance(verdict, Denied):
            return answered(stalker.Link(id=str(title_id(number)), error="access_denied"), verdict.sentence)
        ticket = self._tickets.give(call.who, title_id(number))
        address = f"{self._channels.place(call.request).url}/recording/k/{ticket}/{number}.m3u8"
        return answered(stalker.Link(id=str(title_id(number)), cmd=f"ffmpeg {address}"))

    def _page(self, call: Call) -> stalker.Page:
        found = [one for one in self._shelf.of_line(call.who.line) if one.recording.status in PLAYABLE | OPEN]
        number = stalker.page_number(call.fields.get("p", ""))
        start = (number - 1) * stalker.PAGE_ROWS
        zone = zone_named(call.zone) if call.zone else ZoneInfo("UTC")
        rows = [_row(one, zone) for one in found[start : start + stalker.PAGE_ROWS]]
        return stalker.page(rows, number, len(found))

    async def _order(self, call: Call) -> Response:
        """From now on, or a show of the guide by a moment in it."""
        channel_id = stalker.number_of(call.fields.get("ch_id", ""))
        if channel_id is None:
            return answered(False, "Which channel shall be recorded is not said.")
        now = int(self._clock())
        start = stalker.number_of(call.fields.get("start_ts", "")) or now
        wish = RecordingWish(
            id=new_id(),
            line_id=call.who.line.id,
            action="order",
            at=now,
            channel_id=channel_id,
            start=start,
            length_s=LENGTH_S,
        )
        told = await self._orders.leave(wish)
        return answered(told.recording or told.state != "refused", told.sentence)

    async def _remove(self, call: Call) -> Response:
        number = stalker.number_of(call.fields.get("rec_id", ""))
        if number is None:
            return answered(False, "Which recording is meant is not said.")
        wish = RecordingWish(
            id=new_id(), line_id=call.who.line.id, action="remove", at=self._clock(), recording_id=number
        )
        told = await self._orders.leave(wish)
        return answered(told.state != "refused", told.sentence)


def _row(one: Shelved, zone: ZoneInfo) -> stalker.RecordingRow:
    recording = one.recording
    state = _STATES.get(recording.status, _FAILED)
    return stalker.RecordingRow(
        id=str(recording.id),
        ch_id=str(recording.channel_id),
        ch_name=one.channel_name,
        program=recording.title,
        descr=" ".join(filter(None, (recording.sentence, recording.description))),
        t_start=stalker.clock(recording.start, zone or UTC),
        t_stop=stalker.clock(recording.stop, zone or UTC),
        t_start_ts=recording.start,
        t_stop_ts=recording.stop,
        length=recording.stop - recording.start,
        state=state,
        started=int(state > 0),
        ended=int(state > 1),
        cmd=f"/media/{title_id(recording.id)}.mpg" if one.playable else "",
    )
