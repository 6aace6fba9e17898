"""From an address on the viewers' port to the room that answers it.

A path before the known words is tolerated, for apps and proxies add one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from rightcast.edge.http_message import Response, text
from rightcast.edge.refusals import bad_token, not_found

if TYPE_CHECKING:
    from rightcast.edge.http_connection import Answer, Connection
    from rightcast.edge.http_message import Request
    from rightcast.edge.interfaces.past import Past
    from rightcast.edge.live import Live
    from rightcast.edge.unknown import Unknown

_METHODS = "GET, HEAD, POST, OPTIONS"
_PREFLIGHT = (
    ("Access-Control-Allow-Methods", _METHODS),
    ("Access-Control-Allow-Headers", "Range, Content-Type, Accept, Authorization, If-None-Match"),
    ("Access-Control-Max-Age", "86400"),
)
_ENDINGS = {"", "ts", "m3u8", "mpd", "mp3", "aac", "icy"}
_ASKS_THE_PAST = re.compile(r"(?:^|&)(?:utc|start)=[^&]")
_FLUSSONIC = re.compile(
    r"(?P<live>mpegts|(?:index|mono)\.m3u8)"
    r"|(?:mono-|index-)?timeshift_(?:abs-(?P<start>\d{1,13})|rel-(?P<ago>\d{1,9}))\.(?P<ending>ts|m3u8)",
    re.ASCII,
)
WELCOME = """Rightcast serves television here. Your provider gave you a NAME and a SECRET:

  playlist    /get.php?username=NAME&password=SECRET&type=m3u_plus&output=ts   (or output=hls)
  guide       /xmltv.php?username=NAME&password=SECRET
  apps        this server's address, NAME and SECRET (Xtream login)
  one channel /live/NAME/SECRET/CHANNEL.ts   or   /live/NAME/SECRET/CHANNEL.m3u8
              /live/NAME/SECRET/CHANNEL.mpd   or   .m3u8?format=cmaf   or   .m3u8?format=ll
  the past    /live/NAME/SECRET/CHANNEL.ts?utc=EPOCH   or   .m3u8?utc=EPOCH   or   .m3u8?format=pause
  radio       /live/NAME/SECRET/CHANNEL.mp3   or   .aac   (whatever its sound is)
"""

Script = Callable[["Request"], "Answer | Coroutine[Any, Any, Answer]"]
Folder = Callable[["Request", list[str]], "Answer | Coroutine[Any, Any, Answer]"]


class Routes:
    """Every address of the viewers' port.

    `scripts` are names ending in .php, `folders` the first part of a path, `hosts` names of this server that stand for
    one answer when nothing follows them.
    """

    def __init__(
        self,
        live: Live,
        past: Past,
        unknown: Unknown,
        *,
        scripts: dict[str, Script],
        folders: dict[str, Folder],
        hosts: dict[str, Script],
    ) -> None:
        self._live = live
        self._past = past
        self._scripts = scripts
        self._folders = folders
        self._hosts = hosts
        self._unknown = unknown

    def answer(self, request: Request, connection: Connection) -> Answer | Coroutine[Any, Any, Answer]:
        """The answer to a request."""
        if request.method == "GET" and (ready := self._live.straight(request.path)) is not None:
            return ready
        if request.method not in {"GET", "HEAD", "POST"}:
            if request.method == "OPTIONS":
                return Response(status=204, headers=_PREFLIGHT)
            return text(405, "This method is not known here.", ("Allow", _METHODS))
        parts = request.path.split("/")
        if len(parts) == 5 and parts[1] == "s":
            return self._by_token(request, parts)
        return self._script(request, parts) or self._other(request, connection, [part for part in parts if part])

    def _script(self, request: Request, parts: list[str]) -> Answer | Coroutine[Any, Any, Answer]:
        name = parts[-1] or (parts[-2] if len(parts) > 1 else "")
        script = self._scripts.get(name)
        return script(request) if script is not None else None

    def _by_token(self, request: Request, parts: list[str]) -> Answer | Coroutine[Any, Any, Answer]:
        _, _, token, channel, name = parts
        if not _is_id(channel):
            return not_found()
        return self._live.by_token(request, token, int(channel), name)

    def _other(
        self, request: Request, connection: Connection, parts: list[str]
    ) -> Answer | Coroutine[Any, Any, Answer]:
        folder = self._folders.get(parts[0]) if parts else None
        if folder is not None:
            return folder(request, [unquote(part) for part in parts[1:]])
        if not parts and (script := self._hosts.get(request.header(b"host").partition(":")[0].lower())) is not None:
            return script(request)
        if len(parts) < 2:
            return _of_the_edge(parts[0] if parts else "") or self._unknown.answer(request)
        if len(parts) >= 4 and parts[-4] == "s":
            return self._by_token(request, ["", *parts[-4:]])
        return self._channel(request, connection, parts)

    def _channel(
        self, request: Request, connection: Connection, parts: list[str]
    ) -> Answer | Coroutine[Any, Any, Answer]:
        """A name, a secret and a channel at the end of a path, live or of the past."""
        if len(parts) >= 4 and _is_id(parts[-2]):
            timed = _FLUSSONIC.fullmatch(parts[-1])
            if timed is not None:
                return self._flussonic(request, connection, parts[-4:-1], timed)
        if len(parts) < 3:
            return self._unknown.answer(request)
        if parts[-3] == "play" and parts[-1].rpartition(".")[2] in _ENDINGS:
            return self._by_ticket(request, connection, parts[-2], parts[-1])
        name, secret, file = parts[-3:]
        channel, dot, ending = file.partition(".")
        if not _is_id(channel) or ending not in _ENDINGS or (dot and not ending):
            return self._unknown.answer(request)
        credentials = (unquote(name), unquote(secret))  # after the split, so that %2F makes no new part
        if _ASKS_THE_PAST.search(request.query):
            return self._past.shifted(request, credentials, file)
        return self._live.by_credentials(request, connection, credentials, int(channel), ending)

    def _by_ticket(
        self, request: Request, connection: Connection, ticket: str, file: str
    ) -> Answer | Coroutine[Any, Any, Answer]:
        if not _ASKS_THE_PAST.search(request.query):
            return self._live.by_ticket(request, connection, ticket, file)
        holder = self._live.holder_of(ticket, file)
        return bad_token() if holder is None else self._past.moment(request, holder, file)

    def _flussonic(
        self, request: Request, connection: Connection, parts: list[str], timed: re.Match[str]
    ) -> Answer | Coroutine[Any, Any, Answer]:
        """The addresses that readers of `catchup="flussonic"` know: live ones, and those they make of them."""
        credentials, channel = (unquote(parts[0]), unquote(parts[1])), parts[2]
        ending = timed["ending"] or ("ts" if timed["live"] == "mpegts" else "m3u8")
        if timed["start"] or timed["ago"]:
            return self._past.since(
                request, credentials, f"{channel}.{ending}", timed["start"] or "", timed["ago"] or ""
            )
        return self._live.by_credentials(request, connection, credentials, int(channel), ending)


def _of_the_edge(name: str) -> Response | None:
    match name:
        case "":
            return text(200, WELCOME.rstrip())
        case "healthz":
            return text(200, "ok")
        case "time":
            return Response(body=_moment().encode(), headers=(("Cache-Control", "no-store"),))
        case _:
            return None


def _moment() -> str:
    """The time of this edge as DASH players want it (ISO/IEC 23009-1 section 5.8.5.7, http-iso)."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
