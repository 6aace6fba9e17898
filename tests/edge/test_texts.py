"""Teletext subtitles are offered as text beside the pictures."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import m3u8
import pytest

from rightcast.contract.ring import Track
from rightcast.formats.isobmff.boxes import walk
from tests.dvb_subtitles import sender as dvb
from tests.edge.fake_headend import TRACKS
from tests.edge.station import eventually
from tests.edge.test_formats import MPD, base, entrance
from tests.edge.test_low_latency import media
from tests.formats.tracks import first_time
from tests.teletext.sender import PAGE, PID, Sender, codes, page

if TYPE_CHECKING:
    from tests.edge.station import TestStation

ITALIAN = Track(pid=PID, kind="teletext", codec="teletext", language="ita", page=PAGE)
FOR_THE_DEAF = Track(
    pid=PID, kind="teletext", codec="teletext", language="ita", page=0x778, role="hearing_impaired"
)  # fmt: skip

BITMAPS = Track(
    pid=dvb.PID, kind="subtitles", codec="dvb_subtitles", language="fra", page=dvb.PAGE, ancillary=dvb.ANCILLARY,
    role="hearing_impaired",
)  # fmt: skip


async def with_subtitles(station: TestStation) -> None:
    """On air with a subtitle that begins in the first segment and ends in the second."""
    headend, send = station.headend, Sender().send
    first, second, *others = headend.source
    begins = first_time(first)
    headend.source = [
        first + send(begins + 45_000, page({20: codes("Ciao")})),
        second + send(begins + 90_000 + 45_000, page({})),
        *others,
    ]
    headend.tracks = [*TRACKS, ITALIAN, FOR_THE_DEAF]
    headend.announce(headend.snapshot())
    await eventually(lambda: len(station.edge.rings.get(1).tracks) == 4)
    await station.on_air(3)


@pytest.mark.parametrize("query", ["", "?format=cmaf", "?format=ll"])
async def test_subtitles_are_a_group_of_every_master_playlist(station: TestStation, query: str) -> None:
    await with_subtitles(station)
    path = await entrance(station, query)
    found = m3u8.loads((await station.get(path)).body.decode())
    subtitles = [one for one in found.media if one.type == "SUBTITLES"]
    assert [(one.name, one.language, one.uri) for one in subtitles] == [
        ("Italiano", "it", f"t0-{PID}-777.m3u8"),
        ("Italiano (SDH)", "it", f"t0-{PID}-778.m3u8"),
    ]
    assert "transcribes-spoken-dialog" in subtitles[1].characteristics
    assert {one.stream_info.subtitles for one in found.playlists} == {"subtitles"}


async def test_text_goes_on_from_segment_to_segment(station: TestStation) -> None:
    await with_subtitles(station)
    place = await base(station)
    listing = m3u8.loads((await station.get(f"{place}t0-{PID}-777.m3u8")).body.decode())
    assert [one.uri for one in listing.segments] == [f"t0-{PID}-777.{number}.vtt" for number in range(3)]
    replies = [await station.get(place + one.uri) for one in listing.segments]
    assert {one.headers["content-type"] for one in replies} == {"text/vtt; charset=utf-8"}
    rows = [[row for row in one.body.decode().splitlines() if "-->" in row or row == "Ciao"] for one in replies]
    assert rows == [
        ["00:00:00.500 --> 00:00:01.000", "Ciao"],
        ["00:00:00.000 --> 00:00:00.500", "Ciao"],
        [],
    ]


async def test_a_page_that_is_no_subtitle_is_not_there(station: TestStation) -> None:
    await with_subtitles(station)
    place = await base(station)
    for name in (f"t0-{PID}-100.m3u8", f"t0-{PID}-100.0.vtt", f"t0-{PID}.0.vtt", "t0-256-777.0.vtt"):
        assert (await station.get(place + name)).status == 404


async def test_dash_carries_the_text_in_fragments(station: TestStation) -> None:
    await with_subtitles(station)
    place = await base(station)
    mpd = ET.fromstring((await station.get(f"{place}manifest.mpd")).body)
    sets = [one for one in mpd.iter(f"{MPD}AdaptationSet") if one.get("contentType") == "text"]
    roles = [role.get("value") for one in sets for role in one.iter(f"{MPD}Role")]
    assert ([one.get("lang") for one in sets], roles) == (["it", "it"], ["subtitle", "caption"])
    representation = next(sets[0].iter(f"{MPD}Representation"))
    assert (representation.get("id"), representation.get("codecs")) == (f"0-{PID}-777", "wvtt")
    init = await station.get(f"{place}w0-{PID}-777.init0.mp4")
    assert b"wvtt" in init.body
    bodies = [(await station.get(f"{place}w0-{PID}-777.{number}.m4s")).body for number in range(3)]
    shown = [[kind.decode() for kind, _, _ in walk(media(body))] for body in bodies]
    assert shown == [["vtte", "vttc"], ["vttc", "vtte"], ["vtte"]]
    assert b"Ciao" in media(bodies[0])


async def test_dash_carries_bitmaps_as_images_and_hls_does_not(station: TestStation) -> None:
    headend = station.headend
    first, *others = headend.source
    cues = dvb.Sender().send(first_time(first) + 45_000, dvb.subtitle(100, 460, 16, 8, timeout_s=1))
    headend.source, headend.tracks = [first + cues, *others], [*TRACKS, BITMAPS]
    headend.announce(headend.snapshot())
    await eventually(lambda: len(station.edge.rings.get(1).tracks) == 3)
    await station.on_air(3)
    place = await base(station)
    mpd = ET.fromstring((await station.get(f"{place}manifest.mpd")).body)
    (only,) = (one for one in mpd.iter(f"{MPD}AdaptationSet") if one.get("contentType") == "text")
    (representation,) = only.iter(f"{MPD}Representation")
    (role,) = only.iter(f"{MPD}Role")
    assert (only.get("lang"), only.get("mimeType"), role.get("value")) == ("fr", "application/mp4", "caption")
    assert (representation.get("id"), representation.get("codecs")) == (f"0-{dvb.PID}-1", "stpp.ttml.im1i")
    assert b"stpp" in (await station.get(f"{place}b0-{dvb.PID}-1.init0.mp4")).body
    bodies = [(await station.get(f"{place}b0-{dvb.PID}-1.{number}.m4s")).body for number in range(3)]
    assert [media(body).count(b"smpte:backgroundImage") for body in bodies] == [1, 1, 0]
    assert b"SUBTITLES" not in (await station.get(f"{place}cmaf.m3u8")).body
    for name in (f"b0-{dvb.PID}-1.m3u8", f"b0-{dvb.PID}-2.0.m4s", f"t0-{dvb.PID}-1.m3u8", f"w0-{dvb.PID}-1.0.m4s"):
        assert (await station.get(place + name)).status == 404
