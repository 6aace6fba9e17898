"""A reel keeps segments in order, finds them by time, and forgets by the hour."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from rightcast.state.archive.reel import HOUR_S, ReelReader, ReelWriter

if TYPE_CHECKING:
    from pathlib import Path

BEGIN = 500_000.0 * HOUR_S


def fill(folder: Path, count: int) -> None:
    with closing(ReelWriter(folder)) as reel:
        for turn in range(count):
            reel.append(bytes([turn]) * 188, start=BEGIN + 2 * turn, duration=2.0, new_epoch=turn == 0)


def test_segments_are_found_by_the_time_that_they_run_in(tmp_path: Path) -> None:
    fill(tmp_path / "s", 10)
    with closing(ReelReader(tmp_path / "s")) as reel:
        found = reel.between(BEGIN + 3, BEGIN + 6)
        assert [one.start - BEGIN for one in found] == [2.0, 4.0]
        assert reel.span() == (BEGIN, BEGIN + 20)
        with reel.path(found[0].hour).open("rb") as file:
            file.seek(found[0].offset)
            assert file.read(found[0].size) == b"\1" * 188


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


def test_an_hour_is_forgotten_with_its_file(tmp_path: Path) -> None:
    fill(tmp_path / "s", 3)
    with closing(ReelWriter(tmp_path / "s")) as writer, closing(ReelReader(tmp_path / "s")) as reader:
        path = reader.path(500_000)
        assert path.exists()
        writer.forget_hour(500_000)
        assert not path.exists()
        assert reader.after(0) == []
