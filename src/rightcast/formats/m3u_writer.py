"""Writes playlists of channels (M3U) that every known reader understands.

Double-quoted attributes without quotes inside, no BOM, no comma or leading number in names, one line each.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_SPACES = re.compile(r"\s{2,}")
_LEADING_NUMBER = re.compile(r"^([\d.]+) ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One channel of a playlist; `number` 0 and empty texts are left out."""

    name: str
    url: str
    number: int = 0
    group: str = ""
    guide_id: str = ""
    logo_url: str = ""
    radio: bool = False


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
        return f"#EXTINF:-1,{name}\n{entry.url}\n"
    fields = [("tvg-id", entry.guide_id), ("tvg-name", entry.name), ("tvg-logo", entry.logo_url)]
    if entry.number:
        fields.append(("tvg-chno", str(entry.number)))
    if entry.radio:
        fields.append(("radio", "true"))
    fields.append(("group-title", entry.group))
    text = " ".join(f'{key}="{attribute(value)}"' for key, value in fields)
    return f"#EXTINF:-1 {text},{name}\n{entry.url}\n"


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
