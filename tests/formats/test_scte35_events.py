"""Cues as date ranges of HLS, events of DASH and boxes of fragments."""

from __future__ import annotations

import base64
from dataclasses import replace

from rightcast.formats.isobmff.boxes import walk
from rightcast.formats.mpegts.scte35 import section
from rightcast.formats.mpegts.scte35.records import BreakDuration, Cue, Segmentation, SpliceInsert, TimeSignal
from rightcast.formats.scte35_events import CueAt, date_ranges, emsg, event_stream
from tests.mpegts.cue_examples import PUBLISHED

AT = 1_800_000_000.0


def at(moment: float, cue: Cue) -> CueAt:
    return CueAt(moment, round((moment - AT) * 90_000), section.encode(cue), cue)


def insert(*, out: bool, seconds: float | None = None, event: int = 0x6FFFFFF0) -> Cue:
    lasting = None if seconds is None else BreakDuration(duration=round(seconds * 90_000))
    command = SpliceInsert(event_id=event, out_of_network=out, pts=0, break_duration=lasting)
    return Cue(command=command)


def segment(type_id: int, *, duration: int | None = None, event: int = 7) -> Cue:
    return Cue(
        command=TimeSignal(pts=0), descriptors=(Segmentation(event_id=event, type_id=type_id, duration=duration),)
    )


def test_a_break_is_one_range_that_is_planned_and_then_ends() -> None:
    out, back = at(AT, insert(out=True, seconds=59.993)), at(AT + 60, insert(out=False))
    assert [one.line() for one in date_ranges([out, back])] == [
        '#EXT-X-DATERANGE:ID="splice-6ffffff0",START-DATE="2027-01-15T08:00:00.000Z",PLANNED-DURATION=59.993,'
        f"SCTE35-OUT=0x{out.section.hex().upper()}",
        '#EXT-X-DATERANGE:ID="splice-6ffffff0",START-DATE="2027-01-15T08:00:00.000Z",'
        f'END-DATE="2027-01-15T08:01:00.000Z",DURATION=60.000,SCTE35-IN=0x{back.section.hex().upper()}',
    ]


def test_placement_opportunities_lead_out_and_back_in() -> None:
    ranges = date_ranges([at(AT, segment(0x34, duration=2_700_000)), at(AT + 30, segment(0x35))])
    assert [(one.id, one.planned, one.duration) for one in ranges] == [
        ("segment-34-00000007-0", 30.0, None),
        ("segment-34-00000007-0", None, 30.0),
    ]
    assert bool(ranges[0].cue_out)
    assert bool(ranges[1].cue_in)


def test_programmes_are_commands_each_under_its_own_id() -> None:
    example = section.from_text(PUBLISHED["14.4 programme end and start"])
    ranges = date_ranges([at(AT, example)])
    assert [one.id for one in ranges] == ["segment-11-48000018-0", "segment-10-48000019-0"]
    assert all(one.command == base64.b64decode(PUBLISHED["14.4 programme end and start"]) for one in ranges)


def test_a_way_back_in_whose_way_out_is_gone_stands_alone() -> None:
    (alone,) = date_ranges([at(AT, insert(out=False))])
    assert (alone.start, alone.end, alone.duration) == (AT, AT, 0.0)


def test_what_is_cancelled_is_no_range() -> None:
    cancelled = SpliceInsert(event_id=1, cancel=True)
    assert date_ranges([at(AT, Cue(command=cancelled))]) == []


def test_events_of_dash_hold_the_whole_section() -> None:
    cue = at(AT + 10, insert(out=True, seconds=30))
    stream = event_stream([cue])
    (event,) = stream.events
    assert stream.scheme == "urn:scte:scte35:2014:xml+bin"
    assert (event.start, event.length) == (900_000, 2_700_000)
    assert f"<Binary>{base64.b64encode(cue.section).decode()}</Binary>" in event.message
    assert event_stream([replace(cue, at=AT)]).events[0].id == event.id


def test_a_box_holds_time_duration_and_section() -> None:
    cue = at(AT + 10, insert(out=True, seconds=30))
    data = emsg(cue)
    ((kind, start, end),) = walk(data)
    assert (kind, data[start]) == (b"emsg", 1)
    fields = data[start + 4 : end]
    assert int.from_bytes(fields[:4], "big") == 90_000
    assert int.from_bytes(fields[4:12], "big") == 900_000
    assert int.from_bytes(fields[12:16], "big") == 2_700_000
    assert fields[20:] == b"urn:scte:scte35:2013:bin\0\0" + cue.section
