"""Published examples of cues, from the examples of SCTE 35 section 14, and cues made up by Hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

from rightcast.formats.mpegts.scte35.descriptors import WITH_SUB_SEGMENTS
from rightcast.formats.mpegts.scte35.records import (
    CUEI,
    Audio,
    AudioComponent,
    Avail,
    BandwidthReservation,
    BreakDuration,
    Cue,
    Delivery,
    Dtmf,
    EncryptedBody,
    InsertComponent,
    OtherDescriptor,
    PrivateCommand,
    ScheduledComponent,
    ScheduledEvent,
    Segmentation,
    SegmentComponent,
    SpliceInsert,
    SpliceNull,
    SpliceSchedule,
    Time,
    TimeSignal,
    UnknownCommand,
    Upid,
)

PUBLISHED = {
    "14.1 placement opportunity start": "/DA0AAAAAAAA///wBQb+cr0AUAAeAhxDVUVJSAAAjn/PAAGlmbAICAAAAAAsoKGKNAIAmsnRfg==",
    "14.2 splice insert": "/DAvAAAAAAAA///wFAVIAACPf+/+c2nALv4AUsz1AAAAAAAKAAhDVUVJAAABNWLbowo=",
    "14.3 placement opportunity end": "/DAvAAAAAAAA///wBQb+dGKQoAAZAhdDVUVJSAAAjn+fCAgAAAAALKChijUCAKnMZ1g=",
    "14.4 programme end and start": (
        "/DBIAAAAAAAA///wBQb+ek2ItgAyAhdDVUVJSAAAGH+fCAgAAAAALMvDRBEAAAIXQ1VFSUgAABl/nwgIAAAAACyk26AQAACZcuND"
    ),
    "14.5 programme overlap start": "/DAvAAAAAAAA///wBQb+rr//ZAAZAhdDVUVJSAAACH+fCAgAAAAALKVs9RcAAJUdsKg=",
    "14.6 blackout override and programme end": (
        "/DBIAAAAAAAA///wBQb+ky44CwAyAhdDVUVJSAAACn+fCAgAAAAALKCh4xgAAAIXQ1VFSUgAAAl/nwgIAAAAACygoYoRAAC0IX6w"
    ),
    "14.7 programme end": "/DAvAAAAAAAA///wBQb+rvF8TAAZAhdDVUVJSAAAB3+fCAgAAAAALKVslxEAAMSHai4=",
    "14.8 three segments": (
        "/DBhAAAAAAAA///wBQb+qM1E7QBLAhdDVUVJSAAArX+fCAgAAAAALLLXnTUCAAIXQ1VFSUgAACZ/nwgIAAAAACyy150RAAACF0NVRUlIAAAnf"
        "58ICAAAAAAsstezEAAAihiGnw=="
    ),
    "splice null": "/DARAAAAAAAAAP/wAAAAAHpPv/8=",
}

_byte, _pts, _id = st.integers(0, 255), st.integers(0, 2**33 - 1), st.integers(0, 2**32 - 1)
_rest = st.binary(max_size=6)
_break = st.none() | st.builds(BreakDuration, duration=_pts, auto_return=st.booleans())


@st.composite
def _inserts(draw: st.DrawFn) -> SpliceInsert:
    if draw(st.booleans()):
        return SpliceInsert(event_id=draw(_id), cancel=True, rest=draw(_rest))
    immediate, time = draw(st.booleans()), st.none() | _pts
    part = st.builds(InsertComponent, tag=_byte, pts=st.none() if immediate else time)
    components = draw(st.none() | st.lists(part, max_size=3).map(tuple))
    return SpliceInsert(
        event_id=draw(_id),
        out_of_network=draw(st.booleans()),
        immediate=immediate,
        pts=None if immediate or components is not None else draw(time),
        components=components,
        break_duration=draw(_break),
        unique_program_id=draw(st.integers(0, 65535)),
        avail_num=draw(_byte),
        avails_expected=draw(_byte),
        id_by_the_rules=draw(st.booleans()),
        rest=draw(_rest),
    )


@st.composite
def _events(draw: st.DrawFn) -> ScheduledEvent:
    if draw(st.booleans()):
        return ScheduledEvent(event_id=draw(_id), cancel=True, id_by_the_rules=draw(st.booleans()))
    parts = st.lists(st.builds(ScheduledComponent, tag=_byte, utc_splice_time=_id), max_size=3).map(tuple)
    components = draw(st.none() | parts)
    return ScheduledEvent(
        event_id=draw(_id),
        out_of_network=draw(st.booleans()),
        utc_splice_time=draw(_id) if components is None else 0,
        components=components,
        break_duration=draw(_break),
        unique_program_id=draw(st.integers(0, 65535)),
        avail_num=draw(_byte),
        avails_expected=draw(_byte),
        id_by_the_rules=draw(st.booleans()),
    )


@st.composite
def _segmentations(draw: st.DrawFn) -> Segmentation:
    if draw(st.booleans()):
        return Segmentation(event_id=draw(_id), cancel=True, id_by_the_rules=draw(st.booleans()), rest=draw(_rest))
    type_id = draw(_byte)
    sub = st.none() | st.tuples(_byte, _byte) if type_id in WITH_SUB_SEGMENTS else st.none()
    sub_segment = draw(sub)
    bare = type_id in WITH_SUB_SEGMENTS and sub_segment is None  # two bytes more would be read as sub-segments
    parts = st.lists(st.builds(SegmentComponent, tag=_byte, pts_offset=_pts), max_size=3).map(tuple)
    allowed = st.booleans()
    return Segmentation(
        event_id=draw(_id),
        delivery=draw(
            st.none()
            | st.builds(
                Delivery,
                web_delivery_allowed=allowed,
                no_regional_blackout=allowed,
                archive_allowed=allowed,
                device_restrictions=st.integers(0, 3),
            )
        ),
        components=draw(st.none() | parts),
        duration=draw(st.none() | st.integers(0, 2**40 - 1)),
        upid=draw(st.builds(Upid, upid_type=_byte, value=st.binary(max_size=30))),
        type_id=type_id,
        segment_num=draw(_byte),
        segments_expected=draw(_byte),
        sub_segment=sub_segment,
        id_by_the_rules=draw(st.booleans()),
        rest=b"" if bare else draw(_rest),
    )


_sound = st.builds(
    AudioComponent,
    tag=_byte,
    language=st.binary(min_size=3, max_size=3),
    bit_stream_mode=st.integers(0, 7),
    channels=st.integers(0, 15),
    full_service=st.booleans(),
)
_descriptors = st.one_of(
    st.builds(Avail, provider_avail_id=_id, rest=_rest),
    st.builds(Dtmf, preroll=_byte, chars=st.binary(max_size=7), rest=_rest),
    _segmentations(),
    st.builds(
        Time,
        tai_seconds=st.integers(0, 2**48 - 1),
        tai_ns=_id,
        utc_offset=st.integers(0, 65535),
        rest=_rest,
    ),
    st.builds(Audio, components=st.lists(_sound, max_size=4).map(tuple), rest=_rest),
    st.builds(OtherDescriptor, tag=_byte, identifier=_id.filter(lambda one: one != CUEI), data=st.binary(max_size=30)),
)
_unknown = _byte.filter(lambda one: one not in {0, 4, 5, 6, 7, 255})
_commands = st.one_of(
    st.builds(SpliceNull, rest=_rest),
    _inserts(),
    st.builds(SpliceSchedule, events=st.lists(_events(), max_size=3).map(tuple), rest=_rest),
    st.builds(TimeSignal, pts=st.none() | _pts, rest=_rest),
    st.builds(BandwidthReservation, rest=_rest),
    st.builds(PrivateCommand, identifier=_id, data=st.binary(max_size=20)),
    st.builds(UnknownCommand, command_type=_unknown, data=st.binary(max_size=20)),
)
_head = {
    "pts_adjustment": _pts,
    "tier": st.integers(0, 4095),
    "cw_index": _byte,
    "encryption_algorithm": st.integers(0, 63),
    "protocol_version": _byte,
    "sap_type": st.integers(0, 3),
}
plain_cues = st.builds(
    Cue, command=_commands, descriptors=st.lists(_descriptors, max_size=4).map(tuple), stuffing=_rest, **_head
)
encrypted_cues = st.builds(
    Cue,
    command=st.builds(EncryptedBody, data=st.binary(max_size=80)),
    encrypted_command_length=st.integers(0, 4095),
    **_head,
)
cues = plain_cues | encrypted_cues
