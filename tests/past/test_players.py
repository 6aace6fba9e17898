"""Real players watch the past: ffmpeg, mpv with a seek, and hls.js in Chromium, whose picture is read."""

from __future__ import annotations

import asyncio
import shutil
from typing import TYPE_CHECKING
from urllib.parse import quote

import numpy as np
import pytest
from PIL import Image

from rightcast.domain.rights import Later
from tests.past.clock import GOP_S, second_on
from tests.past.station import grant, keep, now_s, show, tell
from tests.station.hlsjs import browser_page, library, page_server

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.edge.station import TestStation

pytestmark = pytest.mark.players
AGO_S = 1800
PAGE = """<!doctype html><title>player</title><video id=v muted autoplay playsinline></video>
<script src=/hls.js></script><script>
window.trouble = [];
const video = document.getElementById('v'), canvas = document.createElement('canvas');
const hls = new Hls({enableWorker: false, startPosition: Number(new URLSearchParams(location.search).get('at') ?? -1)});
hls.on(Hls.Events.ERROR, (_, what) => { if (what.fatal) window.trouble.push(what.details); });
hls.loadSource(new URLSearchParams(location.search).get('src'));
hls.attachMedia(video); hls.on(Hls.Events.MANIFEST_PARSED, () => video.play());
window.clock = () => {
  if (!video.videoWidth) return 0;
  canvas.width = video.videoWidth; canvas.height = video.videoHeight;
  const pen = canvas.getContext('2d', {willReadFrequently: true});
  pen.drawImage(video, 0, 0);
  const all = pen.getImageData(0, 0, canvas.width, canvas.height).data;
  let value = 0, check = 0;
  for (let bit = 0; bit < 40; bit++) {
    const x = (bit % 8) * 16 + 8, y = Math.floor(bit / 8) * 16 + 8;
    const one = all[(y * canvas.width + x) * 4] > 128 ? 1 : 0;
    if (bit < 32) value = value * 2 + one; else check = check * 2 + one;
  }
  return check === ((value & 255) ^ 0x5a) ? value : 0;
};
window.seek = to => { video.currentTime = to; };
window.ends = () => video.seekable.length ? [video.seekable.start(0), video.seekable.end(0)] : [0, 0];
</script>"""


async def run(*command: str) -> str:
    """What a player prints; skips when it is not installed."""
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0]} is not installed; scripts/real-parts.sh brings it")
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, stdin=asyncio.subprocess.DEVNULL
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), 50)
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == 0, output.decode()[-2000:]
    return output.decode()


def url(station: TestStation, path: str) -> str:
    return f"http://127.0.0.1:{station.edge.port}{path}"


@pytest.fixture
def start(granted: TestStation) -> int:
    """Half an hour ago; a minute is kept, with a break in its midst."""
    begin = now_s() - AGO_S
    keep(granted, [(begin, begin + 40), (begin + 40, begin + 60)])
    return begin


@pytest.mark.parametrize("ending", ["ts", "m3u8"])
async def test_ffprobe_counts_every_picture(granted: TestStation, start: int, ending: str) -> None:
    asked = url(granted, f"/catchup/anna/sesame/1.{ending}?start={start}&end={start + 60}")
    counted = await run("ffprobe", "-v", "fatal", "-count_frames", "-show_entries", "stream=nb_read_frames",
                        "-of", "csv=p=0", asked)  # fmt: skip
    assert int(counted.split()[0].strip(",")) == 60


async def test_mpv_seeks_in_a_stretch(granted: TestStation, start: int, tmp_path: Path) -> None:
    asked = url(granted, f"/catchup/anna/sesame/1.ts?start={start}&end={start + 40}")
    await run("mpv", "--no-config", "--ao=null", "--vo=image", "--vo-image-format=png", f"--vo-image-outdir={tmp_path}",
              "--untimed", "--start=20", "--frames=1", asked)  # fmt: skip
    pictures = sorted(tmp_path.glob("*.png"))
    with Image.open(pictures[-1]) as picture:
        shown = second_on(np.asarray(picture.convert("L")))
    assert start + 20 - GOP_S <= shown <= start + 20 + GOP_S


async def watched(
    station: TestStation, path: str, found: Callable[[int], bool], *, at: float = 0, seek: float | None = None
) -> tuple[int, list[float]]:
    """Play until the clock in the picture is as wanted; returns it and what the player may seek within."""

    def browse() -> tuple[int, list[float]]:
        with page_server(library(), PAGE) as place, browser_page() as page:
            page.goto(f"{place}?at={at}&src={quote(url(station, path), safe='')}")
            return _seen(page, found, seek)

    return await asyncio.to_thread(browse)


def _seen(page: Page, found: Callable[[int], bool], seek: float | None) -> tuple[int, list[float]]:
    page.wait_for_function("window.clock() > 0", timeout=30_000)
    if seek is not None:
        page.evaluate("to => window.seek(to)", seek)
    for _ in range(200):
        shown = page.evaluate("window.clock()")
        if found(shown):
            break
        page.wait_for_timeout(100)
    assert page.evaluate("window.trouble") == []
    return shown, page.evaluate("window.ends()")


async def test_hls_js_plays_a_stretch_on_demand_and_seeks_over_a_break(granted: TestStation, start: int) -> None:
    path = f"/catchup/anna/sesame/1.m3u8?start={start}&end={start + 60}"
    shown, ends = await watched(granted, path, lambda second: second >= start + 50, seek=50)
    assert start + 48 <= shown < start + 60
    assert ends == pytest.approx([0, 60], abs=1)


async def test_hls_js_begins_the_running_programme_anew(granted: TestStation) -> None:
    begin = now_s() - 60
    await grant(granted, Later(start_over=True))
    await tell(granted, show(begin, begin + 3600))
    keep(granted, [(begin, begin + 56)])
    path = f"/catchup/anna/sesame/1.m3u8?start={begin}&end={begin + 3600}"
    shown, _ = await watched(granted, path, lambda second: second > 0)
    assert begin <= shown < begin + 20


async def test_hls_js_winds_the_live_picture_back(granted: TestStation) -> None:
    now = now_s()
    keep(granted, [(now - 600, now)])
    shown, ends = await watched(granted, "/live/anna/sesame/1.m3u8?format=pause", lambda second: 0 < second < now - 300,
                                at=-1, seek=200)  # fmt: skip
    assert now - 404 <= shown < now - 380
    assert ends[1] - ends[0] > 500
