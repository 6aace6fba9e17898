"""Glass to glass: a clock burnt into the picture against the moment at which a player has that picture decoded."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from string import Template
from typing import TYPE_CHECKING
from urllib.parse import quote

import numpy as np
import pytest
from tests.station.hlsjs import browser_page, page_server
from tests.station.npm import HLS_JS, script

from bench import clock_sender
from bench.figures import Figure, at_most
from bench.rig import LOAD_CPU, RigError, free_udp_range, percentile, rigged, tool, wait_for
from bench.station import SECRET, channels_on_air, fill_feed, settings_in, start_edge, start_room

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rightcast.contract.station import StationSettings

SETTLED_S = 6.0
"""What comes sooner belongs to the player's start."""
PAGE = Template("""<!doctype html><title>glass</title><video id=v muted autoplay playsinline></video>
<script src=/hls.js></script><script>
window.ages = []; window.trouble = []; window.stalls = 0;
const video = document.getElementById('v');
const canvas = document.createElement('canvas'); canvas.width = $width; canvas.height = $height;
const context = canvas.getContext('2d', {willReadFrequently: true});
function shown() {
  context.drawImage(video, 0, 0, $width, $height);
  const row = context.getImageData(0, $bar_height / 2, $width, 1).data;
  let stamp = 0;
  for (let bit = 0; bit < $bits; bit++)
    if (row[(bit * $bar + $bar / 2) * 4] > 127) stamp += 2 ** bit;
  window.ages.push([performance.now(), ((Date.now() - stamp) % 2 ** 32) / 1000]);
  video.requestVideoFrameCallback(shown);
}
video.requestVideoFrameCallback(shown);
video.addEventListener('waiting', () => { window.stalls += 1; });
const hls = new Hls({lowLatencyMode: true, maxLiveSyncPlaybackRate: 1.5});
hls.on(Hls.Events.ERROR, (_, what) => { if (what.fatal) window.trouble.push(what.details); });
hls.on(Hls.Events.MANIFEST_PARSED, () => video.play());
hls.loadSource(new URLSearchParams(location.search).get('src')); hls.attachMedia(video);
</script>""").substitute(
    width=clock_sender.WIDTH,
    height=clock_sender.HEIGHT,
    bar_height=clock_sender.BAR_HEIGHT,
    bits=clock_sender.BITS,
    bar=clock_sender.BAR_WIDTH,
)


@contextlib.contextmanager
def _on_air(quick: bool, history_s: float) -> Iterator[StationSettings]:
    """A station whose one channel shows the clock, for some seconds already."""
    with rigged(quick) as rig:
        port = free_udp_range(1)
        settings = settings_in(rig.folder)
        fill_feed(settings, [(f"udp://127.0.0.1:{port}", None)])
        start_room(rig, settings, "headend")
        start_edge(rig, settings)
        rig.start("clock", [sys.executable, "-m", "bench.clock_sender", str(port)], cpu=LOAD_CPU)
        wait_for(lambda: channels_on_air(settings) == 1, 30, "the clock to be on air")
        time.sleep(history_s)
        yield settings


def endless_ts(quick: bool) -> list[Figure]:
    """Endless TS, decoded by ffmpeg as it arrives."""
    with _on_air(quick, 2) as settings:
        ages = _decoded(_address(settings, "ts"), SETTLED_S + (5 if quick else 15))
    return [_figure("players.glass_ts", ages, 1.5, "endless TS decoded by ffmpeg")]


def low_latency_hls(quick: bool) -> list[Figure]:
    """LL-HLS, shown by hls.js in Chromium."""
    with _on_air(quick, 6) as settings:
        ages = _shown(_address(settings, "m3u8?format=ll"), SETTLED_S + (6 if quick else 20))
    return [_figure("players.glass_ll_hls", ages, 2.5, "LL-HLS shown by hls.js in Chromium")]


def hls(quick: bool) -> list[Figure]:
    """HLS with segments of 2 s, shown by hls.js in Chromium."""
    with _on_air(quick, 10) as settings:
        ages = _shown(_address(settings, "m3u8?format=cmaf"), SETTLED_S + (6 if quick else 20))
    return [_figure("players.glass_hls", ages, 7, "HLS of 2 s segments shown by hls.js in Chromium")]


def _figure(name: str, ages: list[float], goal: float, how: str) -> Figure:
    middle = percentile(ages, 0.5)
    unit = f"s from drawn to decoded picture, {how}, p95 of {len(ages)} pictures (median {middle:.2f})"
    return Figure(name=name, value=percentile(ages, 0.95), unit=unit, goal=at_most(goal))


def _address(settings: StationSettings, ending: str) -> str:
    return f"http://127.0.0.1:{settings.listen.port}/live/v00000/{SECRET}/1.{ending}"


def _decoded(url: str, seconds: float) -> list[float]:
    """Ages of the pictures that ffmpeg decodes, each as soon as it has it."""
    size = clock_sender.WIDTH * clock_sender.HEIGHT
    command = [
        *("taskset", "-c", str(LOAD_CPU), tool("ffmpeg"), "-v", "error"),
        *("-fflags", "nobuffer", "-flags", "low_delay", "-threads", "1"),  # a decoder thread each costs a picture
        *("-probesize", "100000", "-analyzeduration", "0", "-i", url),
        *("-map", "0:v", "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "gray", "pipe:1"),
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    ages: list[float] = []
    begun = time.monotonic()
    try:
        while process.stdout is not None and time.monotonic() < begun + seconds:
            data = process.stdout.read(size)
            if len(data) < size:
                raise RigError("ffmpeg ended before its time.")
            picture = np.frombuffer(data, np.uint8).reshape(clock_sender.HEIGHT, clock_sender.WIDTH)
            if time.monotonic() > begun + SETTLED_S:
                ages.append(clock_sender.age_s(clock_sender.stamp_of(picture), time.time()))
    finally:
        process.kill()
        process.wait()
    return _plausible(ages)


def _shown(url: str, seconds: float) -> list[float]:
    """Ages of the pictures that a page shows, read back from a canvas as each is composed."""
    try:
        with browser_page() as page, page_server(script(HLS_JS), PAGE) as origin:
            page.goto(f"{origin}?src={quote(url, safe='')}")
            page.wait_for_function("ages.length > 0 || trouble.length > 0", timeout=30_000)
            page.wait_for_timeout(seconds * 1000)
            found, trouble, stalls = page.evaluate("[ages, trouble, stalls]")
    except pytest.skip.Exception as missing:
        raise RigError(str(missing)) from missing
    if trouble:
        raise RigError(f"hls.js gave up: {trouble}")
    print(f"  {len(found)} pictures shown, the player waited {stalls} times", flush=True)
    return _plausible([age for at, age in found if at > found[0][0] + SETTLED_S * 1000])


def _plausible(ages: list[float]) -> list[float]:
    """Raises RigError when the bars could not be read."""
    if len(ages) < clock_sender.RATE or not all(-0.1 < age < 60 for age in ages):
        raise RigError(f"The burnt-in clock cannot be read: {len(ages)} pictures, {ages[:3]}.")
    return ages
