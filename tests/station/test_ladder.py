"""A channel in several qualities, from the command line to real players, and gone at once when it may not be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin

import pytest

from rightcast.contract.station import StationSettings
from tests.station.hlsjs import browser_page, page_server
from tests.station.npm import script
from tests.station.rig import fetch, station, until
from tests.station.senders import encoder, free_port, subtitled
from tests.station.sofa import look, plays_on, press
from tests.station.viewers import play_with_ffmpeg, streams_of
from tests.station.webplayers import PLAYERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from tests.station.rig import Rig

pytestmark = pytest.mark.players
RUNGS = ("--rung", "180p preset=ultrafast bitrate=300k", "--rung", "90p preset=ultrafast bitrate=120k")
NEW = ("--rung", "64p codec=av1 preset=ultrafast bitrate=100k")


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """A station with a channel in two languages that gets a ladder while it is on air."""
    port = free_port()
    folder = tmp_path_factory.mktemp("ladder")
    with station(folder) as rig, subtitled(port) as through, encoder(through, languages=("ita", "eng")):
        rig.carry("Uno", f"udp://127.0.0.1:{port}")
        rig.command("package", "add", "All", "--all")
        rig.open_line("viewer")
        rig.until_on_air("Uno")
        rig.command("ladder", "set", "Uno", *RUNGS, *NEW)
        until(lambda: len(variants(rig, "m3u8")) == 3, within_s=30, what="three qualities in the master playlist")
        until(lambda: len(variants(rig, "m3u8?format=cmaf")) == 4, within_s=30, what="the one of AV1 in fragments")
        yield rig


def variants(rig: Rig, address: str) -> list[tuple[str, str]]:
    """Attributes and address of each quality in a master playlist."""
    answer = fetch(rig.url("Uno", address))
    lines = answer.body.decode().splitlines()
    begun = [number for number, line in enumerate(lines) if line.startswith("#EXT-X-STREAM-INF")]
    return [(lines[number], urljoin(answer.url, lines[number + 1])) for number in begun]


def test_each_quality_says_what_it_is(rig: Rig) -> None:
    attributes = [found for found, _ in variants(rig, "m3u8")]
    sizes = [part for found in attributes for part in found.split(",") if part.startswith("RESOLUTION")]
    assert sizes == ["RESOLUTION=320x180", "RESOLUTION=320x180", "RESOLUTION=160x90"]
    assert all("FRAME-RATE=25.000" in found and "avc1." in found for found in attributes)


@pytest.mark.parametrize("address", ["m3u8", "m3u8?format=cmaf"])
def test_each_quality_plays(rig: Rig, address: str) -> None:
    for _, quality in variants(rig, address):
        assert play_with_ffmpeg(quality, 2) == ""


def test_dash_offers_all_qualities(rig: Rig) -> None:
    pictures = [one for one in streams_of(rig.url("Uno", "mpd")) if one["codec_type"] == "video"]
    assert sorted(one["height"] for one in pictures) == [64, 90, 180, 180]


@pytest.mark.parametrize(
    ("player", "address", "pin"),
    [
        ("hls.js", "m3u8?format=cmaf", "hls.currentLevel = hls.levels.findIndex(one => one.height === 64)"),
        (
            "dash.js",
            "mpd",
            "player.setCurrentTrack(player.getTracksFor('video').find(one => one.codec.includes('av01')))",
        ),
    ],
)
def test_a_browser_shows_the_quality_of_av1(rig: Rig, player: str, address: str, pin: str) -> None:
    library, page_of = PLAYERS[player]
    with page_server(script(library), page_of) as server, browser_page() as page:
        page.goto(f"{server}?src={rig.url('Uno', address)}")
        page.wait_for_function("window.moved() > 0", timeout=30_000)
        page.evaluate(pin)
        page.wait_for_function("video.videoHeight === 64", timeout=30_000)
        shown = page.evaluate("window.frames()")
        page.wait_for_function(f"window.frames() > {shown + 25}", timeout=30_000)
        assert page.evaluate("window.trouble") == []


@pytest.fixture(scope="module")
def screen(rig: Rig) -> Iterator[Page]:
    """A television that is signed in and shows the channel."""
    with browser_page() as page:
        page.set_viewport_size({"width": 1280, "height": 720})
        page.goto(f"{rig.server}/tv/")
        page.evaluate("who => TV.keep(who)", {"name": rig.line, "secret": rig.secret})
        page.reload()
        page.wait_for_selector("#rows li.at", timeout=20_000)
        press(page, "Enter")
        plays_on(page, 1)
        yield page


def choose(screen: Page, choice: str, *, after: str) -> None:
    """Take a choice below a head with the keys of a remote alone."""
    press(screen, "ArrowRight")
    until(lambda: screen.locator("#m-rows li").count() > 1, within_s=10, what="choices")
    for _ in range(20):
        rows = screen.locator("#m-rows li").all()
        at = next(place for place, row in enumerate(rows) if "at" in (row.get_attribute("class") or "").split())
        heads = [row.inner_text() for row in rows[:at] if "head" in (row.get_attribute("class") or "")]
        if heads and heads[-1] == after and choice in rows[at].inner_text():
            break
        press(screen, "ArrowDown")
    press(screen, "Enter")
    assert choice in screen.locator("#m-rows li.on.at").inner_text()
    look(screen, f"chosen-{after}")
    press(screen, "Backspace")


def lists_asked(screen: Page) -> set[str]:
    """Playlists that the page has asked for."""
    names: list[str] = screen.evaluate("performance.getEntriesByType('resource').map(one => one.name)")
    return {name for name in names if ".m3u8" in name}


def test_a_television_hears_the_other_language_from_now_on(screen: Page) -> None:
    before = lists_asked(screen)
    choose(screen, "English", after="Sound")
    until(lambda: lists_asked(screen) - before, within_s=10, what="the list of another language")
    plays_on(screen, 2)
    choose(screen, "Italiano", after="Sound")
    plays_on(screen, 2)


def test_a_television_shows_subtitles(screen: Page) -> None:
    choose(screen, "Italiano", after="Subtitles")
    shown = "[...document.getElementById('picture').textTracks].some(one => (one.activeCues || []).length > 0)"
    until(lambda: screen.evaluate(shown), within_s=30, what="a text on the picture")
    look(screen, "subtitle")


def test_a_television_turns_to_the_quality_that_was_chosen(screen: Page) -> None:
    choose(screen, "90 lines", after="Picture")
    until(lambda: screen.evaluate("document.getElementById('picture').videoHeight") == 90, within_s=30, what="90 lines")
    plays_on(screen, 1)


def test_the_command_shows_how_the_rungs_do(rig: Rig) -> None:
    shown = rig.command("ladder", "show", "Uno")["renditions"]
    assert [(one["name"], one["state"], one["restarts"]) for one in shown] == [
        ("180p", "on_air", 0),
        ("90p", "on_air", 0),
        ("64p", "on_air", 0),
    ]


def test_a_channel_that_is_held_has_no_quality_left_within_two_seconds(rig: Rig) -> None:
    playlist = variants(rig, "m3u8")[2][1]
    assert fetch(playlist).status == 200
    rig.command("channel", "hold", "Uno")
    until(lambda: fetch(playlist).status in {403, 404, 410}, within_s=2, what="a rung that is refused")
    folders = StationSettings(data=rig.data).ring_root / "ring"
    until(lambda: not list(folders.iterdir()), within_s=5, what="rings that are gone")
