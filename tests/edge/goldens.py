"""What every interface answers to a fixed station at a fixed time: `python -m tests.edge.goldens` records it anew.

Look at the differences before they are committed: an app somewhere relies on each of these bytes.
"""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch
from urllib.parse import quote, urlencode

from rightcast.contract.catalogue import Kind
from rightcast.contract.station import Address, StationSettings
from rightcast.domain.credentials import stored_handle
from rightcast.domain.cues import SignalPolicy
from rightcast.domain.guide import Credit, Show
from rightcast.domain.lineup import Credential, CredentialKind, Station
from rightcast.edge.catalogue import Catalogue
from rightcast.edge.http_message import Request
from rightcast.edge.images import StationImages
from rightcast.edge.interfaces.hdhomerun import HdHomeRun
from tests.edge.fake_headend import FakeHeadend, make_segments
from tests.edge.shelves import FakeArchive, FakeGuide
from tests.edge.station import TestStation
from tests.edge.test_titles import FakeLibrary

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.edge.station import Reply

FOLDER = Path(__file__).parent / "golden"
HEADS = "heads.txt"
NOW = 1_780_315_200
"""2026-06-01 12:00:00 UTC."""
MAC = "00:1A:79:AB:CD:EF"
LOGIN = "username=anna&password=sesame"
CODE = "k7m4qxab2"
_API = f"/player_api.php?{LOGIN}&action="
_PORTAL = "/stalker_portal/server/load.php"
_PLAYLISTS = ("generic", "kodi", "tivimate", "vlc", "ssiptv", "smartiptv", "netiptv", "jellyfin")
_CATCHUPS = ("append", "shift", "flussonic", "xc", "none")

