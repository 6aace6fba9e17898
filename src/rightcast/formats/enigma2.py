"""What Enigma2 receivers read: bouquets of services, the plugin's menu, sources of the EPG importer.

A service reference is TYPE:0:1:SID:TSID:ONID:NAMESPACE:0:0:0:URL:NAME with numbers in hexadecimal.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rightcast.domain.guide import Show

BOX_DEMUXER = 1
GSTREAMER = 4097
TYPES = frozenset({BOX_DEMUXER, GSTREAMER, 5001, 5002})
"""Players of a box: its own demuxer for transport streams, GStreamer for the rest, and two that may be added."""
_RADIO = 2
_STREAMS_PER_NUMBER = 65_535
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A channel in a bouquet. `stream_id` gives it numbers that stay the same for ever."""

    stream_id: int
    name: str
    url: str
    guide_id: str = ""
    radio: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A row of the plugin's menu that opens a further menu at `url`."""

    title: str
    url: str
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Playable:
    """A row of the plugin's menu that plays `url`."""

    title: str
    url: str
    description: str = ""
    logo_url: str = ""
    category_id: int = 0


def reference(service: Service, player: int = BOX_DEMUXER, *, with_name: bool = True) -> str:
    """The service reference. A name and an address may hold no colon; the address is percent-encoded."""
    numbers = f"{service.stream_id // _STREAMS_PER_NUMBER:X}:{service.stream_id % _STREAMS_PER_NUMBER:X}"
    kind = _RADIO if service.radio else 1
    address = quote(service.url, safe="/?&=%-._~+,@!$'()*;").replace("%3A", "%3a")
    name = f":{plain(service.name)}" if with_name else ""
    return f"{player}:0:{kind:X}:{numbers}:1:0:0:0:0:{address}{name}"


def bouquet(title: str, groups: Iterable[tuple[str, Iterable[Service]]], player: int = BOX_DEMUXER) -> Iterator[str]:
    """A userbouquet file, some lines at a time: each group under a marker of its name."""
    yield f"#NAME {plain(title)}\n"
    for number, (name, services) in enumerate(groups, 1):
        yield f"#SERVICE 1:64:{number:X}:0:0:0:0:0:0:0::{plain(name)}\n#DESCRIPTION {plain(name)}\n"
        for service in services:
            yield f"#SERVICE {reference(service, player)}\n#DESCRIPTION {plain(service.name)}\n"


def bouquets_line(file_name: str) -> str:
    """The line by which bouquets.tv names a userbouquet file."""
    return f'#SERVICE 1:7:1:0:0:0:0:0:0:0:FROM BOUQUET "{file_name}" ORDER BY bouquet\n'


def menu(name: str, rows: Iterable[Folder | Playable]) -> Iterator[str]:
    """The XML menu of the Xtream plugin; titles and descriptions travel as base64, addresses as CDATA."""
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<items>\n<playlist_name>{escape(plain(name))}</playlist_name>\n'
    for row in rows:
        address = "playlist_url" if isinstance(row, Folder) else "stream_url"
        parts = [
            f"<title>{_base64(row.title)}</title>",
            f"<description>{_base64(row.description)}</description>",
            f"<{address}>{_cdata(row.url)}</{address}>",
        ]
        if isinstance(row, Playable):
            parts.append(f"<category_id>{row.category_id}</category_id>")
            if row.logo_url:
                parts.append(f"<desc_image>{_cdata(row.logo_url)}</desc_image>")
        yield f"<channel>{''.join(parts)}</channel>\n"
    yield "</items>\n"


def coming(shows: Sequence[Show], now: int) -> str:
    """What is on, with the minutes that are left of it, and what begins in how many; a box shows it under a channel.

    Minutes from now, for a menu tells no zone. "" when nothing is known.
    """
    lines = []
    for one in shows:
        if one.start <= now:
            lines.append(f"{_told(one)} (+{_minutes(one.stop - now)} min)")
            if one.description:
                lines.append(one.description)
        else:
            lines.append(f"in {_minutes(one.start - now)} min: {_told(one)}")
    return "\n".join(lines)


def _told(one: Show) -> str:
    return f"{one.title} - {one.subtitle}" if one.subtitle else one.title


def _minutes(length_s: int) -> int:
    return -(-length_s // 60)


def guide_sources(name: str, guide_url: str, channels_url: str) -> str:
    """sources.xml of the EPG importer: one guide, and the file that says which service it belongs to."""
    title = escape(plain(name))
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<sources>\n'
        f"  <sourcecat sourcecatname={quoteattr(plain(name))}>\n"
        f'    <source type="gen_xmltv" nocheck="1" channels={quoteattr(channels_url)}>\n'
        f"      <description>{title}</description>\n      <url>{escape(guide_url)}</url>\n"
        "    </source>\n  </sourcecat>\n</sources>\n"
    )


def guide_channels(services: Iterable[Service], player: int = BOX_DEMUXER) -> Iterator[str]:
    """channels.xml of the EPG importer; references must be those of the bouquet."""
    yield '<?xml version="1.0" encoding="utf-8"?>\n<channels>\n'
    for service in services:
        if service.guide_id:
            found = escape(reference(service, player, with_name=False))
            yield f"  <channel id={quoteattr(service.guide_id)}>{found}</channel>\n"
    yield "</channels>\n"


def plain(text: str) -> str:
    """A text on one line without colons, which would end it."""
    return _CONTROL.sub(" ", text).replace(":", " ").strip() or "-"


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _cdata(text: str) -> str:
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"
