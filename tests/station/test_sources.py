"""Signals of several kinds enter one station and come out alike."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import imageio_ffmpeg
import pytest

from tests.station.rig import Rig, fetch, until
from tests.station.senders import encoder, free_port
from tests.station.viewers import play_with_ffmpeg, streams_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.players
LOOPS = ("file", "srt", "rtmp")
KINDS = ("udp", "http_ts", "hls", "srt", "rtmp", "file")


def film(folder: Path) -> Path:
    """A short film as a transport stream file."""
    target = folder / "film.ts"
    arguments = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostdin", "-v", "error"]
    arguments += ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25", "-f", "lavfi", "-i", "sine=frequency=600"]
    arguments += ["-t", "10", "-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-pix_fmt", "yuv420p"]
    subprocess.run([*arguments, "-c:a", "aac", "-b:v", "400k", str(target)], check=True, timeout=60)
    return target


def push(film_path: Path, form: str, url: str) -> subprocess.Popen[bytes]:
    """An encoder that pushes a film in a loop; it leaves when nobody listens."""
    arguments = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-hide_banner",
        "-nostdin",
        "-v",
        "quiet",
        "-re",
        "-stream_loop",
        "-1",
    ]
    return subprocess.Popen([*arguments, "-i", str(film_path), "-c", "copy", "-f", form, url])


@pytest.fixture(scope="module")
def mixed(bare: Rig, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """A station with a channel of each kind; two of them pull from the station's own first channel."""
    folder = tmp_path_factory.mktemp("films")
    path = film(folder)
    ports = {name: free_port() for name in ("udp", "srt", "rtmp")}
    pushing: dict[str, subprocess.Popen[bytes]] = {}
    with encoder(ports["udp"]):
        bare.add("udp", f"udp://127.0.0.1:{ports['udp']}")
        bare.add("file", path.as_uri())
        bare.add("srt", f"srt://127.0.0.1:{ports['srt']}?mode=listener")
        bare.add("rtmp", f"rtmp://127.0.0.1:{ports['rtmp']}/live/key?listen=1")
        bare.allow()
        bare.command("package", "add", "First", "--all")
        bare.open_line("feeder", package="First")
        bare.add("http_ts", bare.url("udp", "ts"))
        bare.add("hls", bare.url("udp", "m3u8"))
        bare.allow("http_ts", "--channel", "hls")
        bare.command("package", "add", "All", "--all")
        bare.open_line("viewer")

        def pushed() -> bool:
            for name, form, url in (
                ("srt", "mpegts", f"srt://127.0.0.1:{ports['srt']}"),
                ("rtmp", "flv", f"rtmp://127.0.0.1:{ports['rtmp']}/live/key"),
            ):
                if name not in pushing or pushing[name].poll() is not None:
                    pushing[name] = push(path, form, url)
            return list(bare.states().values()) == ["on_air"] * len(KINDS)

        try:
            until(pushed, within_s=60, what="every kind of source is on air")
            yield bare
        finally:
            for process in pushing.values():
                process.kill()
                process.wait(10)


@pytest.mark.parametrize("name", KINDS)
def test_a_channel_of_this_kind_plays_by_ts_and_hls(mixed: Rig, name: str) -> None:
    assert sorted(one["codec_name"] for one in streams_of(mixed.url(name))) == ["aac", "h264"]
    until(lambda: fetch(mixed.url(name, "m3u8"), method="HEAD").status == 200, within_s=20, what="a playlist")
    words = play_with_ffmpeg(mixed.url(name, "m3u8"), 2).splitlines()
    # where a loop begins anew its last sound overlaps the first by a frame
    assert [line for line in words if "non monotonically increasing dts" not in line or name not in LOOPS] == []
