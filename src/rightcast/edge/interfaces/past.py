"""Addresses of the archive, films and series: known, asked under a line, and empty while the station has none.

A right login gets 404, a wrong one 401, so that an app says "not found" and never tries its password again and again.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from rightcast.edge.http_message import Response, text
from rightcast.edge.interfaces.entry import entered
from rightcast.formats.timeshift import LONGEST_MINUTES, parse_minutes, parse_start

if TYPE_CHECKING:
    from rightcast.edge.admission import Admission
    from rightcast.edge.http_message import Request

_ENDINGS = frozenset({"ts", "m3u8", ""})


class Past:
    """Answers `/timeshift/…`, `/streaming/timeshift.php`, `/movie/…` and `/series/…`."""

    def __init__(self, admission: Admission) -> None:
        self._admission = admission

    def timeshift(self, request: Request, parts: list[str]) -> Response:
        """`/timeshift/NAME/SECRET/MINUTES/START/ID.ts` or `.m3u8`."""
        if len(parts) != 5:
            return text(404, "An archive address is /timeshift/NAME/SECRET/MINUTES/START/ID.ts.")
        name, secret, minutes, start, file = parts
        stream, _, ending = file.partition(".")
        asked = {"duration": minutes, "start": start, "stream": stream, "extension": ending}
        return self._archive(request, {**asked, "username": name, "password": secret})

    def catchup(self, request: Request, parts: list[str]) -> Response:
        """`/catchup/NAME/SECRET/ID.ts?start=&end=`, the form of our playlists: unix seconds that players fill in."""
        if len(parts) != 3:
            return text(404, "An address of the past is /catchup/NAME/SECRET/ID.ts?start=EPOCH&end=EPOCH.")
        name, secret, file = parts
        return self.shifted(request, (name, secret), file)

    def since(self, request: Request, who: tuple[str, str], file: str, start: str, ago_s: str) -> Response:
        """Flussonic's addresses: from unix seconds `start`, or from so many seconds ago, until now."""
        begin = start or str(int(self._admission.now()) - int(ago_s))
        stream, _, ending = file.partition(".")
        asked = {"start": begin, "duration": str(LONGEST_MINUTES), "stream": stream, "extension": ending}
        return self._archive(request, {**asked, "username": who[0], "password": who[1]})

    def shifted(self, request: Request, who: tuple[str, str], file: str) -> Response:
        """A live address with a moment behind it: `utc=` (and `lutc=`, now), or `start=` and `end=`."""
        fields = request.fields()
        stream, _, ending = file.partition(".")
        start = fields.get("start", fields.get("utc", ""))
        asked = {"start": start, "duration": _minutes_until(start, fields), "stream": stream, "extension": ending}
        return self._archive(request, {**asked, "username": who[0], "password": who[1]})

    def script(self, request: Request) -> Response:
        """`/streaming/timeshift.php?username=&password=&stream=&start=&duration=[&extension=]`."""
        return self._archive(request, request.fields())

    def title(self, request: Request, parts: list[str]) -> Response:
        """`/movie/NAME/SECRET/ID.EXT` and `/series/NAME/SECRET/ID.EXT`."""
        name, secret = (*parts, "", "")[:2]
        guest = entered(request, {"username": name, "password": secret}, self._admission)
        return guest if isinstance(guest, Response) else text(404, "There is no title of this id.")

    def _archive(self, request: Request, fields: dict[str, str]) -> Response:
        guest = entered(request, fields, self._admission)
        if isinstance(guest, Response):
            return guest
        if parse_start(fields.get("start", "")) is None:
            return text(400, "The start is not a moment; write for example 2026-11-24:20-30.")
        if parse_minutes(fields.get("duration", "")) is None or fields.get("extension", "") not in _ENDINGS:
            return text(400, "The duration is a number of minutes, the extension ts or m3u8.")
        return text(404, "Nothing of this channel is kept.")


def _minutes_until(start: str, fields: dict[str, str]) -> str:
    """Whole minutes from a start to `end=`, `utcend=` or now, rounded up; a minute at least."""
    begin = parse_start(start)
    end = parse_start(fields.get("end", fields.get("utcend", fields.get("lutc", ""))))
    if begin is None or end is None:
        return fields.get("duration", str(LONGEST_MINUTES))
    return str(max(ceil((end - begin).total_seconds() / 60), 1))
