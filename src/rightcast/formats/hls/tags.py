"""Tags that hold for several kinds of playlists: keys, date ranges, moments, quoted text.

Pure text; the ones that make keys and cues fill these in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """How the segments behind it are encrypted (RFC 8216 section 4.3.2.4); `method` NONE ends encryption."""

    method: str
    uri: str = ""
    iv: bytes = b""
    keyformat: str = ""
    keyformat_versions: str = ""

    def line(self) -> str:
        """The EXT-X-KEY tag."""
        return f"#EXT-X-KEY:{self.attributes()}"

    def attributes(self) -> str:
        """The tag's attributes; a session key of a master playlist has the same."""
        found = [f"METHOD={self.method}"]
        found += [f"URI={quoted(self.uri)}"] if self.uri else []
        found += [f"IV=0x{self.iv.hex().upper()}"] if self.iv else []
        found += [f"KEYFORMAT={quoted(self.keyformat)}"] if self.keyformat else []
        found += [f"KEYFORMATVERSIONS={quoted(self.keyformat_versions)}"] if self.keyformat_versions else []
        return ",".join(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class DateRange:
    """Something that happens at a time (RFC 8216 section 4.3.2.7). Times are unix seconds, durations seconds.

    `cue_out`, `cue_in` and `command` are whole splice_info_sections (section 4.3.2.7.1); `more` are further
    attributes as they shall stand in the tag, their values already quoted.
    """

    id: str
    start: float
    kind: str = ""
    end: float | None = None
    duration: float | None = None
    planned: float | None = None
    cue_out: bytes = b""
    cue_in: bytes = b""
    command: bytes = b""
    more: tuple[tuple[str, str], ...] = ()

    def line(self) -> str:
        """The EXT-X-DATERANGE tag."""
        found = [f"ID={quoted(self.id)}"]
        found += [f"CLASS={quoted(self.kind)}"] if self.kind else []
        found += [f"START-DATE={quoted(moment(self.start))}"]
        found += [f"END-DATE={quoted(moment(self.end))}"] if self.end is not None else []
        found += [f"DURATION={self.duration:.3f}"] if self.duration is not None else []
        found += [f"PLANNED-DURATION={self.planned:.3f}"] if self.planned is not None else []
        sections = (("OUT", self.cue_out), ("IN", self.cue_in), ("CMD", self.command))
        found += [f"SCTE35-{name}=0x{section.hex().upper()}" for name, section in sections if section]
        found += [f"{name}={value}" for name, value in self.more]
        return f"#EXT-X-DATERANGE:{','.join(found)}"


def quoted(text: str) -> str:
    """A quoted string: it cannot hold quotes or line ends (section 4.2), so those become other signs."""
    return '"' + text.translate({0x22: "'", 0x0A: " ", 0x0D: " "}) + '"'


def moment(wall: float) -> str:
    """Unix seconds as a date and time with milliseconds, UTC."""
    return datetime.fromtimestamp(wall, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
