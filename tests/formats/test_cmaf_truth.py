"""Fragments made of a transport stream decode to what the stream itself decodes to, at the same times."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from rightcast.formats.cmaf import TRACK_ID, empty_fragment, package
from rightcast.formats.isobmff.boxes import box, find, walk
from tests.formats.tracks import file_of, first_time, package_all, probed_frames, samples_of, split, unit_offsets
from tests.headend.signals import AUDIO_PID, VIDEO_PID, signal

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(shutil.which("ffprobe") is None, reason="needs ffprobe")


@pytest.fixture(scope="module")
def ts() -> bytes:
    return signal().read_bytes()


@pytest.mark.parametrize(("pid", "stream", "scale"), [(VIDEO_PID, "v", 1), (AUDIO_PID, "a", 90000 / 48000)])
def test_decoded_frames_and_their_times_are_those_of_the_stream(
    ts: bytes, tmp_path: Path, pid: int, stream: str, scale: float
) -> None:
    path = tmp_path / "track.mp4"
    path.write_bytes(file_of(package_all(split(ts, unit_offsets(ts, joinable=True))), pid))
    expected = probed_frames(signal(), stream)
    frames = probed_frames(path, stream)
    assert [(round(pts * scale), kind) for pts, kind in frames] == expected


@pytest.mark.parametrize("pid", [VIDEO_PID, AUDIO_PID])
def test_decoding_times_continue_from_segment_to_segment(ts: bytes, pid: int) -> None:
    made = package_all(split(ts, unit_offsets(ts, joinable=True)))
    assert len(made) == 4
    fragments = [one.fragments[pid] for one in made]
    assert [one.base + one.length for one in fragments[:-1]] == [one.base for one in fragments[1:]]


def test_segments_start_with_pictures_to_start_at(ts: bytes) -> None:
    made = package_all(split(ts, unit_offsets(ts, joinable=True)))
    assert all(one.fragments[VIDEO_PID].independent for one in made)


def test_the_same_bytes_give_the_same_fragments(ts: bytes) -> None:
    assert package(ts, time=first_time(ts), sequence=7) == package(ts, time=first_time(ts), sequence=7)


def test_every_part_names_the_same_init_segment(ts: bytes) -> None:
    made = package_all(split(ts, unit_offsets(ts)[::7]))
    assert len({track.init_hash for one in made for track in one.tracks}) == 2


def test_times_go_on_over_the_wrap_of_33_bits(ts: bytes) -> None:
    far = (1 << 33) * 5 + first_time(ts)
    start = package(ts, time=far, sequence=0).fragments[VIDEO_PID].base
    assert start == far


def test_cutting_into_parts_loses_and_doubles_nothing(ts: bytes) -> None:
    whole = package(ts, time=first_time(ts), sequence=0)
    made = package_all(split(ts, unit_offsets(ts)[::6]))
    for pid in (VIDEO_PID, AUDIO_PID):
        parts = b"".join(one.fragments[pid].data for one in made if pid in one.fragments)
        assert samples_of(parts) == samples_of(whole.fragments[pid].data)


def test_boxes_given_stand_before_the_index(ts: bytes) -> None:
    event = box(b"emsg", b"something")
    for one in package(ts, time=first_time(ts), sequence=0, ahead=event).fragments.values():
        assert [kind for kind, _, _ in walk(one.data)] == [b"styp", b"emsg", b"moof", b"mdat"]


def test_the_reference_time_is_that_of_the_first_sample(ts: bytes) -> None:
    start = first_time(ts)
    made = package(ts, time=start - 90_000, sequence=0, wall=1_800_000_000.0)
    place = find(made.fragments[VIDEO_PID].data, b"prft")
    assert place is not None
    told = made.fragments[VIDEO_PID].data[place[0] : place[1]]
    assert int.from_bytes(told[4:8], "big") == TRACK_ID
    assert int.from_bytes(told[8:16], "big") == (1_800_000_001 + 2_208_988_800) << 32
    assert int.from_bytes(told[16:24], "big") == start


def test_an_empty_fragment_goes_on_where_the_last_one_ended(ts: bytes) -> None:
    last = package(ts, time=first_time(ts), sequence=0).fragments[AUDIO_PID]
    empty = empty_fragment(last, sequence=1)
    place = find(empty, b"moof", b"traf", b"tfdt")
    assert place is not None
    assert int.from_bytes(empty[place[0] + 4 : place[1]], "big") == last.base + last.length


def test_each_file_holds_track_1(ts: bytes) -> None:
    made = package(ts, time=first_time(ts), sequence=0)
    for pid in (VIDEO_PID, AUDIO_PID):
        place = find(made.inits[pid], b"moov", b"trak", b"tkhd")
        assert place is not None
        assert made.inits[pid][place[0] + 12 : place[0] + 16] == b"\0\0\0\1"
