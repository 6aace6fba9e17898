"""`/recordings/`: what a line has recorded, ordering and removing, for apps that do it themselves and the TV app.

An order is a wish left for the panel, which does it within a second or two; while it is away the wish waits.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, get_args

import msgspec

from rightcast.contract.recording_wish import Action, RecordingAnswer, RecordingWish
from rightcast.edge.guessing import Buckets, Patience
from rightcast.edge.http_message import Response, text
from rightcast.edge.interfaces.entry import entered
from rightcast.edge.refusals import not_found
from rightcast.state.recording_wishes import new_id

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from rightcast.domain.lineup import Line
    from rightcast.edge.admission import Admission
    from rightcast.edge.http_message import Request
    from rightcast.edge.interfaces.entry import Guest
    from rightcast.edge.recordings.shelf import Shelf, Shelved
    from rightcast.state.recording_wishes import RecordingWishes

WAIT_S = 3.0
_STEP_S = 0.1
_WISHES = Patience(60, 5.0)
_ACTIONS: dict[str, Action] = {action: action for action in get_args(Action)}
_NEEDS: dict[str, tuple[str, ...]] = {
    "order": ("channel", "start"),
    "rule": ("channel", "start"),
    "remove": ("id",),
    "lock": ("id",),
    "unlock": ("id",),
    "unrule": ("rule",),
}
_NO_STORE = (("Cache-Control", "no-store"),)
_WAITS = (
    "Your wish is noted, but the station cannot do it at the moment. It waits for up to a day and is done as soon as "
    "that is possible; what has passed by then may be missing."
)


class RecordingRow(msgspec.Struct, frozen=True, kw_only=True):
    """A recording as apps are told of it. Moments in unix seconds; `why` in words; addresses "" where not allowed."""

    id: int
    channel: int
    channel_name: str
    title: str
    subtitle: str
    description: str
    season: int
    episode: int
    image: str
    start: int
    stop: int
    status: str
    reason: str
    why: str
    locked: bool
    expires: int
    rule: int
    size_bytes: int
    play: str
    download: str


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of a wish: done, refused or waiting, with a sentence."""

    state: str
    sentence: str
    wish: str
    recording: int = 0
    rule: int = 0


class Recordings:
    """Answers `/recordings`, and orders of other interfaces. `clock` gives unix seconds."""

    def __init__(
        self,
        admission: Admission,
        shelf: Shelf,
        wishes: RecordingWishes,
        *,
        clock: Callable[[], float] = time.time,
        wait_s: float = WAIT_S,
    ) -> None:
        self._admission = admission
        self._shelf = shelf
        self._wishes = wishes
        self._clock = clock
        self._wait_s = wait_s
        self._asked = Buckets(_WISHES)

    def answer(self, request: Request, parts: list[str]) -> Response | Coroutine[Any, Any, Response]:
        """The list at `/recordings`, a wish at `/recordings/ACTION`, what became of one at `/recordings/wish`."""
        fields = request.fields()
        what = parts[0] if len(parts) == 1 else ""
        if len(parts) > 1 or (what and what != "wish" and what not in _ACTIONS):
            return not_found()
        guest = entered(request, fields, self._admission)
        if isinstance(guest, Response):
            return guest
        if not what:
            return _json([_row(one, guest) for one in self._shelf.of_line(guest.line)])
        if what == "wish":
            return self._told(guest.line, fields.get("wish", ""))
        if request.method != "POST":
            return text(405, "Wishes are sent by POST.", ("Allow", "POST"))
        return self._wish(request, guest.line, what, fields)

    async def leave(self, wish: RecordingWish) -> Told:
        """Leave a wish and wait a little for what becomes of it."""
        if not self._wishes.put(wish):
            return Told("refused", "Too many wishes wait already; try again later.", wish.id)
        deadline = time.monotonic() + self._wait_s
        while time.monotonic() < deadline:
            found = self._wishes.answer(wish.id)
            if found is not None:
                return _settled(found)
            await asyncio.sleep(_STEP_S)
        return Told("waiting", _WAITS, wish.id)

    async def _wish(self, request: Request, line: Line, what: str, fields: dict[str, str]) -> Response:
        now = self._clock()
        if self._asked.is_full(str(line.id), now):
            return text(429, "Too many wishes came from this line.", ("Retry-After", "5"))
        self._asked.add(str(line.id), now)
        numbers = {name: _number(fields.get(name, "")) for name in ("channel", "start", "stop", "id", "rule", "keep")}
        missing = next((name for name in _NEEDS[what] if not numbers[name]), None)
        if missing is not None:
            return text(400, f"'{missing}' is needed, a whole number.")
        wish = RecordingWish(
            id=new_id(),
            line_id=line.id,
            action=_ACTIONS[what],
            at=now,
            channel_id=numbers["channel"],
            start=numbers["start"],
            stop=numbers["stop"],
            recording_id=numbers["id"],
            rule_id=numbers["rule"],
            keep=numbers["keep"],
            any_channel=fields.get("any_channel") == "1",
            new_only=fields.get("new_only") == "1",
        )
        told = await self.leave(wish)
        return _json(told, {"done": 200, "waiting": 202}.get(told.state, 409))

    def _told(self, line: Line, wish_id: str) -> Response:
        found = self._wishes.answer(wish_id)
        if found is not None:
            return _json(_settled(found))
        if any(one.id == wish_id for one in self._wishes.of_line(line.id)):
            return _json(Told("waiting", _WAITS, wish_id), 202)
        return text(404, "There is no such wish, or it was answered minutes ago.")


def _settled(found: RecordingAnswer) -> Told:
    state = "refused" if found.refusal else "done"
    return Told(state, found.refusal or found.sentence, found.id, found.recording_id, found.rule_id)


def _row(one: Shelved, guest: Guest) -> RecordingRow:
    recording = one.recording
    address = f"/recording/{guest.name}/{guest.secret}/{recording.id}"
    return RecordingRow(
        id=recording.id,
        channel=recording.channel_id,
        channel_name=one.channel_name,
        title=recording.title,
        subtitle=recording.subtitle,
        description=recording.description,
        season=recording.season,
        episode=recording.episode,
        image=recording.icon_url,
        start=recording.start,
        stop=recording.stop,
        status=recording.status.value,
        reason=recording.cause.value,
        why=recording.sentence,
        locked=recording.locked,
        expires=recording.expires,
        rule=recording.rule_id,
        size_bytes=recording.size_bytes,
        play=f"{address}.m3u8" if one.playable else "",
        download=f"{address}.ts?download=1" if one.downloadable else "",
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _json(value: object, status: int = 200) -> Response:
    return Response(status=status, body=msgspec.json.encode(value), content_type="application/json", headers=_NO_STORE)
