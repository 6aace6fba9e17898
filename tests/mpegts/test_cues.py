"""Splice information sections: the published examples, every record both ways, and garbage."""

from __future__ import annotations

import base64
import contextlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.domain.errors import BadCueError
from rightcast.formats.mpegts.scte35 import section
from rightcast.formats.mpegts.scte35.records import (
    Avail,
    BreakDuration,
    Cue,
    Delivery,
    EncryptedBody,
    OtherDescriptor,
    Segmentation,
    SpliceInsert,
    TimeSignal,
    Upid,
)
from rightcast.formats.mpegts.sections import crc32
from tests.mpegts.cue_examples import PUBLISHED, cues, plain_cues


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_examples_are_read_and_written_byte_for_byte(name: str) -> None:
    assert section.to_base64(section.from_text(PUBLISHED[name])) == PUBLISHED[name]


def test_the_published_placement_opportunity_is_read_as_the_standard_says() -> None:
    cue = section.from_text(PUBLISHED["14.1 placement opportunity start"])
    (segment,) = cue.segmentations
    assert cue.command == TimeSignal(pts=0x072BD0050)
    assert segment == Segmentation(
        event_id=0x4800008E,
        delivery=Delivery(web_delivery_allowed=False),
        duration=0x0001A599B0,
        upid=Upid(upid_type=8, value=bytes.fromhex("000000002CA0A18A")),
        type_id=0x34,
        segment_num=2,
    )


def test_the_published_splice_insert_is_read_as_the_standard_says() -> None:
    cue = section.from_text(PUBLISHED["14.2 splice insert"])
    assert cue.command == SpliceInsert(
        event_id=0x4800008F,
        out_of_network=True,
        pts=0x07369C02E,
        break_duration=BreakDuration(duration=0x00052CCF5),
    )
    assert cue.descriptors == (Avail(provider_avail_id=0x135),)


@given(cues)
def test_every_cue_survives_being_written_and_read(cue: Cue) -> None:
    assert section.decode(section.encode(cue)) == cue


@given(plain_cues)
def test_text_of_both_kinds_is_read(cue: Cue) -> None:
    assert section.from_text(section.to_base64(cue)) == section.from_text(section.to_hex(cue)) == cue


@given(st.binary(max_size=120))
def test_garbage_raises_nothing_but_the_documented_error(data: bytes) -> None:
    with contextlib.suppress(BadCueError):
        section.decode(data)


@given(plain_cues, st.data())
def test_a_section_with_changed_bytes_and_a_fitting_checksum_raises_nothing_else(cue: Cue, data: st.DataObject) -> None:
    broken = bytearray(section.encode(cue)[:-4])
    for _ in range(data.draw(st.integers(1, 4))):
        broken[data.draw(st.integers(3, len(broken) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = section.decode(bytes(broken) + crc32(bytes(broken)).to_bytes(4, "big"))
    except BadCueError:
        return
    assert section.decode(section.encode(found)) == found


@given(st.text(max_size=60))
def test_any_text_is_a_cue_or_the_documented_error(text: str) -> None:
    with contextlib.suppress(BadCueError):
        section.from_text(text)


def test_a_damaged_section_is_refused() -> None:
    data = bytearray(base64.b64decode(PUBLISHED["14.2 splice insert"]))
    data[20] ^= 1
    with pytest.raises(BadCueError, match="checksum"):
        section.decode(bytes(data))


def test_an_old_senders_unknown_command_length_is_kept() -> None:
    cue = replace(section.from_text(PUBLISHED["14.2 splice insert"]), length_unknown=True)
    assert section.decode(section.encode(cue)) == cue


def test_an_encrypted_section_is_left_as_it_is() -> None:
    cue = Cue(command=EncryptedBody(data=b"secret" * 3), encryption_algorithm=2, encrypted_command_length=5)
    assert cue.is_encrypted
    assert section.decode(section.encode(cue)) == cue


def test_a_descriptor_that_contradicts_itself_is_kept_as_it_came() -> None:
    odd = OtherDescriptor(tag=2, identifier=0x43554549, data=b"\x00\x00\x00\x01")
    cue = Cue(command=TimeSignal(), descriptors=(odd,))
    assert section.decode(section.encode(cue)).descriptors == (odd,)


def test_what_does_not_fit_names_its_field() -> None:
    with pytest.raises(BadCueError) as failure:
        section.encode(Cue(command=TimeSignal(pts=1 << 33)))
    assert failure.value.field == "pts_time"


def test_times_are_adjusted_modulo_the_clock() -> None:
    assert Cue(command=TimeSignal(), pts_adjustment=10).adjusted((1 << 33) - 4) == 6


def test_the_identifiers_of_a_multiple_one_are_listed() -> None:
    upid = Upid(upid_type=0x0D, value=b"\x0f\x03abc\x08\x02hi\x01\x09short")
    assert upid.members == (Upid(upid_type=15, value=b"abc"), Upid(upid_type=8, value=b"hi"))
