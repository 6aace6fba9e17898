"""Cues in words for operators, and what they say about restrictions.

Segmentation types are those of SCTE 35 (2023) table 23, identifiers those of table 22.
"""

from __future__ import annotations

from rightcast.domain.cues import Restrictions, SegmentSignal
from rightcast.domain.segment_marks import Sighting
from rightcast.formats.mpegts.scte35.records import (
    TICKS_PER_S,
    BandwidthReservation,
    Cue,
    Delivery,
    EncryptedBody,
    PrivateCommand,
    Segmentation,
    SpliceInsert,
    SpliceNull,
    SpliceSchedule,
    TimeSignal,
    UnknownCommand,
    Upid,
)

_PAIRS = {
    0x10: "Programme",
    0x20: "Chapter",
    0x22: "Break",
    0x24: "Opening credits",
    0x26: "Closing credits",
    0x30: "Provider advertisement",
    0x32: "Distributor advertisement",
    0x34: "Provider placement opportunity",
    0x36: "Distributor placement opportunity",
    0x38: "Provider overlay placement opportunity",
    0x3A: "Distributor overlay placement opportunity",
    0x3C: "Provider promo",
    0x3E: "Distributor promo",
    0x40: "Unscheduled event",
    0x42: "Alternate content opportunity",
    0x44: "Provider ad block",
    0x46: "Distributor ad block",
    0x50: "Network",
}
_SINGLE = {
    0x00: "Segment of no named type",
    0x01: "Content is identified",
    0x02: "Private segment",
    0x12: "Programme terminates early",
    0x13: "Programme breaks away",
    0x14: "Programme resumes",
    0x15: "Programme runs over as planned",
    0x16: "Programme runs over unplanned",
    0x17: "Programme starts, overlapping the one before",
    0x18: "Programme blackout is overridden",
    0x19: "Programme is joined in progress",
    0x1A: "Programme resumes at once",
}
UPID_NAMES = {
    0x00: "none",
    0x01: "user defined",
    0x02: "ISCI",
    0x03: "Ad-ID",
    0x04: "UMID",
    0x05: "ISAN (old)",
    0x06: "ISAN",
    0x07: "TID",
    0x08: "airing id",
    0x09: "ADI",
    0x0A: "EIDR",
    0x0B: "ATSC content id",
    0x0C: "managed private (MPU)",
    0x0D: "multiple (MID)",
    0x0E: "ADS information",
    0x0F: "URI",
    0x10: "UUID",
    0x11: "SCR",
}
_TEXTS = frozenset({0x01, 0x02, 0x03, 0x07, 0x09, 0x0E, 0x0F, 0x11})


def type_in_words(type_id: int) -> str:
    """A segmentation type, like "Provider advertisement starts"."""
    if type_id in _SINGLE:
        return _SINGLE[type_id]
    name = _PAIRS.get(type_id & 0xFE)
    if name is None:
        return f"Segment of unknown type 0x{type_id:02x}"
    one = "end" if name.endswith("credits") else "ends"
    other = "start" if name.endswith("credits") else "starts"
    return f"{name} {one if type_id & 1 else other}"


def sentence(cue: Cue) -> str:  # noqa: PLR0911 - one for each command
    """What a cue says, in one line: its segments where it has some, else its command."""
    segments = [_segment(one) for one in cue.segmentations]
    if segments:
        return "; ".join(segments)
    match cue.command:
        case SpliceInsert():
            return _insert(cue.command)
        case TimeSignal():
            return "A moment is marked"
        case SpliceNull():
            return "Nothing (a heartbeat)"
        case SpliceSchedule():
            return f"{len(cue.command.events)} splices are scheduled"
        case BandwidthReservation():
            return "Nothing (room is kept)"
        case PrivateCommand():
            return f"Private command of 0x{cue.command.identifier:08x}"
        case UnknownCommand():
            return f"Command of unknown type 0x{cue.command.command_type:02x}"
        case EncryptedBody():
            return "Encrypted"


