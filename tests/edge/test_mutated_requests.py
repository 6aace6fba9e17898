"""A request that was mutated in any way is never answered with a server failure, nor with another line's data."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from rightcast.contract.catalogue import Kind
from rightcast.domain.guide import Show
from rightcast.domain.lineup import Channel, ChannelKind, Credential, CredentialKind, Lineup, LineupEntry, Package
from rightcast.edge import guessing
from tests.edge.fake_headend import FakeHeadend
from tests.edge.shelves import FakeArchive, FakeGuide
from tests.edge.station import LONG_AGO, TestStation

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from rightcast.contract.station import StationSettings

LOGIN = "username=anna&password=sesame"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}
MAC = "00:1A:79:AB:CD:EF"
BOX = {"Cookie": f"mac={MAC}; stb_lang=en; timezone=Europe%2FRome", "X-User-Agent": "Model: MAG250; Link: WiFi"}


@dataclass(frozen=True)
class Asked:
    """One request."""

    target: str
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""

    @property
    def words(self) -> str:
        return "\n".join((self.target, self.body, *(value for _, value in self.headers)))


def _form(target: str, body: str, **headers: str) -> Asked:
    return Asked(target, "POST", tuple({**FORM, **headers}.items()), body)


def _of_box(query: str, method: str = "GET") -> Asked:
    if method == "POST":
        return Asked("/portal.php", "POST", tuple({**FORM, **BOX}.items()), f"mac={MAC}&token={{token}}&{query}")
    bearer = {**BOX, "Authorization": "Bearer {token}"}
    return Asked(f"/stalker_portal/server/load.php?{query}&JsHttpRequest=1-xml", "GET", tuple(bearer.items()))


SEEDS = [
    *map(
        Asked,
        [
            f"/player_api.php?{LOGIN}&action=get_live_streams&category_id=7",
            f"/player_api.php?{LOGIN}&action=get_short_epg&stream_id=1&limit=4",
            f"/player_api.php?{LOGIN}&action=get_simple_data_table&stream_id=9",
            f"/player_api.php?{LOGIN}&action=get_vod_info&vod_id=3",
            f"/player_api.php?{LOGIN}&action=get_series_info&series_id=3",
            f"/panel_api.php?{LOGIN}",
            f"/get.php?{LOGIN}&type=m3u_plus&output=ts&profile=kodi&catchup=default",
            f"/get.php?{LOGIN}&type=dreambox&output=hls&player=4097",
            f"/xmltv.php?{LOGIN}&days=2&prev_days=1&gz=0&profile=ssiptv",
            f"/xmltv.php.gz?{LOGIN}",
            f"/enigma2.php?{LOGIN}&type=get_live_streams&cat_id=7",
            f"/enigma2.php?{LOGIN}&epg=channels&player=5002",
            f"/guide/window?{LOGIN}&channels=1,9&start=1764000000&stop=1764010000",
            f"/guide/search?{LOGIN}&q=Berts&past=1&count=9",
            f"/guide/show?{LOGIN}&id=9-1764000000",
            "/live/anna/sesame/1.m3u8?format=cmaf",
            "/live/anna/sesame/9.m3u8?utc=1764000000&lutc=1764000100",
            "/live/anna/sesame/1/timeshift_rel-60.m3u8",
            "/catchup/anna/sesame/1.ts?start=1764000000&end=1764000100",
            "/timeshift/anna/sesame/60/2026-11-24:20-30/1.ts",
            f"/streaming/timeshift.php?{LOGIN}&stream=1&start=1764000000&duration=5",
            "/movie/anna/sesame/3.mp4",
            "/series/anna/sesame/3.mkv",
            "/dvbi/anna/sesame/list.xml",
            "/p/ABCDEF.xml",
            "/playlist.m3u",
            "/activate?code=ABC123",
            "/tv/main.js",
            "/c/xpcom.common.js",
            "/play/TICKET/1.ts",
            "/metrics",
        ],
    ),
    Asked("/live/anna/sesame/1.ts", "HEAD", (("Range", "bytes=0-"), ("User-Agent", "Kodi/21.1"))),
    Asked(f"/xmltv.php?{LOGIN}", "GET", (("Accept-Encoding", "gzip;q=0.5"), ("If-None-Match", 'W/"abc"'))),
    Asked(f"/get.php?{LOGIN}", "GET", (("User-Agent", "SS IPTV/1.1"), ("Host", "iptv.local"))),
    Asked("{playlist}", "GET", (("Range", "bytes=-5"), ("Origin", "http://elsewhere"))),
    _form("/player_api.php", f"{LOGIN}&action=get_live_streams"),
    _form("/get.php?type=m3u", LOGIN, Expect="100-continue"),
    _form("/guide/now", f"{LOGIN}&channels=1,9&count=3&at=1764000000"),
    _form("/activate/code", "device=TV"),
    _form("/activate/state", "code=ABC123&token=aaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
    _form("/activate/devices", "name=anna&password=sesame"),
    _form("/activate/devices", "proof=a.b&id=7&do=revoke&device=TV"),
    _form("/activate", "code=ABC123&name=anna&password=sesame"),
    Asked("/player_api.php", "POST", tuple(JSON.items()), '{"username": "anna", "password": "sesame", "action": "x"}'),
    Asked("/portal.php", "POST", tuple(JSON.items()), '{"type": "stb", "action": "handshake", "mac": ["00:1A"]}'),
    _of_box("type=stb&action=handshake&token={token}"),
    _of_box("type=stb&action=get_profile&stb_type=MAG250&not_valid_token=0"),
    _of_box("type=itv&action=get_ordered_list&genre=7&p=1&sortby=name&fav=0&search=U"),
    _of_box("type=itv&action=create_link&cmd=ffrt%20http://localhost/ch/9&forced_storage=0"),
    _of_box("type=itv&action=set_fav&fav_ch=1,9", "POST"),
    _of_box("type=itv&action=get_short_epg&ch_id=9&size=2", "POST"),
    _of_box("type=itv&action=get_epg_info&period=96"),
    _of_box("type=tv_archive&action=create_link&cmd=auto%20/media/71.mpg"),
    _of_box("type=vod&action=get_ordered_list&category=4&p=1&movie_id=3:1"),
    _of_box("type=series&action=create_link&cmd=/media/3.mpg&series=2", "POST"),
    _of_box("type=guide&action=window&channels=1,9", "POST"),
    _of_box("type=account_info&action=get_main_info"),
]
METHODS = ["GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"]
NAMES = [
    "Range",
    "Accept-Encoding",
    "Cookie",
    "Authorization",
    "Host",
    "Content-Type",
    "If-None-Match",
    "Expect",
    "X-A",
]
OTHERS = (b"bert", b"beetles", b"Unsold", b"Berts own show", b"Traceback")
_LETTERS = st.sampled_from(
    [*"aZ09/&=?%.;:-_~+*'\"<>{}|^`\\,", "%00", "%2F", "%ff", "..", "9" * 30, "1e9", "-1", "bert"]
)


@st.composite
def mutated(draw: st.DrawFn) -> Asked:
    """A request of which some is cut out, doubled, replaced, or said by another method."""
    seed = draw(st.sampled_from(SEEDS))
    target = _changed(draw, seed.target, first=1)
    method = draw(st.one_of(st.just(seed.method), st.sampled_from(METHODS)))
    headers = tuple((name, _changed(draw, value)) for name, value in seed.headers)
    if draw(st.booleans()):
        headers = (*headers, (draw(st.sampled_from(NAMES)), draw(st.text("aZ09=;,:%\"'{}/* -", max_size=20))))
    return Asked(target, method, headers, _changed(draw, seed.body))


def _changed(draw: st.DrawFn, text: str, first: int = 0) -> str:
    for _ in range(draw(st.integers(0, 3)) if len(text) > first else 0):
        start = draw(st.integers(first, max(first, len(text))))
        stop = draw(st.integers(start, min(len(text), start + 12)))
        middle = draw(st.one_of(st.just(""), _LETTERS, st.just(text[start:stop] * 2)))
        text = text[:start] + middle + text[stop:]
    return text


def world(station: TestStation) -> None:
    """Another line with a channel of its own."""
    station.publish(
        Kind.LINEUP,
        4,
        Lineup(id=4, name="B", entries=(LineupEntry(channel_id=9, number=1, category_id=7, category_name="B"),)),
    )
    own = Channel(id=9, number=12, name="Unsold", kind=ChannelKind.TV, sources=(), added=LONG_AGO, guide_id="b.it")
    station.publish(Kind.CHANNEL, 9, own)
    station.publish(Kind.PACKAGE, 6, Package(id=6, name="Berts", lineup_ids=(4,)))
    station.publish(Kind.RIGHT, 5, replace(station.right, channel_ids=(1, 2, 9)))
    box = Credential(id=7, kind=CredentialKind.MAC, handle=MAC, device="Kitchen")
    station.publish(Kind.LINE, 1, replace(station.line, credentials=(box,), max_sessions=100))
    station.publish(Kind.LINE, 2, station.make_line("bert", "beetles", 2, package_ids=(6,)))


async def answered(station: TestStation, asked: Asked, known: dict[str, str]) -> tuple[int, bytes]:
    """Status and body; of what has no end, or waits for a picture, only that it is no failure."""

    def said(text: str) -> str:
        for name, value in known.items():
            text = text.replace("{" + name + "}", value)
        return text

    client = await station.connect()
    try:
        headers = {name: said(value) for name, value in asked.headers}
        client.send(said(asked.target), method=asked.method, headers=headers, body=said(asked.body).encode())
        reply = await asyncio.wait_for(client.reply(asked.method), 0.7)
    except (TimeoutError, asyncio.IncompleteReadError, ConnectionError):
        return 0, b""
    finally:
        client.close()
    return reply.status, reply.body


def test_no_mutation_fails_the_server_or_opens_another_line(
    settings: StationSettings, root: Path, segments: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Else all but the first wrong logins would end at the door.
    monkeypatch.setattr(guessing.Guessing, "allows", lambda *_: True)
    show = Show(id=1, guide_id="b.it", start=0, stop=4_000_000_000, title="Berts own show")
    with asyncio.Runner() as runner:
        headend = FakeHeadend(root, segments)
        runner.run(headend.start())
        station = runner.run(opened(settings, headend, show))
        bert = runner.run(station.get("/player_api.php?username=bert&password=beetles&action=get_live_streams"))
        assert b"Unsold" in bert.body
        known = runner.run(learnt(station))

        @effort(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
        @given(mutated())
        def tried(asked: Asked) -> None:
            status, body = runner.run(answered(station, asked, known))
            assert status < 500, (status, asked)
            assert not any(word in body for word in OTHERS if word.decode() not in asked.words), asked

        tried()
        assert runner.run(station.get("/healthz")).status == 200
        runner.run(station.stop())
        runner.run(headend.stop())


async def learnt(station: TestStation) -> dict[str, str]:
    """The token of a box and the address of a session, which mutations begin with."""
    cookies = {"Cookie": f"mac={MAC}"}
    shaken = await station.get("/portal.php?type=stb&action=handshake", headers=cookies)
    playlist = await station.get("/live/anna/sesame/1.m3u8")
    return {"token": shaken.json()["js"]["token"], "playlist": playlist.headers["location"]}


async def opened(configured: StationSettings, headend: FakeHeadend, show: Show) -> TestStation:
    station = TestStation(configured, headend, guide=FakeGuide(show), archive=FakeArchive(of_1=3, of_9=3))
    world(station)
    await station.start()
    await station.on_air(1)
    return station
