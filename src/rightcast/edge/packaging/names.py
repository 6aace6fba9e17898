"""Names under a token: what a player asks for, read from the last piece of its address, and written into playlists.

One letter says the form, then come rendition and PID: `c0-256.17.m4s` is segment 17 of PID 256 as broadcast,
`t0-62-888.17.vtt` the text of its teletext page 888 on PID 62, `b0-63-1.17.m4s` the bitmaps of page 1 on PID 63.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

INDEX, MASTER, CMAF_MASTER, LOW_LATENCY_MASTER, MANIFEST = (
    "index.m3u8", "master.m3u8", "cmaf.m3u8", "ll.m3u8", "manifest.mpd",
)  # fmt: skip


class Form(enum.StrEnum):
    """In what form a track is given: transport stream, fragments, fragments in parts, and of subtitles text, text in
    fragments, bitmaps in fragments.
    """

    TS = "v"
    CMAF = "c"
    LOW_LATENCY = "l"
    TEXT = "t"
    CAPTIONS = "w"
    BITMAPS = "b"


ENDINGS = {
    Form.TS: "ts",
    Form.CMAF: "m4s",
    Form.LOW_LATENCY: "m4s",
    Form.TEXT: "vtt",
    Form.CAPTIONS: "m4s",
    Form.BITMAPS: "m4s",
}
SUBTITLES = {Form.TEXT, Form.CAPTIONS, Form.BITMAPS}
"""Forms of subtitles: each is one page of a PID, of teletext or of bitmaps."""
ALL_PIDS = -1
WHOLE = -1


@dataclass(frozen=True, slots=True)
class Track:
    """One track of one rendition in a form; `pid` ALL_PIDS: everything in the rendition. `page`: of subtitles."""

    form: Form
    rendition: int
    pid: int = ALL_PIDS
    page: int = 0

    @property
    def stem(self) -> str:
        """What its names begin with. Parts and whole fragments share theirs."""
        form = Form.CMAF if self.form is Form.LOW_LATENCY else self.form
        page = f"-{self.page:x}" if self.page else ""
        return f"{form}{self.rendition}" if self.pid == ALL_PIDS else f"{form}{self.rendition}-{self.pid}{page}"

    @property
    def playlist(self) -> str:
        """The name of its media playlist."""
        return f"{self.form}{self.stem[1:]}.m3u8"

    def init(self, epoch: int, key: int | None = None) -> str:
        """The name of the initialization section of an epoch; `key` is the name of the key that it announces."""
        return f"{self.stem}.init{epoch}{'' if key is None else f'k{key}'}.mp4"

    def segment(self, sequence: int | str, part: int = WHOLE) -> str:
        """The name of a segment or of a part of it."""
        middle = f"{sequence}" if part == WHOLE else f"{sequence}.{part}"
        return f"{self.stem}.{middle}.{ENDINGS[self.form]}"


@dataclass(frozen=True, slots=True)
class Listing:
    """A media playlist is asked for."""

    track: Track


@dataclass(frozen=True, slots=True)
class Init:
    """The initialization section of an epoch is asked for."""

    track: Track
    epoch: int
    key: int | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A segment is asked for, or a part of it."""

    track: Track
    sequence: int
    part: int = WHOLE


_NAME = re.compile(
    r"(?P<form>[vcltwb])(?P<rendition>\d{1,3})(?:-(?P<pid>\d{1,4})(?:-(?P<page>[1-9a-f][0-9a-f]{0,3}))?)?\."
    r"(?:(?P<list>m3u8)|init(?P<epoch>\d{1,15})(?:k(?P<key>\d{1,12}))?\.mp4|(?P<sequence>\d{1,15})(?:\.(?P<part>\d{1,5}))?\.(?P<ending>ts|m4s|vtt))",
    re.ASCII,
)


def read(name: str) -> Listing | Init | Piece | None:
    """What a name asks for; None when it is not one of these."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    form = Form(found["form"])
    pid = int(found["pid"]) if found["pid"] else ALL_PIDS
    track = Track(form, int(found["rendition"]), pid, int(found["page"] or "0", 16))
    if (form is not Form.TS and pid == ALL_PIDS) or (form in SUBTITLES) is not bool(track.page):
        return None
    if found["list"]:
        return Listing(track) if form not in {Form.CAPTIONS, Form.BITMAPS} else None
    if found["epoch"]:
        key = int(found["key"]) if found["key"] else None
        return Init(track, int(found["epoch"]), key) if form in {Form.CMAF, Form.CAPTIONS, Form.BITMAPS} else None
    part = int(found["part"]) if found["part"] else WHOLE
    fitting = found["ending"] == ENDINGS[form] and (part == WHOLE or form is Form.CMAF)
    return Piece(track, int(found["sequence"]), part) if fitting and form is not Form.LOW_LATENCY else None
