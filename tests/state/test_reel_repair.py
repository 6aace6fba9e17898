"""An index and its files agree after a death, whichever of the two was ahead."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from rightcast.state.archive.reel import ReelReader, ReelWriter

if TYPE_CHECKING:
    from pathlib import Path

BEGIN = 1_800_000_000.0


def fill(folder: Path, count: int = 3) -> None:
    with closing(ReelWriter(folder)) as reel:
        for turn in range(count):
            reel.append(bytes([turn]) * 188, start=BEGIN + 2 * turn, duration=2.0, new_epoch=False)


def test_bytes_beyond_the_index_are_cut(tmp_path: Path) -> None:
    fill(tmp_path)
    with (tmp_path / "00000001.ts").open("ab") as file:
        file.write(b"torn")
    with closing(ReelWriter(tmp_path)) as reel:
        assert reel.repaired.cut_bytes == 4
        assert (tmp_path / "00000001.ts").stat().st_size == 3 * 188


def test_rows_beyond_the_file_are_dropped(tmp_path: Path) -> None:
    fill(tmp_path)
    with (tmp_path / "00000001.ts").open("rb+") as file:
        file.truncate(300)
    with closing(ReelWriter(tmp_path)) as reel:
        assert reel.repaired.lost_segments == 2
        assert reel.append(b"d" * 188, start=BEGIN + 6, duration=2.0, new_epoch=True) == 4
    with closing(ReelReader(tmp_path)) as reader:
        assert [(one.number, one.offset) for one in reader.after(0)] == [(1, 0), (4, 188)]
    assert (tmp_path / "00000001.ts").read_bytes() == b"\0" * 188 + b"d" * 188


def test_a_file_that_is_gone_takes_its_rows_along(tmp_path: Path) -> None:
    fill(tmp_path)
    (tmp_path / "00000001.ts").unlink()
    with closing(ReelWriter(tmp_path)) as reel:
        assert (reel.repaired.lost_segments, reel.files(), reel.newest) == (3, [], None)


def test_a_file_that_the_index_does_not_know_is_removed(tmp_path: Path) -> None:
    fill(tmp_path)
    (tmp_path / "00000007.ts").write_bytes(b"of a file that was being forgotten, or just begun")
    with closing(ReelWriter(tmp_path)) as reel:
        assert reel.repaired.strays == 1
    assert not (tmp_path / "00000007.ts").exists()
