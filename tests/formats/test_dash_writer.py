"""Manifests of DASH, held against the rules of the schema: order, required attributes, times."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from rightcast.formats.dash import (
    AdaptationSet,
    Event,
    EventStream,
    Manifest,
    Period,
    Protected,
    Representation,
    Span,
    Timeline,
    manifest,
)

NAMESPACE = "{urn:mpeg:dash:schema:mpd:2011}"
# ISO/IEC 23009-1 Annex B: the sequence of children that we write.
ORDER = {
    "MPD": ["BaseURL", "Location", "Period", "UTCTiming"],
    "Period": ["EventStream", "AdaptationSet"],
    "EventStream": ["Event"],
    "AdaptationSet": ["ContentProtection", "Label", "Role", "Representation"],
    "Representation": ["AudioChannelConfiguration", "SegmentTemplate"],
    "SegmentTemplate": ["SegmentTimeline"],
    "SegmentTimeline": ["S"],
}
REQUIRED = {
    "MPD": {"profiles", "minBufferTime", "availabilityStartTime", "publishTime", "type"},
    "Period": {"id", "start"},
    "Representation": {"id", "bandwidth"},
    "S": {"d"},
    "UTCTiming": {"schemeIdUri", "value"},
    "ContentProtection": {"schemeIdUri"},
}


def written(spans: tuple[Span, ...] = (Span(900, 180_000),), label: str = 'A & "B"') -> ET.Element:
    picture = Representation(
        id="0-256", bandwidth_bps=1, timeline=Timeline(7, spans, 900), codecs="avc1.64001f", width=1280, height=720,
        frame_rate=29.97,
    )  # fmt: skip
    sound = Representation(id="0-257", bandwidth_bps=0, timeline=Timeline(7, spans, 900), channels=6)
    sets = (
        AdaptationSet(id=1, kind="video", mime="video/mp4", representations=(picture,), media="c$Number$", init="i",
                      protection=(Protected(scheme="urn:mpeg:dash:mp4protection:2011", value="cbcs"),)),
        AdaptationSet(id=2, kind="audio", mime="audio/mp4", representations=(sound,), media="c$Number$", label=label,
                      language="it"),
    )  # fmt: skip
    events = EventStream(scheme="urn:scte:scte35:2014:xml+bin", events=(Event(start=1000, id=1, length=90_000),))
    period = Period(id="3", start=1_700_000_000.5, origin=900, sets=sets, events=(events,))
    text = manifest(
        Manifest(periods=(period,), published=1_700_000_002, window_s=12, update_s=2, delay_s=6, longest_s=2,
                 buffer_s=2, clock="http://tv.test/time", base="http://tv.test/s/T/1/", location="http://tv.test/m")
    )  # fmt: skip
    return ET.fromstring(text)


def name(element: ET.Element) -> str:
    return element.tag.removeprefix(NAMESPACE)


def test_children_come_in_the_order_of_the_schema() -> None:
    for element in written().iter():
        order = ORDER.get(name(element))
        places = [order.index(name(child)) for child in element] if order else []
        assert places == sorted(places)


def test_no_required_attribute_is_missing_and_lengths_of_time_are_durations() -> None:
    for element in written().iter():
        assert set(element.attrib) >= REQUIRED.get(name(element), set()), name(element)
        for key in ("minBufferTime", "timeShiftBufferDepth", "minimumUpdatePeriod", "start"):
            if key in element.attrib:
                assert re.fullmatch(r"PT\d+(\.\d+)?S", element.attrib[key])
        if "bandwidth" in element.attrib:
            assert int(element.attrib["bandwidth"]) > 0


def test_a_frame_rate_is_a_fraction_and_six_channels_are_their_configuration() -> None:
    mpd = written()
    picture, sound = mpd.iter(f"{NAMESPACE}Representation")
    assert picture.get("frameRate") == "30000/1001"
    assert next(iter(sound)).get("value") == "6"


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=20))
def test_whatever_a_track_is_called_the_manifest_stays_whole(label: str) -> None:
    found = written(label=label).find(f".//{NAMESPACE}Label")
    assert (found.text if found is not None else "") == label


@given(st.integers(0, 1 << 40), st.lists(st.tuples(st.integers(1, 500_000), st.integers(0, 3)), min_size=1))
def test_the_timeline_says_each_span_as_it_is(start: int, steps: list[tuple[int, int]]) -> None:
    spans = []
    for length, gap in steps:
        spans.append(Span(start, length))
        start += length + gap * 1000
    read = []
    timeline = written(tuple(spans)).find(f".//{NAMESPACE}SegmentTimeline")
    assert timeline is not None
    at = 0
    for row in timeline:
        at = int(row.get("t", at))
        for _ in range(1 + int(row.get("r", "0"))):
            read.append(Span(at, int(row.get("d", "0"))))
            at += read[-1].length
    assert read == spans
