"""Writes playlists of channels (M3U) that every known reader understands.

Double-quoted attributes without quotes inside, no BOM, no comma or leading number in names, one line each.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rightcast.domain.players import Catchup

_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029\ufeff]+")
_SPACES = re.compile(r"\s{2,}")
_LEADING_NUMBER = re.compile(r"^([\d.]+) ")
EPOCHS = "start=${start}&end=${end}"
"""The query of a past programme: unix seconds, filled in by the player, the same in every time zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One channel of a playlist; `number` 0 and empty texts are left out.

    `catchup_days` 0: nothing is kept, and nothing of `catchup` is written. `past_url`: the channel's own address of
    the archive, without a query. `length_s` of what has an end, -1 of a channel.
    """

    name: str
    url: str
    number: int = 0
    group: str = ""
    guide_id: str = ""
    logo_url: str = ""
    radio: bool = False
    catchup: Catchup = Catchup.NONE
    catchup_days: int = 0
    past_url: str = ""
    length_s: int = -1


def header(*, guide_url: str = "", plus: bool = True) -> str:
    """The first line; the guide's address under both names that readers look for."""
    if not plus or not guide_url:
        return "#EXTM3U\n"
    url = attribute(guide_url)
    return f'#EXTM3U url-tvg="{url}" x-tvg-url="{url}"\n'


def row(entry: Row, *, plus: bool = True) -> str:
    """Two lines: description and address. `plus` adds the attributes of m3u_plus."""
    name = title(entry.name)
    if not plus:
        return f"#EXTINF:{entry.length_s},{name}\n{entry.url}\n"
    fields = [("tvg-id", entry.guide_id), ("tvg-name", entry.name), ("tvg-logo", entry.logo_url)]
    if entry.number:
        fields.append(("tvg-chno", str(entry.number)))
    if entry.radio:
        fields.append(("radio", "true"))
    fields += catchup_fields(entry)
    fields.append(("group-title", entry.group))
    text = " ".join(f'{key}="{attribute(value)}"' for key, value in fields)
    return f"#EXTINF:{entry.length_s} {text},{name}\n{entry.url}\n"


def catchup_fields(entry: Row) -> list[tuple[str, str]]:
    """How the past of a channel is found, in the form that the reader knows; nothing for a channel without archive."""
    days = str(entry.catchup_days)
    match entry.catchup if entry.catchup_days > 0 else Catchup.NONE:
        case Catchup.NONE:
            return []
        case Catchup.DEFAULT:
            source = f"{entry.past_url}?{EPOCHS}"
        case Catchup.APPEND:
            source = f"{'&' if '?' in entry.url else '?'}{EPOCHS}"
        case Catchup.SHIFT:  # the reader adds utc= and lutc= itself; timeshift= is the older name of the same
            return [("catchup", "shift"), ("catchup-days", days), ("timeshift", days)]
        case Catchup.FLUSSONIC | Catchup.XC:  # the reader makes the address out of the live one
            return [("catchup", entry.catchup.value), ("catchup-days", days)]
    return [("catchup", entry.catchup.value), ("catchup-days", days), ("catchup-source", source)]


def attribute(value: str) -> str:
    """A value fit for double quotes; escaping is not understood by readers, so quotes become single."""
    return _one_line(value).replace('"', "'")


def title(name: str) -> str:
    """A name fit for the end of EXTINF: no comma, and no leading number that readers would strip."""
    clean = _one_line(name).replace(",", " ")
    clean = _SPACES.sub(" ", clean).strip()
    # A no-break space keeps "5 USA" from being read as channel 5 named "USA" (Jellyfin cuts at the first plain space).
    return _LEADING_NUMBER.sub("\\1\u00a0", clean) or "-"


def _one_line(text: str) -> str:
    return _CONTROL.sub(" ", text).strip()
