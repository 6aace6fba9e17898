"""A ring outlives its process: closed segments are taken over, the interrupted one's number is used again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rightcast.contract.ring import Closed, Opened, Part, Up
from tests.headend.ringside import Ringside, Studio
from tests.headend.signals import Pictures
from tests.headend.test_ring_files import write

if TYPE_CHECKING:
    from pathlib import Path


def test_closed_segments_are_taken_over_with_their_bytes(tmp_path: Path) -> None:
    before = Ringside(tmp_path / "1")
    before.ring.describe(codecs="avc1.640028,mp4a.40.2", video=True)
    write(before, count=5)
    after = Ringside(tmp_path / "1")
    assert [seen.data for seen in after.segments] == [seen.data for seen in before.segments]
    assert [seen.closed for seen in after.segments] == [seen.closed for seen in before.segments]
    assert after.ups[-1].codecs == "avc1.640028,mp4a.40.2"


def test_a_killed_process_leaves_its_open_segment_s_number_to_the_next(tmp_path: Path) -> None:
    before = Ringside(tmp_path / "1")
    write(before, count=3)
    before.ring.open_segment(b"P" * 376, wall=1.0, new_epoch=False)
    before.ring.write(b"x" * 1880)
    before.ring.end_part(0.25, joinable=True)
    interrupted = before.segments[-1].opened
    after = Ringside(tmp_path / "1")
    assert [seen.opened.sequence for seen in after.segments] == [0, 1, 2]
    write(after)
    following = after.segments[-1].opened
    assert following.sequence == interrupted.sequence
    assert following.epoch == interrupted.epoch + 1
    assert following.slot != interrupted.slot


def test_a_killed_process_s_epoch_is_not_used_again(tmp_path: Path) -> None:
    before = Ringside(tmp_path / "1")
    write(before, count=2)
    before.ring.open_segment(b"P" * 376, wall=1.0, new_epoch=True)
    after = Ringside(tmp_path / "1")
    write(after)
    assert after.segments[-1].opened.epoch == before.segments[-1].opened.epoch + 1


def test_leaving_keeps_all_that_was_announced(tmp_path: Path) -> None:
    before = Studio(tmp_path / "1")
    before.feed(Pictures().take(90))
    before.ring.leave()
    after = Studio(tmp_path / "1")
    assert [seen.data for seen in after.segments] == [seen.data for seen in before.segments]
    assert sum(seen.duration for seen in after.closed) == pytest.approx(3.36, abs=0.25)
    after.feed(Pictures(start=40_000_000).take(60))
    assert after.segments[-1].opened.epoch == 1
    assert [seen.opened.sequence for seen in after.segments] == list(range(len(after.segments)))


def test_segments_whose_files_are_gone_are_left_out(tmp_path: Path) -> None:
    before = Ringside(tmp_path / "1")
    write(before, count=4)
    (tmp_path / "1" / f"{before.segments[1].opened.slot}.ts").unlink()
    after = Ringside(tmp_path / "1")
    assert [seen.opened.sequence for seen in after.segments] == [0, 2, 3]


@pytest.mark.parametrize("index", [b"", b"{", b"[]", b'{"next_sequence":"x"}', b"\xff\xfe"])
def test_an_index_of_no_use_starts_the_ring_anew(tmp_path: Path, index: bytes) -> None:
    write(Ringside(tmp_path / "1"), count=3)
    (tmp_path / "1" / "index.json").write_bytes(index)
    after = Ringside(tmp_path / "1")
    assert after.segments == []
    assert list((tmp_path / "1").glob("*.ts")) == []
    write(after)


def test_a_snapshot_tells_all_that_was_told(tmp_path: Path) -> None:
    studio = Studio(tmp_path / "1")
    studio.feed(Pictures().take(115))
    kinds = [type(message) for message in studio.ring.snapshot()]
    assert kinds[0] is Up
    assert kinds.count(Opened) == 3
    assert kinds.count(Closed) == 2
    told = [message for message in studio.told if isinstance(message, Opened | Part | Closed)]
    assert studio.ring.snapshot()[1:] == told


def test_every_segment_of_an_epoch_tells_where_it_began(tmp_path: Path) -> None:
    side = Ringside(tmp_path / "1")
    for wall, time, new in ((10.0, 900, True), (12.0, 180_900, False), (14.0, 50, True), (16.0, 180_050, False)):
        side.ring.open_segment(b"P" * 376, wall=wall, new_epoch=new, time=time)
        side.ring.write(b"x" * 1880)
        side.ring.end_part(2.0, joinable=True)
        side.ring.close_segment(2.0)
    told = [(seen.opened.epoch_wall, seen.opened.epoch_time) for seen in side.segments]
    assert told == [(10.0, 900), (10.0, 900), (14.0, 50), (14.0, 50)]
