"""Real players show a channel of two languages as CMAF, low-latency HLS and DASH; seek; choose a language."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests.station.hlsjs import browser_page, page_server
from tests.station.npm import script
from tests.station.rig import fetch, station, until
from tests.station.senders import encoder, free_port, subtitled
from tests.station.viewers import play_with_ffmpeg, play_with_mpv, streams_of
from tests.station.vlc import play_with_vlc
from tests.station.webplayers import PLAYERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from tests.station.rig import Rig

pytestmark = pytest.mark.players
ADDRESSES = {"hls-ts": "m3u8", "hls-cmaf": "m3u8?format=cmaf", "dash": "mpd"}
IN_BROWSERS = [
    ("hls.js", "m3u8?format=cmaf"),
    ("hls.js", "m3u8?format=ll"),
    ("dash.js", "mpd"),
    ("shaka", "mpd"),
    ("shaka", "m3u8?format=cmaf"),
]


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """A station with one channel in two languages and with subtitles, some segments old."""
    port = free_port()
    folder = tmp_path_factory.mktemp("formats")
    with station(folder) as rig, subtitled(port) as through, encoder(through, languages=("ita", "eng")):
        rig.carry("Uno", f"udp://127.0.0.1:{port}")
        rig.command("package", "add", "All", "--all")
        rig.open_line("viewer")
        rig.until_on_air("Uno")
        until(lambda: fetch(rig.url("Uno", "m3u8?format=cmaf")).status == 200, within_s=30, what="a master playlist")
        until(
            lambda: fetch(fetch(rig.url("Uno", "m3u8")).url.replace("master", "index")).body.count(b"#EXTINF") >= 5,
            within_s=30,
            what="five segments",
        )
        yield rig


@pytest.mark.parametrize("name", ADDRESSES)
def test_ffprobe_finds_both_languages(rig: Rig, name: str) -> None:
    found = streams_of(rig.url("Uno", ADDRESSES[name]))
    assert {"aac", "h264"} <= {one.get("codec_name") for one in found}
    assert len([one for one in found if one["codec_type"] == "audio"]) >= 2


@pytest.mark.parametrize("name", ADDRESSES)
def test_ffmpeg_plays_without_complaint(rig: Rig, name: str) -> None:
    assert play_with_ffmpeg(rig.url("Uno", ADDRESSES[name]), 3) == ""


@pytest.mark.parametrize("name", ["hls-cmaf", "dash"])
def test_mpv_plays(rig: Rig, name: str) -> None:
    assert "HTTP error" not in play_with_mpv(rig.url("Uno", ADDRESSES[name]), 50)


@pytest.mark.parametrize("name", ["ts", *ADDRESSES])
def test_vlc_plays(rig: Rig, name: str) -> None:
    shown = play_with_vlc(rig.url("Uno", ADDRESSES.get(name, "ts")), pictures=50, sounds=50)
    assert shown.pictures >= 50
    assert shown.sounds >= 50
    assert shown.lost <= shown.pictures // 5


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """One browser for all players."""
    with browser_page() as page:
        yield page


@contextmanager
def playing(page: Page, player: str, url: str) -> Iterator[Page]:
    """A player with a moving picture."""
    package, html = PLAYERS[player]
    with page_server(script(package), html) as origin:
        page.goto(f"{origin}?src={quote(url, safe='')}")
        on(page, "frames() > 10")
        yield page
        assert page.evaluate("trouble") == []
        page.goto("about:blank")


def on(page: Page, condition: str) -> None:
    """Wait until a condition holds on the page, or the player gives up."""
    try:
        page.wait_for_function(f"{condition} || trouble.length > 0", timeout=30_000)
    except Exception as late:
        late.add_note(f"{page.evaluate('[moved(), frames(), latency(), chosen(), trouble]')}")
        raise
    assert page.evaluate("trouble") == []


@pytest.mark.parametrize(("player", "address"), IN_BROWSERS)
def test_the_picture_moves_seeks_back_and_changes_its_language(rig: Rig, page: Page, player: str, address: str) -> None:
    with playing(page, player, rig.url("Uno", address)):
        begun = page.evaluate("moved()")
        on(page, f"moved() > {begun + 2}")
        assert sorted(page.evaluate("languages()")) == ["en", "it"]
        other = "en" if page.evaluate("chosen()") == "it" else "it"
        page.evaluate(f"choose('{other}')")
        on(page, f"chosen() === '{other}'")
        page.evaluate("back(3)")
        back, frames = page.evaluate("[moved(), frames()]")
        on(page, f"moved() > {back + 1.5} && frames() > {frames + 25}")
        page.evaluate("back(3)")


@pytest.mark.parametrize(("player", "address"), [IN_BROWSERS[0], IN_BROWSERS[2], IN_BROWSERS[3]])
def test_subtitles_are_shown_on_request(rig: Rig, page: Page, player: str, address: str) -> None:
    with playing(page, player, rig.url("Uno", address)):
        on(page, "texts() > 0")
        page.evaluate("subtitle()")
        on(page, "cues().includes('Ciao')")


def test_bitmap_subtitles_are_shown_as_images(rig: Rig, page: Page) -> None:
    with playing(page, "dash.js", rig.url("Uno", "mpd")):
        on(page, "texts() === 2")
        page.evaluate("bitmaps()")
        on(page, "images().some(width => width > 100)")


def test_low_latency_keeps_a_player_close_behind(rig: Rig, page: Page) -> None:
    with playing(page, "hls.js", rig.url("Uno", "m3u8?format=ll")):
        assert 0.2 <= page.evaluate("parts()") <= 0.4
        on(page, "latency() > 0 && latency() < 2.5")
