"""Cues in the window stand in playlists and manifests."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import datetime
from typing import TYPE_CHECKING

import m3u8
import pytest

from rightcast.contract.ring import Described, Track
from rightcast.formats.mpegts.scte35.section import encode
from tests.edge.station import eventually
from tests.edge.test_formats import MPD, base, entrance
from tests.headend.cue_signals import programme

if TYPE_CHECKING:
    from tests.edge.station import TestStation

BREAK = encode(programme(0x34, None, duration_s=30))


async def with_break(station: TestStation) -> float:
    """On air with a break in the second segment; returns when it begins."""
    await station.on_air(2)
    begins = station.headend.wall + 1.5
    station.headend.mark(BREAK, begins)
    await station.on_air(1)
    await eventually(lambda: any(one.markers for one in station.edge.rings.get(1).segments.values()))
    return begins


@pytest.mark.parametrize("query", ["", "?format=cmaf", "?format=ll"])
async def test_a_break_is_a_date_range_of_every_playlist(station: TestStation, query: str) -> None:
    begins = await with_break(station)
    path = await entrance(station, query)
    text = (await station.get(path)).body.decode()
    if query:
        uri = m3u8.loads(text).playlists[0].uri
        text = (await station.get(path.rpartition("/")[0] + "/" + uri)).body.decode()
    (line,) = [line for line in text.splitlines() if line.startswith("#EXT-X-DATERANGE:")]
    found = dict(re.findall(r'([A-Z0-9-]+)=("[^"]*"|[^,]*)', line))
    assert (found["ID"], found["PLANNED-DURATION"]) == ('"segment-34-00000007-0"', "30.000")
    assert found["SCTE35-OUT"] == f"0x{BREAK.hex().upper()}"
    assert abs(datetime.fromisoformat(found["START-DATE"].strip('"')).timestamp() - begins) < 0.002


async def test_a_range_goes_with_its_segment(station: TestStation) -> None:
    await with_break(station)
    path = await entrance(station)
    assert "DATERANGE" in (await station.get(path)).body.decode()
    await station.on_air(station.headend.keep + 1)
    assert "DATERANGE" not in (await station.get(path)).body.decode()


async def test_a_break_is_an_event_of_its_period(station: TestStation) -> None:
    await with_break(station)
    body = (await station.get(await entrance(station, ending="mpd"))).body
    period = ET.fromstring(body).find(f"{MPD}Period")
    assert period is not None
    stream = period.find(f"{MPD}EventStream")
    assert stream is not None
    event = stream.find(f"{MPD}Event")
    assert event is not None
    first = next(iter(station.edge.rings.get(1).segments.values()))
    assert (int(event.attrib["presentationTime"]) - first.time, event.attrib["duration"]) == (135_000, "2700000")
    assert event.find(".//{http://www.scte.org/schemas/35/2016}Binary") is not None


async def test_a_break_stands_before_the_fragment_of_its_segment(station: TestStation) -> None:
    tracks = [*station.headend.tracks, Track(pid=0x1F0, kind="cues", codec="scte35")]
    station.headend.announce([Described(channel=1, codecs="avc1.42c00d,mp4a.40.2", video=True, tracks=tracks)])
    begins = await with_break(station)
    mpd = ET.fromstring((await station.get(await entrance(station, ending="mpd"))).body)
    schemes = [one.get("schemeIdUri") for one in mpd.iter(f"{MPD}InbandEventStream")]
    assert schemes == ["urn:scte:scte35:2013:bin"], "of the pictures"
    root = await base(station)
    fragments = [(await station.get(f"{root}c0-256.{number}.m4s")).body for number in (1, 2)]
    assert [fragment.count(b"emsg") for fragment in fragments] == [1, 0]
    assert BREAK in fragments[0]
    ring = station.edge.rings.get(1)
    segment = ring.segments[1]
    place = fragments[0].index(b"emsg") + 12
    time = int.from_bytes(fragments[0][place : place + 8], "big")
    assert time == segment.time + round((begins - segment.wall) * 90_000)
