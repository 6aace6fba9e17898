"""A whole station obeys its provider's signals, and offers teletext subtitles to real players."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin

import m3u8
import pytest

from rightcast.formats.mpegts.psi import Stream
from tests.headend.cue_signals import CUE_STREAM, NO_WEB, cue_packets, first_time, programme, with_packets, with_streams
from tests.headend.signals import signal
from tests.station.hlsjs import browser_page, page_server
from tests.station.npm import script
from tests.station.rig import Rig, fetch, until
from tests.station.senders import Sender, sending
from tests.station.viewers import watching
from tests.station.webplayers import PLAYERS
from tests.teletext import sender as teletext

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rightcast.formats.mpegts.scte35.records import Cue

LIMIT_S = 2.0
SECONDS = 20
START = programme(0x10, None, delivery=NO_WEB)
END = programme(0x11, None)
COUNTERS: list[None] = []


def stream() -> bytes:
    """Pictures with a stream of cues, and with a subtitle that changes every second."""
    subtitles = Stream(teletext.PID, 6, ((0x56, b"ita\x17\x77"),))
    clean = with_streams(signal(seconds=SECONDS, gop=25).read_bytes(), CUE_STREAM, subtitles)
    begins, send = first_time(clean), teletext.Sender().send
    pages = [
        (second, send(begins + second * 90_000, teletext.page({20: teletext.codes(f"Secondo {second}")})))
        for second in range(SECONDS)
    ]
    return with_packets(clean, pages)


@pytest.fixture(scope="module")
def source() -> Iterator[Sender]:
    with sending(stream()) as found:
        yield found


@pytest.fixture(scope="module")
def house(bare: Rig, source: Sender) -> Rig:
    bare.carry("One", source.url)
    bare.command("package", "add", "All", "--channel", "One")
    bare.open_line("anna")
    bare.until_on_air("One")
    return bare


def say(source: Sender, cue: Cue) -> None:
    """Put a cue into the stream now."""
    host, port = source.url.removeprefix("udp://").split(":")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.sendto(cue_packets(cue, len(COUNTERS) & 15), (host, int(port)))
    COUNTERS.append(None)


def test_a_web_viewer_is_cut_and_let_back_in_with_the_panel_dead(house: Rig, source: Sender) -> None:
    stopped = [house.processes()[name] for name in ("panel", "jobs")]
    for process in stopped:
        process.suspend()
    try:
        with watching(house.url("One")) as viewer:
            said = time.monotonic()
            say(source, START)
            assert viewer.until_closed(10) - said < LIMIT_S
        refused = fetch(house.url("One"))
        assert (refused.status, refused.headers["x-rightcast-reason"]) == (403, "blacked-out-by-signal")
        said = time.monotonic()
        say(source, END)
        with until(
            lambda: fetch_status(house) == 200 and watching(house.url("One")), within_s=8, what="let in"
        ) as again:
            assert again.status == 200
    finally:
        for process in stopped:
            process.resume()
    wanted = ["Programme starts (no web delivery)", "Programme ends"]
    until(  # a headend reports once a second
        lambda: [one["sentence"] for one in house.command("cues", "One")["cues"]][-2:] == wanted,
        within_s=10,
        what="both cues in the report",
    )


def fetch_status(house: Rig) -> int:
    return fetch(house.url("One"), method="HEAD").status


def test_subtitles_follow_the_pictures(house: Rig) -> None:
    master = until(
        lambda: (found := fetch(house.url("One", "m3u8"))) and b"SUBTITLES" in found.body and found,
        within_s=20,
        what="subtitles in the master playlist",
    )
    (subtitles,) = [one for one in m3u8.loads(master.body.decode()).media if one.type == "SUBTITLES"]
    assert (subtitles.name, subtitles.language) == ("Italiano", "it")
    listing = fetch(urljoin(master.url, subtitles.uri))
    texts = [fetch(urljoin(listing.url, one.uri)).body.decode() for one in m3u8.loads(listing.body.decode()).segments]
    assert texts
    assert all("X-TIMESTAMP-MAP=MPEGTS:" in text and "Secondo" in text for text in texts)


SUBTITLES_SHOWN = (
    "hls.subtitleTracks.length === 1 && (hls.subtitleTrack = 0) === 0 && "
    "[...video.textTracks].some(one => [...(one.cues ?? [])].some(cue => "
    "cue.text.startsWith('Secondo') && Math.abs(cue.startTime - video.currentTime) < 10))"
)


@pytest.mark.players
@pytest.mark.parametrize("ending", ["m3u8", "m3u8?format=cmaf"])
def test_hls_js_shows_the_subtitles(house: Rig, ending: str) -> None:
    package, html = PLAYERS["hls.js"]
    with browser_page() as page, page_server(script(package), html) as origin:
        page.goto(f"{origin}?src={quote(house.url('One', ending), safe='')}")
        page.wait_for_function(SUBTITLES_SHOWN, timeout=30_000)
