"""Files of a ring: reused after a rest, kept within a budget, never rewritten under a reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rightcast.domain.errors import FolderNotWritableError, RingTooSmallError
from rightcast.headend.ring import FEWEST_SEGMENTS, SPARE_SEGMENTS
from tests.headend.ringside import Ringside

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
import errno
import os


def write(side: Ringside, size: int = 1880, *, count: int = 1, new_epoch: bool = False) -> None:
    for _ in range(count):
        side.ring.open_segment(b"P" * 376, wall=1.0, new_epoch=new_epoch)
        side.ring.write(bytes((side.segments[-1].opened.sequence & 0xFF,)) * size)
        side.ring.end_part(2.0, joinable=True)
        side.ring.close_segment(2.0)


def files(side: Ringside) -> int:
    return sum(file.stat().st_size for file in side.folder.glob("*.ts"))


def test_a_few_more_segments_than_a_playlist_are_kept(tmp_path: Path) -> None:
    side = Ringside(tmp_path / "1", playlist_segments=4)
    write(side, count=20)
    assert side.ring.closed_segments == 4 + SPARE_SEGMENTS
    assert side.dropped == list(range(13))


def test_a_slot_is_used_again_only_two_segments_after_it_was_dropped(tmp_path: Path) -> None:
    side = Ringside(tmp_path / "1", playlist_segments=3)
    dropped_at: dict[int, int] = {}
    for number in range(40):
        write(side, size=188 * (1 + number % 5))
        newest = side.segments[-1].opened
        if newest.slot in dropped_at:
            assert newest.sequence - dropped_at.pop(newest.slot) > 2
        for gone in side.dropped:
            slot = next(seen.opened.slot for seen in side.segments if seen.opened.sequence == gone)
            dropped_at.setdefault(slot, newest.sequence) if slot != newest.slot else None
        side.dropped.clear()
    assert len(list(side.folder.glob("*.ts"))) <= 3 + SPARE_SEGMENTS + 4


def test_what_is_held_is_what_the_files_take(tmp_path: Path) -> None:
    side = Ringside(tmp_path / "1")
    write(side, size=18_800, count=3)
    write(side, size=188, count=20)
    assert side.ring.bytes_held == files(side)


def test_the_budget_drops_the_oldest_but_never_below_three(tmp_path: Path) -> None:
    side = Ringside(tmp_path / "1", max_bytes=500_000)
    write(side, size=94_000, count=30)
    assert FEWEST_SEGMENTS <= side.ring.closed_segments < 6
    assert side.ring.bytes_held <= 500_000 + 2 * 94_376
    write(side, size=400_000 // 188 * 188, count=10)
    assert side.ring.closed_segments == FEWEST_SEGMENTS


def test_a_reused_file_is_the_same_file(tmp_path: Path) -> None:
    side = Ringside(tmp_path / "1", playlist_segments=1, max_bytes=200_000)
    write(side, size=37_600, count=3)
    inodes = {file.name: file.stat().st_ino for file in side.folder.glob("*.ts")}
    write(side, size=75_200, count=30)
    assert all((side.folder / name).stat().st_ino == inode for name, inode in inodes.items())


def test_closing_tells_the_edges_and_removes_everything(tmp_path: Path) -> None:
    side = Ringside(tmp_path / "1")
    write(side, count=3)
    side.ring.open_segment(b"P" * 376, wall=1.0, new_epoch=False)
    side.ring.close()
    assert side.down
    assert not side.folder.exists()
    assert side.ring.bytes_held == 0


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(FolderNotWritableError, match="file"):
        Ringside(tmp_path / "file" / "1")


class SmallTmpfs:
    """Takes writes until its room is used up, as a full tmpfs does; emptied files make room again."""

    def __init__(self, folder: Path, room: int) -> None:
        self.folder, self.room = folder, room
        self.write = os.pwritev

    def pwritev(self, descriptor: int, buffers: Sequence[bytes], offset: int) -> int:
        free = self.room - sum(file.stat().st_size for file in self.folder.glob("*.ts"))
        free += max(os.fstat(descriptor).st_size - offset, 0)
        if free <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return self.write(descriptor, [b"".join(buffers)[:free]], offset)


def test_a_full_tmpfs_costs_the_oldest_segments_not_the_newest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    side = Ringside(tmp_path / "1")
    monkeypatch.setattr(os, "pwritev", SmallTmpfs(side.folder, 500_000).pwritev)
    write(side, size=94_000, count=20)
    assert [seen.opened.sequence for seen in side.closed] == list(range(20))
    assert all(seen.data[376:] == bytes((seen.opened.sequence,)) * 94_000 for seen in side.closed)
    assert side.ring.closed_segments >= FEWEST_SEGMENTS - 1


def test_a_tmpfs_too_small_for_three_segments_is_an_error_with_a_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    side = Ringside(tmp_path / "1")
    monkeypatch.setattr(os, "pwritev", SmallTmpfs(side.folder, 200_000).pwritev)
    with pytest.raises(RingTooSmallError, match="full"):
        write(side, size=94_000, count=20)
    side.ring.close()
    assert not side.folder.exists()
