"""Cues in the words of playlists and manifests: date ranges of HLS, events of DASH, boxes of fragments.

RFC 8216 section 4.3.2.7.1; ANSI/SCTE 214-1 section 6.7 and 214-3 section 7.3; ISO/IEC 23009-1 section 5.10.3.3.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightcast.formats.dash import Event, EventStream
from rightcast.formats.hls.tags import DateRange
from rightcast.formats.isobmff.boxes import full_box, number
from rightcast.formats.mpegts.scte35.records import TICKS_PER_S, Cue, Segmentation, SpliceInsert
from rightcast.formats.mpegts.scte35.words import duration_s_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

XML_BINARY_SCHEME = "urn:scte:scte35:2014:xml+bin"
BINARY_SCHEME = "urn:scte:scte35:2013:bin"
_SIGNAL = '<Signal xmlns="http://www.scte.org/schemas/35/2016"><Binary>{}</Binary></Signal>'
_OUT_TYPES = frozenset({0x22, 0x30, 0x32, 0x34, 0x36, 0x38, 0x3A, 0x3C, 0x3E, 0x44, 0x46})
"""Segmentation types that lead out of the programme; the next odd number leads back in."""


@dataclass(frozen=True, slots=True)
class CueAt:
    """A cue in a stream: when it takes effect, in unix seconds and in ticks of 90 kHz, and its bytes."""

    at: float
    time: int
    section: bytes
    cue: Cue


@dataclass(frozen=True, slots=True)
class _Turn:
    """One thing that a cue says: `way` out, in, or neither ("")."""

    id: str
    way: str
    planned_s: float | None


def date_ranges(cues: Sequence[CueAt]) -> list[DateRange]:
    """A range for each thing that cues say; `cues` in order of their times.

    What leads back in has the id and start of what led out (section 4.3.2.7.1), when that is among the cues too.
    """
    found: list[DateRange] = []
    begun: dict[str, float] = {}
    for one in cues:
        for turn in _turns(one.cue):
            found.append(_date_range(one, turn, begun.get(turn.id)))
            if turn.way == "out":
                begun[turn.id] = one.at
    return found


def event_stream(cues: Sequence[CueAt]) -> EventStream:
    """The cues of one period."""
    return EventStream(scheme=XML_BINARY_SCHEME, events=tuple(_event(one) for one in cues))


def emsg(one: CueAt, *, time: int | None = None) -> bytes:
    """A cue as a box before a fragment (version 1: its own time, in 90 kHz); `time` on the fragment's clock."""
    lasting = duration_s_of(one.cue)
    ticks = 0xFFFFFFFF if lasting is None else min(round(lasting * TICKS_PER_S), 0xFFFFFFFF - 1)
    return full_box(
        b"emsg", 1, 0,
        number(TICKS_PER_S, 4), number(one.time if time is None else time, 8), number(ticks, 4),
        number(_number(one.section), 4), BINARY_SCHEME.encode() + b"\0", b"\0", one.section,
    )  # fmt: skip


def _date_range(one: CueAt, turn: _Turn, begun: float | None) -> DateRange:
    if turn.way == "out":
        return DateRange(id=turn.id, start=one.at, planned=turn.planned_s, cue_out=one.section)
    if turn.way == "in":
        start = one.at if begun is None else begun
        return DateRange(id=turn.id, start=start, end=one.at, duration=one.at - start, cue_in=one.section)
    return DateRange(id=turn.id, start=one.at, planned=turn.planned_s, command=one.section)


def _event(one: CueAt) -> Event:
    lasting = duration_s_of(one.cue)
    return Event(
        start=one.time,
        id=_number(one.section),
        length=None if lasting is None else round(lasting * TICKS_PER_S),
        message=_SIGNAL.format(base64.b64encode(one.section).decode()),
    )


def _number(section: bytes) -> int:
    """A number that the same cue always has: its checksum."""
    return int.from_bytes(section[-4:], "big")


def _turns(cue: Cue) -> Iterator[_Turn]:
    if isinstance(cue.command, SpliceInsert):
        insert = cue.command
        if insert.cancel:
            return
        planned = None if insert.break_duration is None else insert.break_duration.duration / TICKS_PER_S
        yield _Turn(f"splice-{insert.event_id:08x}", "out" if insert.out_of_network else "in", planned)
        return
    for segment in cue.segmentations:
        if not segment.cancel:
            yield _turn(segment)


def _turn(segment: Segmentation) -> _Turn:
    planned = None if segment.duration is None else segment.duration / TICKS_PER_S
    family = segment.type_id & 0xFE
    if family in _OUT_TYPES:
        name = f"segment-{family:02x}-{segment.event_id:08x}-{segment.segment_num}"
        return _Turn(name, "in" if segment.type_id & 1 else "out", planned)
    return _Turn(f"segment-{segment.type_id:02x}-{segment.event_id:08x}-{segment.segment_num}", "", planned)
