"""What is made just in time from transport stream: fragments, their playlists, manifests, single tracks."""

from __future__ import annotations

import subprocess
import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import TYPE_CHECKING

import m3u8
import pytest

from rightcast.contract.catalogue import Kind
from rightcast.contract.ring import Track
from rightcast.domain.features import Features
from rightcast.domain.lineup import Channel
from rightcast.domain.packaging import Packaging
from rightcast.formats.isobmff.boxes import walk
from tests.edge.fake_headend import PARTS, TRACKS
from tests.edge.station import Reply, eventually

if TYPE_CHECKING:
    from pathlib import Path

    from tests.edge.station import TestStation

ITALIAN = TRACKS[1]
MPD = "{urn:mpeg:dash:schema:mpd:2011}"


async def entrance(station: TestStation, query: str = "", ending: str = "m3u8") -> str:
    reply = await station.get(f"/live/anna/sesame/1.{ending}{query}")
    assert reply.status == 302, reply
    return reply.headers["location"]


async def base(station: TestStation) -> str:
    return (await entrance(station)).rpartition("/")[0] + "/"


def boxes(data: bytes) -> list[str]:
    return [kind.decode() for kind, _, _ in walk(data)]


def set_packaging(station: TestStation, packaging: Packaging) -> None:
    channel = station.edge.replica.channels[1]
    assert isinstance(channel, Channel)
    station.publish(Kind.CHANNEL, 1, replace(channel, features=Features(packaging=packaging)))


@pytest.mark.parametrize(
    ("ending", "query", "name"),
    [
        ("m3u8", "", "index.m3u8"),
        ("m3u8", "?format=ts", "index.m3u8"),
        ("m3u8", "?format=cmaf", "cmaf.m3u8"),
        ("m3u8", "?format=ll", "ll.m3u8"),
        ("mpd", "", "manifest.mpd"),
    ],
)
async def test_a_player_is_sent_to_the_format_it_asks_for(
    station: TestStation, ending: str, query: str, name: str
) -> None:
    await station.on_air(1)
    assert (await entrance(station, query, ending)).endswith(f"/1/{name}")


async def test_a_channel_of_two_languages_begins_at_its_master_playlist(station: TestStation) -> None:
    await speak_two_languages(station)
    path = await entrance(station)
    assert path.endswith("/master.m3u8")
    found = m3u8.loads((await station.get(path)).body.decode())
    assert [(one.name, one.language, one.default, one.uri) for one in found.media] == [
        ("Italiano", "it", "YES", None),
        ("English", "en", "NO", "v0-258.m3u8"),
    ]
    assert [one.uri for one in found.playlists] == ["index.m3u8"]
    info = found.playlists[0].stream_info
    assert (info.codecs, info.resolution, info.frame_rate) == ("avc1.42c015,mp4a.40.2", (320, 180), 25.0)
    assert info.bandwidth >= info.average_bandwidth > 1000


async def speak_two_languages(station: TestStation) -> None:
    station.headend.tracks = [*TRACKS, Track(pid=258, kind="audio", codec="mp4a.40.2", language="eng", channels=2)]
    before = station.headend.connections
    await station.headend.stop()
    await station.headend.start()
    await eventually(lambda: station.headend.connections > before)
    await station.on_air(2)


async def test_fragments_of_a_segment_play_behind_their_initialization(station: TestStation, tmp_path: Path) -> None:
    await station.on_air(3)
    root = await base(station)
    master = m3u8.loads((await station.get(f"{root}cmaf.m3u8")).body.decode())
    assert [one.uri for one in master.playlists] == ["c0-256.m3u8"]
    assert [one.uri for one in master.media] == ["c0-257.m3u8"]
    for name in ("c0-256.m3u8", "c0-257.m3u8"):
        listing = m3u8.loads((await station.get(root + name)).body.decode())
        init_name = listing.segment_map[0].uri
        init = await station.get(root + init_name)
        assert init.headers["content-type"] == ("video/mp4" if name == "c0-256.m3u8" else "audio/mp4")
        assert boxes(init.body)[:1] == ["ftyp"]
        file = tmp_path / f"{name}.mp4"
        pieces = [await station.get(root + one.uri) for one in listing.segments]
        assert {one.headers["content-type"] for one in pieces} == {"video/iso.segment"}
        file.write_bytes(init.body + b"".join(one.body for one in pieces))
        assert complaints(file) == ""
    assert station.edge.workshop.jobs == 3, "each segment is packaged once for all its tracks"


def complaints(file: Path) -> str:
    command = ["ffmpeg", "-v", "warning", "-i", str(file), "-f", "null", "-"]
    return subprocess.run(command, capture_output=True, timeout=60, check=True).stderr.decode()