PLAIN: dict[str, str] = {
    "xtream-login.json": f"/player_api.php?{LOGIN}",
    "xtream-wrong-login.json": "/player_api.php?username=anna&password=wrong",
    "xtream-live-categories.json": f"{_API}get_live_categories",
    "xtream-live-streams.json": f"{_API}get_live_streams",
    "xtream-vod-categories.json": f"{_API}get_vod_categories",
    "xtream-vod-streams.json": f"{_API}get_vod_streams",
    "xtream-vod-info.json": f"{_API}get_vod_info&vod_id=31",
    "xtream-vod-info-unknown.json": f"{_API}get_vod_info&vod_id=9",
    "xtream-series-categories.json": f"{_API}get_series_categories",
    "xtream-series.json": f"{_API}get_series",
    "xtream-series-info.json": f"{_API}get_series_info&series_id=41",
    "xtream-series-info-unknown.json": f"{_API}get_series_info&series_id=9",
    "xtream-short-epg.json": f"{_API}get_short_epg&stream_id=1",
    "xtream-full-epg.json": f"{_API}get_simple_data_table&stream_id=1",
    "xtream-epg-unknown.json": f"{_API}get_short_epg&stream_id=99",
    "xtream-panel.json": f"/panel_api.php?{LOGIN}",
    "m3u-plain.m3u": f"/get.php?{LOGIN}&type=m3u&output=ts",
    "m3u-hls.m3u": f"/get.php?{LOGIN}&type=m3u_plus&output=hls",
    **{f"m3u-{key}.m3u": f"/get.php?{LOGIN}&type=m3u_plus&profile={key}" for key in _PLAYLISTS},
    **{f"m3u-catchup-{form}.m3u": f"/get.php?{LOGIN}&type=m3u_plus&output=ts&catchup={form}" for form in _CATCHUPS},
    "m3u-short.m3u": f"/p/{CODE}",
    "m3u-provider.m3u": "/playlist.m3u",
    "xmltv.xml": f"/xmltv.php?{LOGIN}",
    "xmltv-ssiptv.xml": f"/xmltv.php?{LOGIN}&profile=ssiptv",
    "xmltv-short.xml": f"/p/{CODE}.xml",
    "enigma2-bouquet.tv": f"/get.php?{LOGIN}&type=dreambox&output=ts",
    "enigma2-bouquet-hls.tv": f"/get.php?{LOGIN}&type=dreambox&output=hls",
    "enigma2-menu.xml": f"/enigma2.php?{LOGIN}",
    "enigma2-menu-category.xml": f"/enigma2.php?{LOGIN}&type=get_live_streams&cat_id=7",
    "enigma2-epg-sources.xml": f"/enigma2.php?{LOGIN}&epg=sources",
    "enigma2-epg-channels.xml": f"/enigma2.php?{LOGIN}&epg=channels",
    "dvbi-entry.xml": "/dvbi/anna/sesame/entry.xml",
    "dvbi-list.xml": "/dvbi/anna/sesame/list.xml",
    "dvbi-schedule.xml": "/dvbi/anna/sesame/schedule.xml",
    "guide-now.json": f"/guide/now?{LOGIN}",
    "guide-window.json": f"/guide/window?{LOGIN}&channels=1,2&start={NOW}&stop={NOW + 7200}",
    "guide-show.json": f"/guide/show?{LOGIN}&id=1_{NOW - 3600}",
    "guide-search.json": f"/guide/search?{LOGIN}&q=Show",
    "refusal-wrong-playlist.txt": "/get.php?username=anna&password=wrong",
    "refusal-unsold-channel.txt": "/live/anna/sesame/9.ts",
}
"""File names and what is asked for them."""
BOX: dict[str, dict[str, str]] = {
    "stalker-handshake.json": {"type": "stb", "action": "handshake"},
    "stalker-profile.json": {"type": "stb", "action": "get_profile"},
    "stalker-genres.json": {"type": "itv", "action": "get_genres"},
    "stalker-all-channels.json": {"type": "itv", "action": "get_all_channels"},
    "stalker-page.json": {"type": "itv", "action": "get_ordered_list", "genre": "*", "p": "1"},
    "stalker-adult-page.json": {"type": "itv", "action": "get_ordered_list", "genre": "10", "p": "1"},
    "stalker-link.json": {"type": "itv", "action": "create_link", "cmd": "ffrt http://localhost/ch/1"},
    "stalker-short-epg.json": {"type": "itv", "action": "get_short_epg", "ch_id": "1", "size": "2"},
    "stalker-epg.json": {"type": "itv", "action": "get_epg_info", "period": "4"},
    "stalker-favourites.json": {"type": "itv", "action": "get_all_fav_channels"},
    "stalker-vod-categories.json": {"type": "vod", "action": "get_categories"},
    "stalker-vod-page.json": {"type": "vod", "action": "get_ordered_list", "category": "*", "p": "1"},
    "stalker-series-page.json": {"type": "series", "action": "get_ordered_list", "category": "*", "p": "1"},
    "stalker-account.json": {"type": "account_info", "action": "get_main_info"},
    "stalker-watchdog.json": {"type": "watchdog", "action": "get_events"},
}
"""What a box asks, once it has a token."""
TUNER: dict[str, str] = {
    "hdhomerun-discover.json": "/discover.json",
    "hdhomerun-lineup.json": "/lineup.json",
    "hdhomerun-status.json": "/lineup_status.json",
    "hdhomerun-device.xml": "/device.xml",
}
"""What is asked of the tuner's own address."""


