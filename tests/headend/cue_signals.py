"""Signals with cues in them: a stream of cues is added to the programme map, and sections put where they are wanted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rightcast.formats.mpegts.psi import Stream, build_pmt, parse_pmt
from rightcast.formats.mpegts.scte35.records import Cue, Delivery, Segmentation, TimeSignal
from rightcast.formats.mpegts.scte35.section import encode
from rightcast.formats.mpegts.sections import SectionAssembler, packetise
from rightcast.formats.mpegts.units import parse_unit_start
from tests.headend.signals import PMT_PID, VIDEO_PID, packets_of, pid_of

if TYPE_CHECKING:
    from collections.abc import Sequence

CUE_PID = 0x1F0
CUE_STREAM = Stream(CUE_PID, 0x86, ((0x05, b"CUEI"),))
NO_WEB = Delivery(web_delivery_allowed=False)


def programme(
    type_id: int,
    pts: int | None,
    *,
    event: int = 7,
    delivery: Delivery | None = None,
    duration_s: float | None = None,
) -> Cue:
    """A time signal with one segment of a type."""
    segment = Segmentation(
        event_id=event,
        type_id=type_id,
        delivery=delivery,
        duration=None if duration_s is None else round(duration_s * 90_000),
    )
    return Cue(command=TimeSignal(pts=pts), descriptors=(segment,))


def with_streams(data: bytes, *streams: Stream) -> bytes:
    """The signal with further streams in its map."""
    found = []
    for packet in packets_of(data):
        if pid_of(packet) == PMT_PID:
            pmt = parse_pmt(SectionAssembler().feed(packet)[0])
            assert pmt is not None
            told = build_pmt(replace(pmt, streams=(*pmt.streams, *streams)))
            packet = packetise(told, PMT_PID, packet[3] & 15)  # noqa: PLW2901
        found.append(packet)
    return b"".join(found)


def first_time(data: bytes) -> int:
    """The decoding time of the first picture."""
    return _times(data)[0][1]


def cue_packets(cue: Cue, counter: int = 0) -> bytes:
    """A cue as packets of its stream."""
    return packetise(encode(cue), CUE_PID, counter)


def with_cues(data: bytes, cues: Sequence[tuple[float, Cue]]) -> bytes:
    """The signal with cues, each before the first picture that comes so many seconds after the first one."""
    inserted, counter = [], 0
    for after_s, cue in cues:
        inserted.append((after_s, cue_packets(cue, counter)))
        counter += len(inserted[-1][1]) // 188
    return with_packets(with_streams(data, CUE_STREAM), inserted)


def with_packets(data: bytes, inserted: Sequence[tuple[float, bytes]]) -> bytes:
    """The signal with packets, in order of their times, each before the picture so many seconds after the first."""
    times, packets = _times(data), packets_of(data)
    places = []
    for after_s, block in inserted:
        due = times[0][1] + after_s * 90_000
        places.append((next((found for found, time in times if time >= due), len(packets)), block))
    for place, block in reversed(places):
        packets.insert(place, block)
    return b"".join(packets)


def _times(data: bytes) -> list[tuple[int, int]]:
    found = []
    for place, packet in enumerate(packets_of(data)):
        if pid_of(packet) == VIDEO_PID and packet[1] & 0x40:
            unit = parse_unit_start(packet)
            if unit is not None and unit.time is not None:
                found.append((place, unit.time))
    return found