async def test_viewers_who_ask_at_once_share_one_job(station: TestStation) -> None:
    await station.on_air(2)
    root = await base(station)
    clients = [await station.connect() for _ in range(5)]
    for client in clients:
        client.send(f"{root}c0-256.1.m4s")
    replies: list[Reply] = [await client.reply() for client in clients]
    assert {one.status for one in replies} == {200}
    assert len({one.body for one in replies}) == 1
    assert station.edge.workshop.jobs == 1
    for client in clients:
        client.close()


async def test_a_playlist_of_fragments_may_be_waited_for(station: TestStation) -> None:
    await station.on_air(2)
    root = await base(station)
    assert "CAN-BLOCK-RELOAD=YES" in (await station.get(f"{root}c0-256.m3u8")).body.decode()
    client = await station.connect()
    client.send(f"{root}c0-256.m3u8?_HLS_msn=2")
    await eventually(lambda: any(viewing.waits for viewing in station.edge.viewings.all()))
    station.headend.segment()
    assert "c0-256.2.m4s" in (await client.reply()).body.decode()
    client.close()


async def test_who_asks_for_the_segment_being_written_waits_for_it(station: TestStation) -> None:
    await station.on_air(2)
    station.headend.part()
    root = await base(station)
    client = await station.connect()
    client.send(f"{root}c0-256.2.m4s")
    await eventually(lambda: any(viewing.waits for viewing in station.edge.viewings.all()))
    for _ in range(PARTS - 1):
        station.headend.part()
    assert (await client.reply()).status == 200
    client.close()


async def test_a_fragment_is_served_in_ranges_as_head_and_not_again(station: TestStation) -> None:
    await station.on_air(2)
    root = await base(station)
    whole = await station.get(f"{root}c0-256.1.m4s")
    assert "immutable" in whole.headers["cache-control"]
    assert whole.headers["access-control-allow-origin"] == "*"
    part = await station.get(f"{root}c0-256.1.m4s", headers={"Range": "bytes=8-19"})
    assert (part.status, part.body) == (206, whole.body[8:20])
    head = await station.get(f"{root}c0-256.1.m4s", method="HEAD")
    assert (head.status, head.headers["content-length"]) == (200, str(len(whole.body)))
    again = await station.get(f"{root}c0-256.1.m4s", headers={"If-None-Match": whole.headers["etag"]})
    assert again.status == 304


async def test_one_sound_leaves_as_transport_stream_of_its_own(station: TestStation, tmp_path: Path) -> None:
    await station.on_air(2)
    root = await base(station)
    listing = m3u8.loads((await station.get(f"{root}v0-257.m3u8")).body.decode())
    file = tmp_path / "sound.ts"
    pieces = [await station.get(root + one.uri) for one in listing.segments]
    assert {one.headers["content-type"] for one in pieces} == {"video/mp2t"}
    file.write_bytes(b"".join(one.body for one in pieces))
    probe = ["ffprobe", "-v", "error", "-show_entries", "stream=codec_name", "-of", "csv=p=0", str(file)]
    assert set(subprocess.run(probe, capture_output=True, check=True, timeout=60).stdout.split()) == {b"aac"}


@pytest.mark.parametrize(
    "name", ["c0-256.99.m4s", "c0-999.m3u8", "c0.m3u8", "c7-256.m3u8", "c0-256.init9.mp4", "l0-256.1.m4s", "x.m3u8"]
)
async def test_what_is_not_there_is_not_found(station: TestStation, name: str) -> None:
    await station.on_air(2)
    assert (await station.get(await base(station) + name)).status == 404


async def test_formats_that_a_channel_does_not_offer_are_not_found(station: TestStation) -> None:
    await station.on_air(2)
    root = await base(station)
    set_packaging(station, Packaging(cmaf=False, low_latency=False, dash=True))
    await eventually(lambda: not station.edge.replica.channels[1].packaging.cmaf)
    assert (await station.get(f"{root}cmaf.m3u8")).status == 404
    assert (await station.get(f"{root}c0-256.m3u8")).status == 404
    assert (await station.get(f"{root}c0-256.1.m4s")).status == 200, "for DASH"
    set_packaging(station, Packaging(cmaf=False, low_latency=False, dash=False))
    await eventually(lambda: not station.edge.replica.channels[1].packaging.dash)
    assert (await station.get(f"{root}manifest.mpd")).status == 404
    assert (await station.get(f"{root}c0-256.1.m4s")).status == 404
    assert (await station.get("/live/anna/sesame/1.mpd")).status == 404
    assert (await station.get("/live/anna/sesame/1.m3u8")).status == 302


