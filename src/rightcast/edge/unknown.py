"""Requests that no interface understands: answered with what there is, and counted by shape for the operator.

A shape holds words of routes and names of fields, never what stands where a name or a secret may stand.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightcast.contract.reports import UnknownReport
from rightcast.domain.players import GENERIC, recognised
from rightcast.edge.http_message import text

if TYPE_CHECKING:
    from collections.abc import Callable

    from rightcast.edge.http_message import Request, Response

SHAPES = 64
"""The most shapes that are kept; the one not seen for the longest goes first."""
_WORDS = frozenset({
    "api", "archive", "auto", "c", "catchup", "channels", "discover", "epg", "favicon.ico", "get", "guide", "hls",
    "images", "iptv", "lineup", "live", "logos", "m3u", "movie", "play", "playlist", "playlists", "portal",
    "robots.txt", "rtmp", "series", "server", "stalker_portal", "stb", "streaming", "streams", "timeshift", "tv", "v1",
    "v2", "v3", "vod", "xmltv",
})  # fmt: skip
_SCRIPT = re.compile(r"[A-Za-z][\w-]{0,39}\.(?:php|cgi|aspx?|js|json|html?)", re.ASCII)
_ENDING = re.compile(r".*(\.[a-z][a-z0-9]{0,5})", re.ASCII)
_FIELD = re.compile(r"[A-Za-z_]{1,20}", re.ASCII)
_ACTION = re.compile(r"[a-z_]{2,30}", re.ASCII)
_TELLING = frozenset({"action", "type", "mode"})
_PRODUCT = re.compile(r"[A-Za-z][A-Za-z0-9 ._-]{0,39}")
_MOST_PARTS = 8


@dataclass(slots=True)
class _Seen:
    player: str
    count: int
    last: float


class Unknown:
    """Counts shapes and answers 404; `exists` is what there is, in words."""

    def __init__(self, exists: str, clock: Callable[[], float]) -> None:
        self._exists = exists
        self._clock = clock
        self._seen: OrderedDict[str, _Seen] = OrderedDict()

    def answer(self, request: Request) -> Response:
        """Not understood; counted."""
        self.note(request)
        return text(404, f"No interface of this server understands this address.\n\n{self._exists.rstrip()}")

    def note(self, request: Request) -> None:
        """Count a request whose shape nobody knows, however it is answered."""
        shape = shape_of(request)
        seen = self._seen.pop(shape, None) or _Seen("", 0, 0.0)
        seen.player, seen.count, seen.last = _player(request), seen.count + 1, self._clock()
        self._seen[shape] = seen
        if len(self._seen) > SHAPES:
            self._seen.popitem(last=False)

    def report(self) -> list[UnknownReport]:
        """What was asked, the latest last."""
        return [
            UnknownReport(shape=shape, player=seen.player, count=seen.count, last=seen.last)
            for shape, seen in self._seen.items()
        ]


def shape_of(request: Request) -> str:
    """Method, path and names of fields; `*` stands for what may be anybody's name or secret, `N` for a number."""
    parts = [part for part in request.path.split("/") if part]
    shown = [_part(part, last=index == len(parts)) for index, part in enumerate(parts[:_MOST_PARTS], 1)]
    path = "/" + "/".join(shown + ["…"] * (len(parts) > _MOST_PARTS))
    given = [(name, value) for name, value in request.fields().items() if value and _FIELD.fullmatch(name)]
    told = [
        f"{name}={value}" if name in _TELLING and _ACTION.fullmatch(value) else name
        for name, value in sorted(given)[:_MOST_PARTS]
    ]
    return f"{request.method} {path}{'?' if told else ''}{'&'.join(told)}"


def _part(part: str, *, last: bool) -> str:
    if part in _WORDS or (last and _SCRIPT.fullmatch(part)):
        return part
    ending = match[1] if (match := _ENDING.fullmatch(part)) else ""
    bare = part[: len(part) - len(ending)]
    return ("N" if bare.isascii() and bare.isdigit() else "*") + ending


def _player(request: Request) -> str:
    """The app, or the first word of what the player calls itself."""
    agent = request.header(b"user-agent")
    app = recognised(agent)
    if app is not GENERIC:
        return app.title
    match = _PRODUCT.match(agent)
    return match[0].strip() if match else ""