async def answers(segments: list[bytes]) -> dict[str, bytes]:
    """Every answer of a station made for it; `heads.txt` holds status and content type of each."""
    with (
        tempfile.TemporaryDirectory(dir="/dev/shm", prefix="rcg-") as root,
        tempfile.TemporaryDirectory() as data,
        patch("rightcast.edge.interfaces.stalker.new_random", return_value="0" * 40),
        patch("rightcast.edge.admission.secrets.token_urlsafe", return_value="abcdefghijkl"),
    ):
        (Path(data) / "keys").mkdir()
        (Path(data) / "keys" / "station.key").write_bytes(bytes(32))
        settings = StationSettings(
            data=Path(data), ring=Path(root), listen=Address("127.0.0.1", 0), segment_s=1.0, provider_line="anna"
        )
        headend = FakeHeadend(Path(root), segments)
        await headend.start()
        station = TestStation(
            settings, headend, guide=_guide(), archive=FakeArchive(of_1=3), library=FakeLibrary(), clock=lambda: NOW
        )
        _fill(station)
        await station.start()
        await station.on_air(2)
        try:
            return await _asked(station)
        finally:
            await station.stop()
            await headend.stop()


def _fill(station: TestStation) -> None:
    handles = {CredentialKind.MAC: MAC, CredentialKind.SHORT: CODE}
    credentials = tuple(
        Credential(id=number, kind=kind, handle=stored_handle(station.key, kind, shown), device="Kitchen")
        for number, (kind, shown) in enumerate(handles.items(), 1)
    )
    station.publish(Kind.LINE, 1, replace(station.line, credentials=credentials, max_sessions=2))
    station.publish(Kind.STATION, 0, Station(name="Golden", signals=SignalPolicy(own_networks=("127.0.0.0/8",))))


def _guide() -> FakeGuide:
    hour = 3600
    told = Show(
        id=71, guide_id="uno.it", start=NOW - hour, stop=NOW + hour, title="Pioggia & sole", subtitle="Uno",
        description="Un film.", language="it", credits=(Credit(role="actor", name="A. B.", part="Nina"),), year="1999",
        categories=("Film",), season=1, episode=2, rating=("MPAA", "PG"), stars="7/10", new=True,
    )  # fmt: skip
    rest = [
        Show(id=72 + step, guide_id="uno.it", start=NOW + at, stop=NOW + at + hour, title=f"Show {step}")
        for step, at in enumerate((hour, 2 * hour, -2 * hour))
    ]
    return FakeGuide(told, *rest)


async def _asked(station: TestStation) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    heads: list[str] = []

    def keep(name: str, reply: Reply) -> None:
        found[name] = reply.body
        heads.append(f"{name}: {reply.status} {reply.headers.get('content-type', '')}\n")

    for name, path in PLAIN.items():
        keep(name, await station.get(path))
    token = ""
    for name, fields in BOX.items():
        reply = await station.get(f"{_PORTAL}?{urlencode(fields)}&JsHttpRequest=1-xml", headers=_box(token))
        token = token or reply.json()["js"]["token"]
        keep(name, reply)
    tuner = _tuner(station)
    for name, path in TUNER.items():
        answer = tuner(Request(method="GET", path=path))
        found[name] = (answer if not asyncio.iscoroutine(answer) else await answer).body
    found[HEADS] = "".join(sorted(heads)).encode()
    return found


def _box(token: str) -> dict[str, str]:
    headers = {"Cookie": f"mac={quote(MAC)}; stb_lang=en; timezone=Europe%2FRome"}
    return {**headers, "Authorization": f"Bearer {token}"} if token else headers


def _tuner(station: TestStation) -> Callable[[Request], object]:
    edge = station.edge
    offered = HdHomeRun(
        "anna",
        Address("192.0.2.1", 5004),
        replica=edge.replica,
        catalogue=Catalogue(edge.replica, edge.admission, clock=lambda: NOW),
        live=edge.live,
        rings=edge.rings,
        guides=edge.guides,
        images=StationImages(station.settings.images),
    )
    return lambda request: offered.answer(request, None)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as signal:
        made = asyncio.run(answers(make_segments(Path(signal))))
    for old in FOLDER.iterdir():
        old.unlink()
    for file, body in made.items():
        (FOLDER / file).write_bytes(body)
    print(f"{len(made)} answers, {sum(map(len, made.values())):,} bytes")