async def test_a_new_epoch_has_a_map_and_a_period_of_its_own(station: TestStation) -> None:
    await station.on_air(2)
    station.headend.restart_ring()
    station.headend.wall += 5
    await station.on_air(2)
    root = await base(station)
    body = (await station.get(f"{root}c0-256.m3u8")).body.decode()
    assert body.index("c0-256.1.m4s") < body.index("#EXT-X-DISCONTINUITY\n") < body.index('URI="c0-256.init1.mp4"')
    mpd = ET.fromstring((await station.get(f"{root}manifest.mpd")).body)
    periods = mpd.findall(f"{MPD}Period")
    assert [one.get("id") for one in periods] == ["0", "1"]
    starts = [float(one.get("start", "").strip("PTS")) for one in periods]
    assert starts[1] - starts[0] == pytest.approx(7, abs=0.01)
    for number in (0, 1):
        init = await station.get(f"{root}c0-256.init{number}.mp4")
        assert init.status == 200


async def test_a_period_begins_where_the_headend_says_however_late_the_edge_came(station: TestStation) -> None:
    headend = station.headend
    headend.epoch_began = (headend.wall - 100, 0)
    await station.on_air(2)
    root = await base(station)
    reply = await station.get(f"{root}manifest.mpd")
    mpd = ET.fromstring(reply.body)
    period = mpd.find(f"{MPD}Period")
    template = mpd.find(f".//{MPD}SegmentTemplate")
    assert period is not None
    assert template is not None
    assert float(period.get("start", "").strip("PTS")) == pytest.approx(headend.wall - 100, abs=0.01)
    assert template.get("presentationTimeOffset", "0") == "0"


async def test_the_manifest_names_every_segment_by_time_and_number(station: TestStation) -> None:
    await station.on_air(3)
    root = await base(station)
    reply = await station.get(f"{root}manifest.mpd")
    assert reply.headers["content-type"] == "application/dash+xml"
    mpd = ET.fromstring(reply.body)
    sets = mpd.findall(f".//{MPD}AdaptationSet")
    assert [one.get("contentType") for one in sets] == ["video", "audio"]
    assert sets[1].get("lang") == "it"
    template = sets[0].find(f".//{MPD}SegmentTemplate")
    assert template is not None
    assert template.get("startNumber") == "0"
    rows = template.findall(f".//{MPD}S")
    assert sum(1 + int(one.get("r", "0")) for one in rows) == 3
    clock = mpd.find(f"{MPD}UTCTiming")
    assert clock is not None
    now = await station.get("/time")
    assert (now.status, clock.get("value")) == (200, "http://tv.test:8080/time")


async def test_radio_leaves_in_every_format(station: TestStation) -> None:
    station.headend.tracks = [ITALIAN]
    before = station.headend.connections
    await station.headend.stop()
    await station.headend.start()
    await eventually(lambda: station.headend.connections > before)
    await station.on_air(2)
    root = await base(station)
    for name, uri in (("master.m3u8", "index.m3u8"), ("cmaf.m3u8", "c0-257.m3u8"), ("ll.m3u8", "l0-257.m3u8")):
        found = m3u8.loads((await station.get(root + name)).body.decode())
        assert [one.uri for one in found.playlists] == [uri]
        assert found.playlists[0].stream_info.codecs == "mp4a.40.2"
    sets = ET.fromstring((await station.get(f"{root}manifest.mpd")).body).findall(f".//{MPD}AdaptationSet")
    assert [one.get("contentType") for one in sets] == ["audio"]


async def test_a_longer_live_window_shows_at_once(station: TestStation) -> None:
    station.headend.keep = 12
    await station.on_air(9)
    root = await base(station)
    assert len(m3u8.loads((await station.get(f"{root}index.m3u8")).body.decode()).segments) == 6
    set_packaging(station, Packaging(window_s=9))
    await eventually(lambda: station.edge.rings.get(1).playlist_segments == 9)
    await station.on_air(1)
    for name in ("index.m3u8", "c0-256.m3u8"):
        assert len(m3u8.loads((await station.get(root + name)).body.decode()).segments) == 9


async def test_pictures_that_stay_in_transport_stream_are_given_in_it_whatever_is_asked_for(
    station: TestStation,
) -> None:
    headend = station.headend
    headend.tracks = [Track(pid=256, kind="video", codec="mp4v.61"), Track(pid=257, kind="audio", codec="mp4a.40.2")]
    headend.announce(headend.snapshot())
    await eventually(lambda: station.edge.rings.get(1).tracks == headend.tracks)
    await station.on_air(3)
    for query in ("?format=cmaf", "?format=ll"):
        assert (await entrance(station, query)).endswith("/index.m3u8")
    reply = await station.get("/live/anna/sesame/1.mpd")
    assert (reply.status, b"not offered" in reply.body) == (404, True)
