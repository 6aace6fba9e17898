"""What an address in a notice points to, read by the shapes of our own addresses. Secrets in it are not kept."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

_ID = re.compile(r"\d{1,18}", re.ASCII)
_TIMED = ("utc", "start")
_LIVE = frozenset({"live", "streaming", "hls"})
_SHORT = re.compile(r"[a-z0-9]{6,20}", re.ASCII)


class PointsTo(enum.StrEnum):
    """What kind of thing an address names."""

    CHANNEL = "channel"
    PAST = "past"
    MOVIE = "movie"
    EPISODE = "episode"
    RECORDING = "recording"
    LINE = "line"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointed:
    """`number` is of the channel, title, episode or recording, 0 when none is told; `name` the line's where it is.

    `token` is the session's; `moment` what the address says of time (as it says it), "" for live.
    """

    kind: PointsTo = PointsTo.UNKNOWN
    number: int = 0
    name: str = ""
    token: str = ""
    short: str = ""
    moment: str = ""


def pointed(address: str) -> Pointed:
    """Read an address; UNKNOWN for one that is none of ours by its shape."""
    try:
        parts = urlsplit(address.strip())
        path = [unquote(part) for part in parts.path.split("/") if part]
        query = {name: values[-1] for name, values in parse_qs(parts.query, max_num_fields=32).items()}
    except ValueError:
        return Pointed()
    moment = next((query[name] for name in _TIMED if query.get(name)), "")[:40]
    return _by_token(path, moment) or _by_first(path, moment) or _by_query(path, query) or _bare(path, moment)


def _by_token(path: list[str], moment: str) -> Pointed | None:
    """/s/TOKEN/CHANNEL/file, whatever stands before it; below 0 a number is a title's or an episode's."""
    for at, part in enumerate(path):
        if part == "s" and len(path) - at >= 3 and (number := _number(path[at + 2])) is not None:
            kind = PointsTo.PAST if moment else PointsTo.CHANNEL
            return Pointed(kind=kind, number=number, token=path[at + 1], moment=moment)
    return None


def _by_first(path: list[str], moment: str) -> Pointed | None:
    """Addresses whose kind is the word before name and secret."""
    for at, word in enumerate(path):
        rest = path[at + 1 :]
        if word in _LIVE and len(rest) >= 3 and (number := _number(rest[2])) is not None:
            kind = PointsTo.PAST if moment else PointsTo.CHANNEL
            return Pointed(kind=kind, number=number, name=rest[0], moment=moment)
        if word in {"timeshift", "catchup"} and len(rest) >= 5 and (number := _number(rest[4])) is not None:
            return Pointed(kind=PointsTo.PAST, number=number, name=rest[0], moment=rest[3][:40])
        if word in {"movie", "series", "recording"} and len(rest) >= 3 and (number := _number(rest[2])) is not None:
            return Pointed(kind=_LIBRARY[word], number=number, name=rest[0])
        if word == "play" and len(rest) >= 2 and (number := _number(rest[1])) is not None:
            kind = PointsTo.PAST if moment else PointsTo.CHANNEL
            return Pointed(kind=kind, number=number, token=rest[0], moment=moment)
        if word == "p" and len(rest) == 1 and _SHORT.fullmatch(rest[0].partition(".")[0]):
            return Pointed(kind=PointsTo.LINE, short=rest[0].partition(".")[0])
    return None


_LIBRARY = {"movie": PointsTo.MOVIE, "series": PointsTo.EPISODE, "recording": PointsTo.RECORDING}


def _by_query(path: list[str], query: dict[str, str]) -> Pointed | None:
    """Playlists and guides name their line in the query; timeshift.php a channel and a moment too."""
    if not path or not path[-1].endswith((".php", ".gz", ".m3u")) or not query.get("username"):
        return None
    name, number = query["username"], _number(query.get("stream", ""))
    if path[-1] == "timeshift.php" and number is not None:
        return Pointed(kind=PointsTo.PAST, number=number, name=name, moment=query.get("start", "")[:40])
    return Pointed(kind=PointsTo.LINE, name=name)


def _bare(path: list[str], moment: str) -> Pointed:
    """/NAME/SECRET/CHANNEL, as old apps write it, and Flussonic's /NAME/SECRET/CHANNEL/index.m3u8."""
    for at in (2, len(path) - 2):
        if 2 <= at < len(path) and len(path) in {at + 1, at + 2} and (number := _number(path[at])) is not None:
            past = moment or (path[-1] if path[-1].startswith("timeshift_") else "")
            kind = PointsTo.PAST if past else PointsTo.CHANNEL
            return Pointed(kind=kind, number=number, name=path[at - 2], moment=past[:40])
    return Pointed()


def _number(part: str) -> int | None:
    stem = part.partition(".")[0]
    return int(stem) if _ID.fullmatch(stem) else None
