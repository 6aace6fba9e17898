"""Real players show the demo's channels, as endless TS and as HLS."""

from __future__ import annotations

import pytest

from tests.station.rig import Rig, fetch
from tests.station.viewers import decode_errors, play_with_ffmpeg, play_with_mpv, streams_of, watching

pytestmark = pytest.mark.players
PICTURES = ("Rightcast One", "Rightcast Motion", "Rightcast HD")
CHANNELS = (*PICTURES, "Rightcast Radio")


@pytest.mark.parametrize(
    ("name", "extension"),
    [*((name, "ts") for name in CHANNELS), ("Rightcast One", "m3u8"), ("Rightcast Radio", "m3u8")],
)
def test_ffprobe_finds_the_streams_a_channel_should_have(demo: Rig, name: str, extension: str) -> None:
    found = streams_of(demo.url(name, extension))
    assert sorted(stream["codec_name"] for stream in found) == (
        ["aac"] if name == "Rightcast Radio" else ["aac", "h264"]
    )
    if name == "Rightcast HD":
        assert [(one["width"], one["height"]) for one in found if "width" in one] == [(1920, 1080)]


@pytest.mark.parametrize(("name", "extension"), [*((name, "m3u8") for name in CHANNELS), ("Rightcast HD", "ts")])
def test_ffmpeg_plays_a_channel_without_complaint(demo: Rig, name: str, extension: str) -> None:
    assert play_with_ffmpeg(demo.url(name, extension), 3) == ""


@pytest.mark.parametrize("extension", ["ts", "m3u8"])
def test_mpv_plays_a_channel(demo: Rig, extension: str) -> None:
    assert "Error" not in play_with_mpv(demo.url("Rightcast One", extension), 50)


@pytest.mark.parametrize("name", PICTURES)
def test_the_first_bytes_of_a_zap_decode_from_their_first_frame(demo: Rig, name: str) -> None:
    with watching(demo.url(name)) as viewer:
        viewer.until_more(250_000)
        assert decode_errors(viewer.stream()) == ""


def test_every_segment_of_a_playlist_decodes_alone(demo: Rig) -> None:
    playlist = fetch(demo.url("Rightcast One", "m3u8"))
    names = [line for line in playlist.body.decode().splitlines() if line and not line.startswith("#")]
    assert len(names) >= 1
    for name in names[-2:]:
        segment = fetch(playlist.url.rsplit("/", 1)[0] + "/" + name)
        assert segment.status == 200
        assert decode_errors(segment.body) == ""
