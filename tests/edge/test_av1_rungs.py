"""A rung of AV1 is offered in fragments, and nowhere else: not in transport stream, not while it would be encrypted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rightcast.contract.ring import Announcement, Closed, Opened, Part, Track, Up
from rightcast.domain.protection import Scheme
from tests.edge.fake_headend import TRACKS
from tests.edge.test_keys import protect

if TYPE_CHECKING:
    from tests.edge.station import TestStation

CODEC = "av01.0.01M.08"
PICTURES = Track(pid=256, kind="video", codec=CODEC, width=640, height=360, frame_rate=25.0)


async def base_with_rung(station: TestStation) -> str:
    """Where a session finds things on a channel whose rung 1 is AV1 and lies beside the broadcast."""
    await station.on_air(3)
    folder = station.settings.channel_ring(1, 1)
    folder.mkdir(parents=True, exist_ok=True)
    told: list[Announcement] = [Up(1, str(folder), codecs=CODEC, rendition=1, tracks=[PICTURES, TRACKS[1]])]
    for one in station.edge.rings.get(1).closed_segments():
        number, body = one.sequence, bytes(188)
        (folder / f"{number}.ts").write_bytes(body)
        told += [
            Opened(1, number, 0, number, 0, one.wall, time=one.time, rendition=1),
            Part(1, number, 0, 0, len(body), one.duration, joinable=True, rendition=1),
            Closed(1, number, len(body), one.duration, rendition=1),
        ]
    station.edge.rings.apply(told)
    reply = await station.get("/live/anna/sesame/1.m3u8?format=ts")
    assert reply.headers["location"].endswith("/index.m3u8")
    return reply.headers["location"].removesuffix("index.m3u8")


async def written(station: TestStation, address: str) -> str:
    return (await station.get(address)).body.decode()


async def test_playlists_of_fragments_and_the_manifest_have_it_with_all_that_players_ask(station: TestStation) -> None:
    base = await base_with_rung(station)
    for name in ("cmaf.m3u8", "ll.m3u8"):
        master = await written(station, base + name)
        line = next(one for one in master.splitlines() if "av01" in one)
        assert f'CODECS="{CODEC},mp4a.40.2"' in line
        assert "RESOLUTION=640x360" in line
        assert "FRAME-RATE=25.000" in line
    manifest = await written(station, base + "manifest.mpd")
    assert f'codecs="{CODEC}"' in manifest
    assert manifest.count('contentType="video"') == 2


@pytest.mark.parametrize("name", ["v1.m3u8", "v1.1.ts", "v1-256.m3u8", "v1-256.1.ts", "v1-257.1.ts"])
async def test_transport_stream_of_it_is_not_given(station: TestStation, name: str) -> None:
    base = await base_with_rung(station)
    assert "v1" not in await written(station, base + "master.m3u8")
    assert (await station.get(base + name)).status == 404


async def test_it_goes_while_the_channel_is_encrypted(station: TestStation) -> None:
    base = await base_with_rung(station)
    await protect(station, scheme=Scheme.CBCS)
    for name in ("cmaf.m3u8", "manifest.mpd"):
        text = await written(station, base + name)
        assert "avc1" in text
        assert "av01" not in text
    for name in ("c1-256.m3u8", "c1-256.init0.mp4", "c1-256.1.m4s"):
        assert (await station.get(base + name)).status == 404
