"""Player apps by what they call themselves and what they ask, and the few shapings of lists that each needs.

Every row names its source; an app that is not here gets the generic shaping, which satisfies the most.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

from rightcast.domain.rights import DeviceClass


class Catchup(enum.StrEnum):
    """How a playlist tells where a past programme lies; players know these words."""

    NONE = "none"
    DEFAULT = "default"
    APPEND = "append"
    SHIFT = "shift"
    FLUSSONIC = "flussonic"
    XC = "xc"


class Output(enum.StrEnum):
    """Endless transport streams, or HLS playlists."""

    TS = "ts"
    HLS = "hls"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerApp:
    """One row: how an app is known, and what its lists look like.

    `agent`: a pattern searched in the user agent, any case; "" is never known by it. `example`: one of its user agents.
    `calls`: a pattern of the path that only this app asks. `gzip_guide`: whether its playlist points to the compressed
    guide. `largest_guide_bytes`: the most it reads, 0 without a limit. `one_group`: `;` parts groups for it, so that a
    name must hold none. `device`: what it runs on, where it runs on one kind only. `source`: where this is from.

    Two more are notes, of which no answer depends: `login` says that it signs in by the Xtream API first, and the
    doctor does the same; `failures` what it makes of a refusal, for whoever helps its viewers.
    """

    key: str
    title: str
    agent: str = ""
    example: str = ""
    calls: str = ""
    output: Output = Output.TS
    catchup: Catchup = Catchup.DEFAULT
    plus: bool = True
    gzip_guide: bool = False
    largest_guide_bytes: int = 0
    one_group: bool = False
    device: DeviceClass = DeviceClass.UNKNOWN
    login: bool = False
    failures: str = "401 for a wrong login, 403 with a reason for everything else"
    source: str


GENERIC = PlayerApp(
    key="generic",
    title="Any other app",
    example="okhttp/4.12.0",
    login=True,
    source="rightcast: m3u_plus without an app's own dialect, catch-up by epochs, which no time zone can shift",
)

PLAYERS: tuple[PlayerApp, ...] = (
    PlayerApp(
        key="kodi",
        title="Kodi (IPTV Simple)",
        agent=r"\bkodi/|\bxbmc/",
        example="Kodi/21.1 (X11; Linux x86_64) Version/21.1",
        gzip_guide=True,
        one_group=True,
        source="pvr.iptvsimple: reads x-tvg-url first and gzip guides, splits groups at ';', fills ${start}, ${end}",
    ),
    PlayerApp(
        key="tivimate",
        title="TiviMate",
        agent=r"tivimate",
        example="TiviMate/5.1.0 (Android 12)",
        device=DeviceClass.TELEVISION,
        gzip_guide=True,
        login=True,
        failures="a login with auth 0 is a wrong password, any other status an unreachable server",
        source="community knowledge: signs in by Xtream or takes an m3u_plus address",
    ),
    PlayerApp(
        key="vlc",
        title="VLC",
        agent=r"\bvlc/|\blibvlc/",
        example="VLC/3.0.21 LibVLC/3.0.21",
        catchup=Catchup.NONE,
        source="VLC's playlist reader: attributes it does not know are skipped; it has no catch-up",
    ),
    PlayerApp(
        key="ssiptv",
        title="SS IPTV",
        agent=r"\bss[ _-]?iptv\b",
        example="Mozilla/5.0 (SMART-TV; Linux) SS IPTV/1.1",
        device=DeviceClass.TELEVISION,
        calls=r"^/playlist\.m3u$",
        output=Output.HLS,
        largest_guide_bytes=5_000_000,
        source="SS IPTV's operator pages: /playlist.m3u at every start, XMLTV of at most 5 MB and not gzipped, CORS",
    ),
    PlayerApp(
        key="smartiptv",
        title="Smart IPTV",
        agent=r"\bsmart[ _-]?iptv\b|\bsiptv\b",
        example="Smart IPTV",
        device=DeviceClass.TELEVISION,
        catchup=Catchup.SHIFT,
        source="Smart IPTV's pages: timeshift=\"days\", then utc and lutc behind the channel's address",
    ),
    PlayerApp(
        key="netiptv",
        title="Net IPTV",
        agent=r"\bnet[ _-]?iptv\b",
        example="Net IPTV/2.0",
        device=DeviceClass.TELEVISION,
        output=Output.HLS,
        source="community knowledge: a television app that fetches an m3u_plus address",
    ),
    PlayerApp(
        key="jellyfin",
        title="Jellyfin, Plex, Emby",
        agent=r"\bjellyfin\b|\bemby\b|\bplex",
        example="Jellyfin-Server/10.9.0",
        catchup=Catchup.NONE,
        gzip_guide=True,
        source="Jellyfin's M3U tuner: http addresses, number of tvg-chno, no comma and no leading number in names",
    ),
    GENERIC,
)
"""Every app that is known; the first whose pattern fits is taken."""

_BY_KEY = {one.key: one for one in PLAYERS}
_ALIASES = {"plex": "jellyfin", "emby": "jellyfin", "siptv": "smartiptv", "ss-iptv": "ssiptv", "net-iptv": "netiptv"}
_AGENTS = tuple((one, re.compile(one.agent, re.IGNORECASE | re.ASCII)) for one in PLAYERS if one.agent)
_CALLS = tuple((one, re.compile(one.calls, re.ASCII)) for one in PLAYERS if one.calls)
_AGENT_LENGTH = 300


def player_named(key: str) -> PlayerApp | None:
    """The app of a key such as `kodi`, or of a name that people write for it; None for an unknown one."""
    wanted = key.strip().lower()
    return _BY_KEY.get(_ALIASES.get(wanted, wanted))


def recognised(agent: str, path: str = "", wanted: str = "") -> PlayerApp:
    """The app behind a request: the one that is asked for, else by its user agent, else by its call, else generic."""
    named = player_named(wanted) if wanted else None
    if named is not None:
        return named
    by_agent = next((one for one, pattern in _AGENTS if pattern.search(agent[:_AGENT_LENGTH])), None)
    return by_agent or next((one for one, pattern in _CALLS if pattern.search(path)), GENERIC)


def catchup_named(text: str, otherwise: Catchup) -> Catchup:
    """The form that is asked for, or the app's own."""
    try:
        return Catchup(text)
    except ValueError:
        return otherwise