def upid_in_words(upid: Upid) -> str:
    """An identifier as people write it: text where it is text, else hexadecimal digits."""
    if upid.upid_type == 0x0D:
        return ", ".join(f"{UPID_NAMES.get(one.upid_type, 'unknown')} {upid_in_words(one)}" for one in upid.members)
    if upid.upid_type == 0x0A and len(upid.value) == 12:  # compact binary form (SMPTE ST 2079): prefix and suffix
        digits = upid.value[2:].hex().upper()
        groups = "-".join(digits[start : start + 4] for start in range(0, 20, 4))
        return f"10.{int.from_bytes(upid.value[:2], 'big')}/{groups}"
    if upid.upid_type in _TEXTS and upid.value.isascii() and upid.value.decode().isprintable():
        return upid.value.decode()
    return upid.value.hex().upper()


def is_of_interest(cue: Cue) -> bool:
    """Whether a cue says anything: heartbeats and kept room do not."""
    return bool(cue.descriptors) or not isinstance(cue.command, SpliceNull | BandwidthReservation)


def time_of(cue: Cue) -> int | None:
    """When the cue takes effect on the stream's clock, adjusted; None: at once (or it gives no time)."""
    match cue.command:
        case TimeSignal():
            pts = cue.command.pts
        case SpliceInsert():
            parts = cue.command.components or ()
            pts = cue.command.pts if not parts else min((one.pts for one in parts if one.pts is not None), default=None)
        case _:
            pts = None
    return None if pts is None else cue.adjusted(pts)


def duration_s_of(cue: Cue) -> float | None:
    """How long what begins is announced to last, in seconds."""
    if isinstance(cue.command, SpliceInsert) and cue.command.break_duration is not None:
        return cue.command.break_duration.duration / TICKS_PER_S
    known = [one.duration for one in cue.segmentations if one.duration is not None]
    return max(known) / TICKS_PER_S if known else None


def signals_of(cue: Cue, at: float) -> tuple[SegmentSignal, ...]:
    """What a cue says of segments, for the state of a channel's restrictions; `at` in unix seconds."""
    return tuple(
        SegmentSignal(
            event_id=one.event_id,
            type_id=one.type_id,
            at=at,
            cancel=one.cancel,
            restrictions=None if one.delivery is None else restrictions_of(one.delivery),
            duration_s=None if one.duration is None else one.duration / TICKS_PER_S,
        )
        for one in cue.segmentations
    )


def sightings_of(cue: Cue, at: float) -> tuple[Sighting, ...]:
    """The segments of a cue as blackouts wait for them; `at` in unix seconds."""
    return tuple(
        Sighting(at=at, event_id=one.event_id, type_id=one.type_id, upids=tuple(map(upid_in_words, _members(one.upid))))
        for one in cue.segmentations
        if not one.cancel
    )


def _members(upid: Upid) -> tuple[Upid, ...]:
    return upid.members if upid.upid_type == 0x0D else (upid,) if upid.value else ()


def restrictions_of(delivery: Delivery) -> Restrictions:
    """The flags of a segment as restrictions."""
    group = delivery.device_restrictions
    return Restrictions(
        web_delivery_allowed=delivery.web_delivery_allowed,
        no_regional_blackout=delivery.no_regional_blackout,
        archive_allowed=delivery.archive_allowed,
        restricted_devices=frozenset() if group == 3 else frozenset({group}),
    )


def _segment(one: Segmentation) -> str:
    if one.cancel:
        return f"Segment {one.event_id} is cancelled"
    text = type_in_words(one.type_id)
    if one.duration is not None:
        text += f", {_seconds(one.duration)}"
    words = "" if one.delivery is None else restrictions_of(one.delivery).in_words
    return f"{text} ({words})" if words else text


def _insert(command: SpliceInsert) -> str:
    if command.cancel:
        return f"Splice {command.event_id} is cancelled"
    text = "Break starts" if command.out_of_network else "Break ends"
    if command.break_duration is not None:
        text += f", {_seconds(command.break_duration.duration)}"
    return text


def _seconds(ticks: int) -> str:
    """Like "30 s" or "12.5 s"."""
    return f"{round(ticks / TICKS_PER_S, 1):g} s"
