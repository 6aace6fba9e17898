"""A reel keeps segments in order, finds them by time, and forgets file by file."""

from __future__ import annotations

import os
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from rightcast.contract.ring import Track
from rightcast.state.archive.records import FILE_S, NewSegment
from rightcast.state.archive.reel import Contents, Gap, ReelReader, ReelWriter

if TYPE_CHECKING:
    from pathlib import Path

BEGIN = 3_000_000.0 * FILE_S


def fill(folder: Path, count: int, begin: float = BEGIN) -> None:
    with closing(ReelWriter(folder)) as reel:
        for turn in range(count):
            reel.append(bytes([turn]) * 188, start=begin + 2 * turn, duration=2.0, new_epoch=turn == 0)


def test_segments_are_found_by_the_time_that_they_run_in(tmp_path: Path) -> None:
    fill(tmp_path / "s", 10)
    with closing(ReelReader(tmp_path / "s")) as reel:
        found = reel.between(BEGIN + 3, BEGIN + 6)
        assert [one.start - BEGIN for one in found] == [2.0, 4.0]
        assert reel.span() == (BEGIN, BEGIN + 20)
        descriptor = reel.open_file(found[0].file)
        assert descriptor is not None
        assert os.pread(descriptor, found[0].size, found[0].offset) == b"\1" * 188
        os.close(descriptor)


def test_a_reel_goes_on_where_it_ended(tmp_path: Path) -> None:
    fill(tmp_path / "s", 2)
    fill(tmp_path / "s", 2)
    with closing(ReelReader(tmp_path / "s")) as reel:
        assert [(one.number, one.epoch, one.offset) for one in reel.after(0)] == [
            (1, 1, 0),
            (2, 1, 188),
            (3, 2, 376),
            (4, 2, 564),
        ]


def test_ten_minutes_are_a_file(tmp_path: Path) -> None:
    fill(tmp_path / "s", 4, BEGIN + FILE_S - 4)
    with closing(ReelReader(tmp_path / "s")) as reel:
        assert [(one.start - BEGIN - FILE_S, one.stop - BEGIN - FILE_S, one.bytes) for one in reel.files()] == [
            (-4.0, 0.0, 376),
            (0.0, 4.0, 376),
        ]
        assert [one.offset for one in reel.after(0)] == [0, 188, 0, 188]


def test_a_clock_that_is_set_back_begins_a_file_of_its_own(tmp_path: Path) -> None:
    fill(tmp_path / "s", 1)
    fill(tmp_path / "s", 1, BEGIN - 3600)
    with closing(ReelReader(tmp_path / "s")) as reel:
        assert [one.start - BEGIN for one in reel.after(0)] == [0.0, -3600.0]
        assert len(reel.files()) == 2
        assert reel.span() == (BEGIN - 3600, BEGIN + 2)


def test_files_are_forgotten_with_their_segments_and_gaps(tmp_path: Path) -> None:
    with closing(ReelWriter(tmp_path / "s")) as writer:
        writer.append(b"a" * 188, start=BEGIN, duration=2.0, new_epoch=True)
        writer.note_gap(Gap(start=BEGIN + 2, stop=BEGIN + FILE_S, cause="source"))
        writer.append(b"b" * 188, start=BEGIN + FILE_S, duration=2.0, new_epoch=True)
        with closing(ReelReader(tmp_path / "s")) as reader:
            path = reader.path(1)
            assert reader.gaps(BEGIN, BEGIN + FILE_S)
            writer.forget(writer.files()[:1])
            assert not path.exists()
            assert [one.number for one in reader.after(0)] == [2]
            assert reader.gaps(BEGIN, BEGIN + FILE_S) == []


def test_the_file_that_is_written_to_can_be_forgotten(tmp_path: Path) -> None:
    with closing(ReelWriter(tmp_path / "s")) as writer:
        writer.append(b"a" * 188, start=BEGIN, duration=2.0, new_epoch=True)
        writer.forget(writer.files())
        assert writer.append(b"b" * 188, start=BEGIN + 2, duration=2.0, new_epoch=False) == 2
        assert [(one.file, one.bytes) for one in writer.files()] == [(2, 188)]


def test_what_is_staged_is_read_only_once_it_is_committed(tmp_path: Path) -> None:
    (tmp_path / "slot").write_bytes(b"x" * 188 + b"left from before")
    source = os.open(tmp_path / "slot", os.O_RDONLY)
    with closing(ReelWriter(tmp_path / "s")) as writer, closing(ReelReader(tmp_path / "s")) as reader:
        for turn in range(2):
            segment = NewSegment(start=BEGIN + 2 * turn, duration=2.0, sequence=turn)
            writer.stage(source, 188, segment, new_epoch=False)
        assert reader.after(0) == []
        before = reader.changed()
        writer.commit(durable=True)
        assert [(one.sequence, one.offset) for one in reader.after(0)] == [(0, 0), (1, 188)]
        assert reader.changed() != before
        assert reader.path(1).read_bytes() == b"x" * 376
    os.close(source)


def test_a_segment_that_is_too_short_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "slot").write_bytes(b"x" * 100)
    source = os.open(tmp_path / "slot", os.O_RDONLY)
    with closing(ReelWriter(tmp_path / "s")) as writer:
        with pytest.raises(OSError, match="shorter"):
            writer.stage(source, 188, NewSegment(start=BEGIN, duration=2.0), new_epoch=False)
        assert writer.append(b"y" * 188, start=BEGIN, duration=2.0, new_epoch=False) == 1
        assert (tmp_path / "s" / "00000001.ts").read_bytes() == b"y" * 188
    os.close(source)


def test_what_the_stream_is_made_of_is_kept_once(tmp_path: Path) -> None:
    made = Contents(codecs="avc1.42c015", tracks=(Track(pid=256, kind="video"),))
    for turn in range(2):
        with closing(ReelWriter(tmp_path / "s")) as writer:
            writer.append(b"a", start=BEGIN + turn, duration=1.0, new_epoch=False, contents=made)
            writer.append(b"a", start=BEGIN + turn, duration=1.0, new_epoch=False)
    with closing(ReelReader(tmp_path / "s")) as reader:
        assert [one.contents for one in reader.after(0)] == [1, 2, 1, 2]
        assert reader.contents(1) == made
        assert reader.contents(2) == Contents()
