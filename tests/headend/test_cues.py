"""Cues in a stream become markers of the ring, and the headend knows what they restrict."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rightcast.contract.ring import SCTE35, Dropped, Marker, Opened, Track
from rightcast.domain.cues import UNRESTRICTED, Restrictions
from rightcast.formats.mpegts.psi import Stream
from rightcast.formats.mpegts.scte35.records import Cue, SpliceNull
from rightcast.formats.mpegts.scte35.section import decode, encode
from tests.headend.cue_signals import NO_WEB, first_time, programme, with_cues, with_streams
from tests.headend.ringside import Studio
from tests.headend.signals import signal

if TYPE_CHECKING:
    from pathlib import Path

S = 90_000


@pytest.fixture(scope="module")
def clean() -> bytes:
    return signal(seconds=8).read_bytes()


def markers(studio: Studio) -> list[Marker]:
    return [message for message in studio.told if isinstance(message, Marker)]


def test_a_cue_is_marked_with_its_time_in_the_segment_where_it_came(tmp_path: Path, clean: bytes) -> None:
    begin = first_time(clean)
    cue = programme(0x34, begin + 5 * S, duration_s=30)
    studio = Studio(tmp_path)
    studio.feed(with_cues(clean, [(2.5, cue)]))
    (marker,) = markers(studio)
    openings = {one.sequence: one for one in studio.told if isinstance(one, Opened)}
    assert (marker.kind, decode(marker.body), marker.sequence) == (SCTE35, cue, 1)
    assert marker.time - openings[0].time == 5 * S


def test_times_are_adjusted(tmp_path: Path, clean: bytes) -> None:
    begin = first_time(clean)
    cue = Cue(command=programme(0x34, 0).command, descriptors=programme(0x34, 0).descriptors, pts_adjustment=begin + S)
    studio = Studio(tmp_path)
    studio.feed(with_cues(clean, [(0.5, cue)]))
    opened = next(one for one in studio.told if isinstance(one, Opened))
    assert markers(studio)[0].time - opened.time == S


def test_a_cue_without_time_counts_from_its_arrival(tmp_path: Path, clean: bytes) -> None:
    studio = Studio(tmp_path)
    studio.feed(with_cues(clean, [(3.0, programme(0x40, None))]))
    opened = next(one for one in studio.told if isinstance(one, Opened))
    assert abs(markers(studio)[0].time - opened.time - 3 * S) < S // 10


def test_a_time_of_another_clock_counts_from_its_arrival(tmp_path: Path, clean: bytes) -> None:
    studio = Studio(tmp_path)
    studio.feed(with_cues(clean, [(3.0, programme(0x40, first_time(clean) + 7200 * S))]))
    opened = next(one for one in studio.told if isinstance(one, Opened))
    assert abs(markers(studio)[0].time - opened.time - 3 * S) < S // 10


def test_what_a_sender_repeats_is_marked_once_and_heartbeats_never(tmp_path: Path, clean: bytes) -> None:
    cue = programme(0x34, first_time(clean) + 6 * S)
    studio = Studio(tmp_path)
    studio.feed(with_cues(clean, [(1, cue), (2, Cue(command=SpliceNull())), (3, cue), (4, cue)]))
    assert len(markers(studio)) == 1


def test_the_stream_itself_carries_its_cues_untouched(tmp_path: Path, clean: bytes) -> None:
    section = encode(programme(0x34, None))
    studio = Studio(tmp_path)
    studio.feed(with_cues(clean, [(1, programme(0x34, None))]))
    assert section in b"".join(segment.data for segment in studio.closed)


def test_a_damaged_cue_is_counted_and_left_out(tmp_path: Path, clean: bytes) -> None:
    cue = programme(0x34, None)
    data = bytearray(with_cues(clean, [(1, cue)]))
    data[data.index(encode(cue)) + 20] ^= 0x40
    studio = Studio(tmp_path)
    studio.feed(bytes(data))
    assert markers(studio) == []
    assert studio.segmenter.cues.damaged == 1


def test_restrictions_follow_start_and_end_signals(tmp_path: Path, clean: bytes) -> None:
    begin = first_time(clean)
    cues = [(1.0, programme(0x10, begin + 2 * S, delivery=NO_WEB)), (5.0, programme(0x11, begin + 6 * S))]
    studio = Studio(tmp_path)
    data = with_cues(clean, cues)
    states = set()
    for start in range(0, len(data), 188 * 70):
        studio.feed(data[start : start + 188 * 70])
        states.add(studio.segmenter.cues.restrictions(studio.now))
    assert states == {UNRESTRICTED, Restrictions(web_delivery_allowed=False)}
    assert studio.segmenter.cues.restrictions(studio.now + 10) == UNRESTRICTED


def test_a_restriction_in_force_is_marked_again_before_its_segment_leaves(tmp_path: Path) -> None:
    clean = signal(seconds=30).read_bytes()
    studio = Studio(tmp_path)
    studio.feed(with_cues(clean, [(0.5, programme(0x10, None, delivery=NO_WEB))]))
    gone = {one.sequence for one in studio.told if isinstance(one, Dropped)}
    told = markers(studio)
    assert told[0].sequence in gone
    assert told[-1].sequence not in gone
    assert abs(told[-1].time - told[0].time) < 12 * S  # simulated time and stream time differ a little


def test_the_next_process_knows_what_is_in_force(tmp_path: Path, clean: bytes) -> None:
    studio = Studio(tmp_path)
    studio.feed(with_cues(clean, [(0.5, programme(0x10, None, delivery=NO_WEB))]))
    studio.ring.leave()
    following = Studio(tmp_path)
    assert following.segmenter.cues.restrictions(studio.now) == Restrictions(web_delivery_allowed=False)


def test_subtitles_are_told_as_tracks_one_for_each_language(tmp_path: Path, clean: bytes) -> None:
    teletext = Stream(0x200, 6, ((0x56, b"ita\x17\x77" + b"ita\x2f\x78" + b"eng\x09\x00"),))
    bitmaps = Stream(0x201, 6, ((0x59, b"swe\x10\x00\x02\x00\x02" + b"dan\x20\x00\x03\x00\x02"),))
    studio = Studio(tmp_path)
    studio.feed(with_streams(clean, teletext, bitmaps))
    assert studio.ring.tracks[-4:] == [
        Track(pid=0x200, kind="teletext", codec="teletext", language="ita", page=0x777),
        Track(pid=0x200, kind="teletext", codec="teletext", language="ita", page=0x778, role="hearing_impaired"),
        Track(pid=0x201, kind="subtitles", codec="dvb_subtitles", language="swe", page=2, ancillary=2),
        Track(
            pid=0x201,
            kind="subtitles",
            codec="dvb_subtitles",
            language="dan",
            page=3,
            ancillary=2,
            role="hearing_impaired",
        ),
    ]
