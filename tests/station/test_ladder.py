"""A channel in several qualities, from the command line to real players, and gone at once when it may not be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin

import pytest

from rightcast.contract.station import StationSettings
from tests.station.rig import fetch, station, until
from tests.station.senders import encoder, free_port
from tests.station.viewers import play_with_ffmpeg, streams_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.station.rig import Rig

pytestmark = pytest.mark.players
RUNGS = ("--rung", "180p preset=ultrafast bitrate=300k", "--rung", "90p preset=ultrafast bitrate=120k")


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """A station with a channel in two languages that gets a ladder while it is on air."""
    port = free_port()
    with station(tmp_path_factory.mktemp("ladder")) as rig, encoder(port, languages=("ita", "eng")):
        rig.carry("Uno", f"udp://127.0.0.1:{port}")
        rig.command("package", "add", "All", "--all")
        rig.open_line("viewer")
        rig.until_on_air("Uno")
        rig.command("ladder", "set", "Uno", *RUNGS)
        until(lambda: len(variants(rig, "m3u8")) == 3, within_s=30, what="three qualities in the master playlist")
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


def test_dash_offers_the_pictures_as_one_set_of_three_qualities(rig: Rig) -> None:
    pictures = [one for one in streams_of(rig.url("Uno", "mpd")) if one["codec_type"] == "video"]
    assert sorted(one["height"] for one in pictures) == [90, 180, 180]


def test_the_command_shows_how_the_rungs_do(rig: Rig) -> None:
    shown = rig.command("ladder", "show", "Uno")["renditions"]
    assert [(one["name"], one["state"], one["restarts"]) for one in shown] == [
        ("180p", "on_air", 0),
        ("90p", "on_air", 0),
    ]


def test_a_channel_that_is_held_has_no_quality_left_within_two_seconds(rig: Rig) -> None:
    playlist = variants(rig, "m3u8")[2][1]
    assert fetch(playlist).status == 200
    rig.command("channel", "hold", "Uno")
    until(lambda: fetch(playlist).status in {403, 404, 410}, within_s=2, what="a rung that is refused")
    folders = StationSettings(data=rig.data).ring_root / "ring"
    until(lambda: not list(folders.iterdir()), within_s=5, what="rings that are gone")
