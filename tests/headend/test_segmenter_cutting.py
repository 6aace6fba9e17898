"""Segments begin at random access points and last as long as their pictures; parts lie within them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.headend.ringside import Studio
from tests.headend.signals import AUDIO_PID, Pictures, packets_of, pid_of, signal, tables

if TYPE_CHECKING:
    from pathlib import Path


def test_a_two_second_gop_makes_two_second_segments(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    studio.feed(Pictures(gop=50).take(260))
    assert [segment.duration for segment in studio.closed] == [2.0] * 5


def test_short_gops_are_joined_and_long_ones_kept_whole(tmp_path: Path) -> None:
    short, long = Studio(tmp_path / "short"), Studio(tmp_path / "long")
    short.feed(Pictures(gop=25).take(201))
    long.feed(Pictures(gop=125).take(380))
    assert [segment.duration for segment in short.closed] == [2.0] * 4
    assert [segment.duration for segment in long.closed] == [5.0] * 3


def test_a_gop_without_end_is_cut_after_ten_seconds(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    studio.feed(Pictures(gop=10_000).take(600))
    assert [segment.duration for segment in studio.closed] == [10.0, 10.0]
    assert [segment.parts[0].joinable for segment in studio.closed] == [True, False]


@pytest.mark.parametrize("flags", [True, False])
def test_key_pictures_are_found_with_flags_and_without(tmp_path: Path, flags: bool) -> None:
    studio = Studio(tmp_path)
    studio.feed(Pictures(gop=50, flags=flags).take(155))
    assert [segment.duration for segment in studio.closed] == [2.0] * 3


def test_nothing_is_written_before_the_first_random_access_point(tmp_path: Path) -> None:
    pictures = Pictures(gop=50)
    pictures.take(20)
    studio = Studio(tmp_path)
    studio.feed(tables() + pictures.take(15))
    assert studio.segments == []
    studio.feed(pictures.take(100))
    assert studio.closed[0].media[:188][5] & 0x40


def test_a_stream_that_never_offers_one_is_joined_anywhere_after_ten_seconds(tmp_path: Path) -> None:
    pictures = Pictures(gop=10_000, flags=False)
    pictures.take(1)
    studio = Studio(tmp_path)
    for _ in range(160):
        studio.feed(tables() + pictures.take(5), per_block_s=0.2)
    assert len(studio.closed) >= 5
    assert all(segment.parts[0].joinable for segment in studio.closed)


def test_radio_is_cut_by_time(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    studio.feed(signal(seconds=9, video=None).read_bytes(), block=188 * 4)
    assert len(studio.closed) >= 3
    assert all(1.9 < segment.duration < 2.3 for segment in studio.closed)
    assert all(part.joinable for segment in studio.closed for part in segment.parts)
    assert studio.ups[-1].video is False
    assert studio.ups[-1].codecs == "mp4a.40.2"


def test_pictures_that_the_tables_promise_in_vain_do_not_hold_up_the_sound(tmp_path: Path) -> None:
    pictures = Pictures()
    data = b"".join(p for p in packets_of(pictures.take(800)) if pid_of(p) in {0, 0x1000, AUDIO_PID})
    studio = Studio(tmp_path)
    studio.feed(data, block=188 * 8, per_block_s=0.2)
    assert studio.closed
    assert studio.ring.video is False


def test_parts_are_a_quarter_of_a_second_and_fill_the_segment(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    studio.feed(Pictures(gop=50).take(155))
    for segment in studio.closed:
        assert [part.duration for part in segment.parts] == [0.24] * 8 + [0.08]
        assert [part.index for part in segment.parts] == list(range(9))
        assert segment.parts[0].offset == 0
        ends = [part.offset + part.size for part in segment.parts]
        assert ends == [part.offset for part in segment.parts[1:]] + [len(segment.data)]
        assert all(end % 188 == 0 for end in ends)


def test_a_joinable_part_begins_with_a_key_picture_and_holds_all_of_it(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    studio.feed(Pictures(gop=25).take(260))
    joinable = [(segment, part) for segment in studio.closed for part in segment.parts if part.joinable]
    assert len(joinable) == 2 * len(studio.closed)
    for segment, part in joinable:
        start = max(part.offset, segment.opened.psi_bytes)
        first = segment.data[start : start + 188]
        assert first[1] & 0x40
        assert first[5] & 0x40
        units = [p for p in packets_of(segment.data[start : part.offset + part.size]) if p[1] & 0x40]
        assert sum(pid_of(p) == 0x100 for p in units) >= 2


def test_segments_begin_with_the_tables_in_force(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    studio.feed(Pictures(gop=50).take(155))
    for segment in studio.closed:
        assert segment.opened.psi_bytes == 2 * 188
        head = packets_of(segment.data[:376])
        assert [pid_of(p) for p in head] == [0, 0x1000]
        before = packets_of(tables())
        assert [p[4:] for p in head] == [p[4:] for p in before]


def test_start_times_follow_the_durations(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    pictures = Pictures(gop=50)
    for _ in range(100):
        studio.feed(pictures.take(3), per_block_s=0.12)
    walls = [segment.opened.wall for segment in studio.segments]
    assert [round(b - a, 6) for a, b in pairwise(walls)] == [2.0] * (len(walls) - 1)


def test_pictures_that_are_all_key_pictures_do_not_make_a_part_each(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    studio.feed(Pictures(gop=1).take(105))
    for segment in studio.closed:
        assert segment.duration == pytest.approx(1.8)
        assert [part.duration for part in segment.parts[:-1]] == [0.24] * (len(segment.parts) - 1)
        assert all(part.joinable for part in segment.parts)
