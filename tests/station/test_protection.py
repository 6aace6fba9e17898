"""Real players open protected channels with nothing but their session; outputs and radio come off the same ring."""

from __future__ import annotations

import socket
import struct
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests.station.hlsjs import browser_page, page_server
from tests.station.npm import script
from tests.station.rig import fetch, station, until
from tests.station.senders import encoder, free_port
from tests.station.viewers import play_with_ffmpeg, streams_of
from tests.station.webplayers import PLAYERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from tests.station.rig import Rig

pytestmark = pytest.mark.players
GROUP = "239.255.72.9"


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """A station with one channel, some segments old."""
    port = free_port()
    with station(tmp_path_factory.mktemp("protection")) as rig, encoder(port):
        rig.carry("Uno", f"udp://127.0.0.1:{port}")
        rig.command("package", "add", "All", "--all")
        rig.open_line("viewer")
        rig.until_on_air("Uno")
        until(lambda: fetch(rig.url("Uno", "m3u8")).body.count(b"#EXTINF") >= 2, within_s=30, what="two segments")
        yield rig


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """One browser for all players."""
    with browser_page() as page:
        yield page


def protect(rig: Rig, scheme: str) -> None:
    """Encrypt, and wait until players are told so, of every segment that is offered."""
    rig.command("protection", "off", "Uno")
    rig.command("protection", "set", "Uno", "--scheme", scheme)
    address, mark = ("m3u8", f"METHOD={scheme.upper()},") if "aes" in scheme else ("mpd", f'value="{scheme}"')
    until(lambda: mark in fetch(rig.url("Uno", address)).body.decode(), within_s=10, what=f"a {scheme} channel")


@contextmanager
def playing(page: Page, player: str, url: str) -> Iterator[Page]:
    """A player with a moving picture."""
    package, html = PLAYERS[player]
    with page_server(script(package), html) as origin:
        page.goto(f"{origin}?src={quote(url, safe='')}")
        page.wait_for_function("frames() > 12 || trouble.length > 0", timeout=40_000)
        assert page.evaluate("trouble") == []
        yield page
        page.goto("about:blank")


@pytest.mark.parametrize(
    ("scheme", "player", "address"),
    [
        ("aes-128", "hls.js", "m3u8"),
        ("sample-aes", "hls.js", "m3u8"),
        ("cenc", "shaka", "mpd"),
        ("cenc", "dash.js", "mpd"),
        ("cbcs", "shaka", "mpd"),
        ("cbcs", "shaka", "m3u8"),
    ],
)
def test_browsers_show_what_was_encrypted(rig: Rig, page: Page, scheme: str, player: str, address: str) -> None:
    protect(rig, scheme)
    with playing(page, player, rig.url("Uno", address)):
        began = page.evaluate("moved()")
        page.wait_for_function(f"moved() > {began + 1} || trouble.length > 0", timeout=30_000)
        assert page.evaluate("trouble") == []


def test_ffmpeg_plays_aes_128_without_complaint(rig: Rig) -> None:
    protect(rig, "aes-128")
    assert play_with_ffmpeg(rig.url("Uno", "m3u8"), 3) == ""


def test_a_player_without_the_key_shows_nothing(rig: Rig) -> None:
    """The same bytes, the key refused: what ffprobe finds is noise."""
    protect(rig, "aes-128")
    address = fetch(rig.url("Uno", "m3u8"))
    name = next(line for line in address.body.decode().splitlines() if line.endswith(".ts"))
    data = fetch(address.url.rpartition("/")[0] + "/" + name).body
    assert sum(data[at] == 0x47 for at in range(0, len(data) - 188, 188)) < len(data) / 188 / 10


def _still_sent(receiver: socket.socket) -> bool:
    try:
        return bool(receiver.recv(2000))
    except TimeoutError:
        return False


def test_a_group_and_radio_players_get_the_channel_until_it_is_held(rig: Rig) -> None:
    rig.command("protection", "off", "Uno")
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.bind((GROUP, 0))
    membership = struct.pack("=4s4s", socket.inet_aton(GROUP), socket.inet_aton("127.0.0.1"))
    receiver.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
    receiver.settimeout(10)
    port = receiver.getsockname()[1]
    rig.command("output", "add", "Uno", f"rtp://{GROUP}:{port}?interface=127.0.0.1&ttl=0")
    assert receiver.recv(2000)[1] == 33
    until(lambda: fetch(rig.url("Uno"), method="HEAD").status == 200, within_s=10, what="a clear channel")
    assert [one["codec_name"] for one in streams_of(rig.url("Uno", "aac"))] == ["aac"]
    rig.command("channel", "hold", "Uno")
    began = time.monotonic()
    receiver.settimeout(1.0)
    last = began
    while _still_sent(receiver):
        last = time.monotonic()
        assert last - began < 2.0
    receiver.close()
    rig.command("channel", "publish", "Uno")
