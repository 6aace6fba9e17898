"""The descriptors of a splice information section, in both directions (SCTE 35 section 10)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rightcast.domain.errors import BadCueError
from rightcast.formats.mpegts.scte35.bits import Reader, Writer
from rightcast.formats.mpegts.scte35.records import (
    CUEI,
    PTS_BITS,
    Audio,
    AudioComponent,
    Avail,
    Delivery,
    Descriptor,
    Dtmf,
    OtherDescriptor,
    Segmentation,
    SegmentComponent,
    Time,
    Upid,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_AVAIL, _DTMF, _SEGMENTATION, _TIME, _AUDIO = range(5)
WITH_SUB_SEGMENTS = frozenset({0x34, 0x36, 0x38, 0x3A, 0x44, 0x46})
"""Types whose descriptors may number sub-segments (section 10.3.3.1)."""


def decode_descriptors(loop: bytes) -> tuple[Descriptor, ...]:
    """All descriptors of a loop. One that contradicts itself is kept as it came. Raises BadCueError."""
    reader = Reader(loop)
    found: list[Descriptor] = []
    while reader.bytes_left:
        tag, length = reader.take(8), reader.take(8)
        body = reader.raw(length)
        if length < 4:
            raise BadCueError("A descriptor of the cue is too short to name its owner.")
        found.append(_descriptor(tag, int.from_bytes(body[:4], "big"), body[4:]))
    return tuple(found)


def encode_descriptors(descriptors: tuple[Descriptor, ...]) -> bytes:
    """The loop. Raises BadCueError when a field does not fit."""
    writer = Writer()
    for descriptor in descriptors:
        tag, identifier, data = _descriptor_bytes(descriptor)
        writer.put(tag, 8, "splice_descriptor_tag").put(len(data) + 4, 8, "descriptor_length")
        writer.put(identifier, 32, "identifier").raw(data)
    return writer.done()


def _descriptor(tag: int, identifier: int, data: bytes) -> Descriptor:
    other = OtherDescriptor(tag=tag, identifier=identifier, data=data)
    decode = _READERS.get(tag)
    if decode is None or identifier != CUEI:
        return other
    reader = Reader(data)
    try:
        return replace(decode(reader), rest=reader.rest())
    except BadCueError:
        return other


def _descriptor_bytes(descriptor: Descriptor) -> tuple[int, int, bytes]:
    match descriptor:
        case Avail():
            body = Writer().put(descriptor.provider_avail_id, 32, "provider_avail_id").raw(descriptor.rest)
            return _AVAIL, CUEI, body.done()
        case Dtmf():
            body = Writer().put(descriptor.preroll, 8, "preroll").put(len(descriptor.chars), 3, "dtmf_count")
            return _DTMF, CUEI, body.reserved(5).raw(descriptor.chars).raw(descriptor.rest).done()
        case Segmentation():
            return _SEGMENTATION, CUEI, _segmentation_bytes(descriptor)
        case Time():
            body = Writer().put(descriptor.tai_seconds, 48, "TAI_seconds").put(descriptor.tai_ns, 32, "TAI_ns")
            return _TIME, CUEI, body.put(descriptor.utc_offset, 16, "UTC_offset").raw(descriptor.rest).done()
        case Audio():
            return _AUDIO, CUEI, _audio_bytes(descriptor)
        case OtherDescriptor():
            return descriptor.tag, descriptor.identifier, descriptor.data


def _avail(reader: Reader) -> Avail:
    return Avail(provider_avail_id=reader.take(32))


def _dtmf(reader: Reader) -> Dtmf:
    preroll, count = reader.take(8), reader.take(3)
    reader.skip(5)
    return Dtmf(preroll=preroll, chars=reader.raw(count))


def _time(reader: Reader) -> Time:
    return Time(tai_seconds=reader.take(48), tai_ns=reader.take(32), utc_offset=reader.take(16))


def _audio(reader: Reader) -> Audio:
    count = reader.take(4)
    reader.skip(4)
    components = tuple(
        AudioComponent(
            tag=reader.take(8),
            language=reader.raw(3),
            bit_stream_mode=reader.take(3),
            channels=reader.take(4),
            full_service=reader.flag(),
        )
        for _ in range(count)
    )
    return Audio(components=components)


def _audio_bytes(record: Audio) -> bytes:
    writer = Writer().put(len(record.components), 4, "audio_count").reserved(4)
    for one in record.components:
        writer.put(one.tag, 8, "component_tag").put(int.from_bytes(one.language, "big"), 24, "ISO_code")
        writer.put(one.bit_stream_mode, 3, "Bit_Stream_Mode").put(one.channels, 4, "Num_Channels")
        writer.flag(one.full_service)
    return writer.raw(record.rest).done()


def _segmentation(reader: Reader) -> Segmentation:
    event_id, cancel, by_the_rules = reader.take(32), reader.flag(), not reader.flag()
    reader.skip(6)
    if cancel:
        return Segmentation(event_id=event_id, cancel=True, id_by_the_rules=by_the_rules)
    whole, has_duration, unrestricted = (reader.flag() for _ in range(3))
    delivery = None
    if unrestricted:
        reader.skip(5)
    else:
        delivery = Delivery(
            web_delivery_allowed=reader.flag(),
            no_regional_blackout=reader.flag(),
            archive_allowed=reader.flag(),
            device_restrictions=reader.take(2),
        )
    components = None if whole else tuple(_component(reader) for _ in range(reader.take(8)))
    duration = reader.take(40) if has_duration else None
    upid = Upid(upid_type=reader.take(8), value=reader.raw(reader.take(8)))
    type_id, number, expected = reader.take(8), reader.take(8), reader.take(8)
    sub = None
    if type_id in WITH_SUB_SEGMENTS and reader.bytes_left >= 2:  # senders of before 2016 leave them out
        sub = reader.take(8), reader.take(8)
    return Segmentation(
        event_id=event_id,
        delivery=delivery,
        components=components,
        duration=duration,
        upid=upid,
        type_id=type_id,
        segment_num=number,
        segments_expected=expected,
        sub_segment=sub,
        id_by_the_rules=by_the_rules,
    )


def _component(reader: Reader) -> SegmentComponent:
    tag = reader.take(8)
    reader.skip(7)
    return SegmentComponent(tag=tag, pts_offset=reader.take(PTS_BITS))


def _segmentation_bytes(record: Segmentation) -> bytes:
    writer = Writer().put(record.event_id, 32, "segmentation_event_id").flag(record.cancel)
    writer.flag(not record.id_by_the_rules).reserved(6)
    if record.cancel:
        return writer.raw(record.rest).done()
    writer.flag(record.components is None).flag(record.duration is not None).flag(record.delivery is None)
    if record.delivery is None:
        writer.reserved(5)
    else:
        writer.flag(record.delivery.web_delivery_allowed).flag(record.delivery.no_regional_blackout)
        writer.flag(record.delivery.archive_allowed)
        writer.put(record.delivery.device_restrictions, 2, "device_restrictions")
    if record.components is not None:
        writer.put(len(record.components), 8, "component_count")
        for component in record.components:
            writer.put(component.tag, 8, "component_tag").reserved(7).put(component.pts_offset, PTS_BITS, "pts_offset")
    if record.duration is not None:
        writer.put(record.duration, 40, "segmentation_duration")
    writer.put(record.upid.upid_type, 8, "segmentation_upid_type")
    writer.put(len(record.upid.value), 8, "segmentation_upid_length").raw(record.upid.value)
    writer.put(record.type_id, 8, "segmentation_type_id").put(record.segment_num, 8, "segment_num")
    writer.put(record.segments_expected, 8, "segments_expected")
    if record.sub_segment is not None:
        if record.type_id not in WITH_SUB_SEGMENTS:
            raise BadCueError(
                f"Segments of type 0x{record.type_id:02x} have no sub-segments.",
                remedy="Leave sub_segment out.",
                field="sub_segment",
            )
        writer.put(record.sub_segment[0], 8, "sub_segment_num")
        writer.put(record.sub_segment[1], 8, "sub_segments_expected")
    return writer.raw(record.rest).done()


_READERS: dict[int, Callable[[Reader], Avail | Dtmf | Segmentation | Time | Audio]] = {
    _AVAIL: _avail,
    _DTMF: _dtmf,
    _SEGMENTATION: _segmentation,
    _TIME: _time,
    _AUDIO: _audio,
}
