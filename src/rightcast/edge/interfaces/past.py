"""Addresses of the past in every notation that apps use, and of films and series.

A moment without a zone is UTC, which is what apps are told (`server_info.timezone`): no change of clocks moves it.
A right login gets 404 for what is not kept, a wrong one 401, so that an app never tries its password again and again.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from rightcast.domain.catchup import Span
from rightcast.domain.entitlement import Denied
from rightcast.edge.http_message import Response, text
from rightcast.edge.refusals import refusal
from rightcast.formats.timeshift import LONGEST_MINUTES, parse_minutes, parse_start

if TYPE_CHECKING:
    from rightcast.edge.admission import Admission
    from rightcast.edge.http_connection import Answer
    from rightcast.edge.http_message import Request
    from rightcast.edge.identity import Identified
    from rightcast.edge.library.films import Films
    from rightcast.edge.past.playing import Playing
    from rightcast.edge.replica import Replica

_Play = Callable[["Request", "Identified", int], "Answer | Coroutine[Any, Any, Answer]"]
_ENDINGS = frozenset({"ts", "m3u8", ""})
_LONGEST_S = LONGEST_MINUTES * 60


class Past:
    """Answers `/timeshift/…`, `/streaming/timeshift.php`, `/catchup/…`, live addresses with a moment, and titles."""

    def __init__(self, admission: Admission, replica: Replica, playing: Playing, films: Films) -> None:
        self._admission = admission
        self._replica = replica
        self._playing = playing
        self._films = films

    def timeshift(self, request: Request, parts: list[str]) -> Answer | Coroutine[Any, Any, Answer]:
        """`/timeshift/NAME/SECRET/MINUTES/START/ID.ts` or `.m3u8`."""
        if len(parts) != 5:
            return text(404, "An archive address is /timeshift/NAME/SECRET/MINUTES/START/ID.ts.")
        name, secret, minutes, start, file = parts
        stream, _, ending = file.partition(".")
        return self._by_minutes(request, (name, secret), (stream, ending), start, minutes)

    def script(self, request: Request) -> Answer | Coroutine[Any, Any, Answer]:
        """`/streaming/timeshift.php?username=&password=&stream=&start=&duration=[&extension=]`."""
        asked = request.fields()
        who = asked.get("username", ""), asked.get("password", "")
        what = asked.get("stream", ""), asked.get("extension", "")
        return self._by_minutes(request, who, what, asked.get("start", ""), asked.get("duration", ""))

    def catchup(self, request: Request, parts: list[str]) -> Answer | Coroutine[Any, Any, Answer]:
        """`/catchup/NAME/SECRET/ID.ts?start=&end=`, the form of our playlists: unix seconds that players fill in."""
        if len(parts) != 3:
            return text(404, "An address of the past is /catchup/NAME/SECRET/ID.ts?start=EPOCH&end=EPOCH.")
        name, secret, file = parts
        return self.shifted(request, (name, secret), file)

    def since(
        self, request: Request, who: tuple[str, str], file: str, start: str, ago_s: str
    ) -> Answer | Coroutine[Any, Any, Answer]:
        """Flussonic's addresses: from unix seconds `start`, or from so many seconds ago, and on into the present."""
        found = self._known(request, who)
        if isinstance(found, Response):
            return found
        begin = parse_start(start)
        since = self._admission.now() - int(ago_s or 0) if begin is None else begin.timestamp()
        return self._play(request, found, _channel_and_ending(file), Span(since, since + _LONGEST_S))

    def shifted(self, request: Request, who: tuple[str, str], file: str) -> Answer | Coroutine[Any, Any, Answer]:
        """A live address with a moment behind it: `utc=` (and `lutc=`, now), or `start=` and `end=`."""
        found = self._known(request, who)
        return found if isinstance(found, Response) else self.moment(request, found, file)

    def moment(self, request: Request, who: Identified, file: str) -> Answer | Coroutine[Any, Any, Answer]:
        """The same for a line that is known."""
        fields = request.fields()
        begin = parse_start(fields.get("start", fields.get("utc", "")))
        if begin is None:
            return _no_moment()
        start = begin.timestamp()
        end = parse_start(fields.get("end", fields.get("utcend", "")))
        minutes = parse_minutes(fields.get("duration", ""))
        stop = start + (minutes * 60 if minutes else _LONGEST_S)
        if end is not None and end > begin:
            stop = min(end.timestamp(), start + _LONGEST_S)
        return self._play(request, who, _channel_and_ending(file), Span(start, stop))

    def film(self, request: Request, parts: list[str]) -> Answer | Coroutine[Any, Any, Answer]:
        """`/movie/NAME/SECRET/ID.EXT`; whatever the extension, it is the file that there is."""
        return self._title(request, parts, self._films.film)

    def episode(self, request: Request, parts: list[str]) -> Answer | Coroutine[Any, Any, Answer]:
        """`/series/NAME/SECRET/ID.EXT`, by the id of the episode."""
        return self._title(request, parts, self._films.episode)

    def _title(self, request: Request, parts: list[str], play: _Play) -> Answer | Coroutine[Any, Any, Answer]:
        name, secret, file = (*parts, "", "", "")[:3]
        found = self._known(request, (name, secret))
        if isinstance(found, Response):
            return found
        title = file.partition(".")[0]
        usable = len(parts) == 3 and title.isascii() and title.isdigit() and len(title) < 19
        return play(request, found, int(title) if usable else 0)

    def _by_minutes(
        self, request: Request, who: tuple[str, str], what: tuple[str, str], start: str, minutes: str
    ) -> Answer | Coroutine[Any, Any, Answer]:
        found = self._known(request, who)
        if isinstance(found, Response):
            return found
        begin = parse_start(start)
        if begin is None:
            return _no_moment()
        lasting = parse_minutes(minutes)
        if lasting is None or what[1] not in _ENDINGS:
            return text(400, "The duration is a number of minutes, the extension ts or m3u8.")
        since = begin.timestamp()
        return self._play(request, found, what, Span(since, since + lasting * 60))

    def _play(
        self, request: Request, who: Identified, what: tuple[str, str], asked: Span
    ) -> Answer | Coroutine[Any, Any, Answer]:
        channel, ending = what
        if ending not in _ENDINGS:
            return text(400, "The past is there as .ts and as .m3u8.")
        if not (channel.isascii() and channel.isdigit() and len(channel) < 19):
            return text(404, "A channel is named by its id.")
        return self._playing.play(request, who, int(channel), asked, ending)

    def _known(self, request: Request, who: tuple[str, str]) -> Identified | Response:
        """The line behind a name and secret, and by which of its credentials."""
        found = self._admission.identity.by_name(*who, request.address)
        if not isinstance(found, Denied):
            return found
        self._admission.refuse(found.reason, line=who[0], channel_id=0, address=request.address)
        return refusal(found)


def _channel_and_ending(file: str) -> tuple[str, str]:
    channel, _, ending = file.partition(".")
    return channel, ending


def _no_moment() -> Response:
    return text(400, "The start is not a moment; write for example 2026-11-24:20-30.")
