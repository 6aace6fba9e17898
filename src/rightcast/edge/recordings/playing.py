"""Addresses that play recordings: `/recording/…`, and `/movie/…` where the title is a recording."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from rightcast.domain.entitlement import Denied, Reason
from rightcast.edge.http_message import text
from rightcast.edge.recordings.library import recording_of, title_id
from rightcast.edge.refusals import bad_token, refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from rightcast.domain.recordings import Recording
    from rightcast.edge.admission import Admission
    from rightcast.edge.http_connection import Answer
    from rightcast.edge.http_message import Request
    from rightcast.edge.identity import Identified
    from rightcast.edge.past.playing import Playing
    from rightcast.edge.recordings.shelf import Shelf
    from rightcast.edge.tickets import Tickets

    Title = Callable[[Request, list[str]], "Answer | Coroutine[Any, Any, Answer]"]

_FILE = re.compile(r"(\d{1,18})(?:\.(ts|m3u8))?", re.ASCII)
_UNSAFE = re.compile(r"[^A-Za-z0-9 ._-]+")


class RecordingAddresses:
    """Finds who asks for which recording, and has it played. `film` answers titles that are none."""

    def __init__(self, admission: Admission, shelf: Shelf, playing: Playing, tickets: Tickets, film: Title) -> None:
        self._admission = admission
        self._shelf = shelf
        self._playing = playing
        self._tickets = tickets
        self._film = film

    def movie(self, request: Request, parts: list[str]) -> Answer | Coroutine[Any, Any, Answer]:
        """`/movie/NAME/SECRET/ID.EXT`: a recording by its id among titles, else a film."""
        stem = parts[-1].partition(".")[0] if parts else ""
        number = recording_of(int(stem)) if stem.isascii() and stem.isdigit() and len(stem) < 19 else None
        if number is None or len(parts) != 3:
            return self._film(request, parts)
        ending = "m3u8" if parts[-1].endswith(".m3u8") else "ts"
        return self._known(request, (parts[0], parts[1]), number, ending)

    def recording(self, request: Request, parts: list[str]) -> Answer | Coroutine[Any, Any, Answer]:
        """`/recording/NAME/SECRET/ID.ts` or `.m3u8`; with `?download=1` the body is a file to be kept.

        `k` in place of a name stands before a ticket.
        """
        found = _FILE.fullmatch(parts[2]) if len(parts) == 3 else None
        if found is None:
            return text(404, "The address of a recording is /recording/NAME/SECRET/ID.ts or ID.m3u8.")
        if parts[0] == "k":
            ticket = self._tickets.take(parts[1])
            if ticket is None or ticket.channel_id != title_id(int(found[1])):
                return bad_token()
            return self.opened(request, ticket.who, int(found[1]), found[2] or "ts")
        return self._known(request, (parts[0], parts[1]), int(found[1]), found[2] or "ts")

    def opened(
        self, request: Request, who: Identified, recording_id: int, ending: str
    ) -> Answer | Coroutine[Any, Any, Answer]:
        """A recording for a line that is known."""
        recording = self._shelf.find(recording_id)
        download = request.fields().get("download") == "1" and ending == "ts"
        verdict = self._shelf.decide(who.line, recording, download=download)
        if isinstance(verdict, Denied) or recording is None:
            denied = verdict if isinstance(verdict, Denied) else Denied(Reason.UNKNOWN_RECORDING)
            channel_id = 0 if recording is None or recording.line_id != who.line.id else recording.channel_id
            line, address = who.line.name, request.address
            self._admission.refuse(denied.reason, line=line, channel_id=channel_id, address=address)
            return refusal(denied)
        headers = (("Content-Disposition", f'attachment; filename="{file_name(recording)}"'),) if download else ()
        return self._playing.recorded(request, who, recording, ending, headers)

    def _known(
        self, request: Request, who: tuple[str, str], recording_id: int, ending: str
    ) -> Answer | Coroutine[Any, Any, Answer]:
        found = self._admission.identity.by_name(*who, request.address)
        if not isinstance(found, Denied):
            return self.opened(request, found, recording_id, ending)
        self._admission.refuse(found.reason, line=who[0], channel_id=0, address=request.address)
        return refusal(found)


def file_name(recording: Recording) -> str:
    """What a recording is called on somebody's disk."""
    shown = _UNSAFE.sub("_", recording.title).strip(" ._") or "recording"
    return f"{shown[:80]}-{recording.start}.ts"
