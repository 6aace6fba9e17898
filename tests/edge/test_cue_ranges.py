"""Cues in the window stand in playlists and manifests."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import datetime
from typing import TYPE_CHECKING

import m3u8
import pytest

from rightcast.formats.mpegts.scte35.section import encode
from tests.edge.station import eventually
from tests.edge.test_formats import MPD, entrance
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
