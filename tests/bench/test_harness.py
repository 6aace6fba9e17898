"""The parts of the bench that decide: what counts as a good crowd, a whole key frame, a percentile.

The ring writer is checked against the contract that it speaks for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from bench.__main__ import LONG_RACES, MEASUREMENTS, chosen
from bench.console_import import write_playlist
from bench.edge_zap import KeyFrameWatch
from bench.rig import RigError, percentile
from bench.ring_writer import ChannelWriter, Plan
from bench.viewers import is_good

from rightcast.contract.ring import Closed, Dropped, Opened, Part

if TYPE_CHECKING:
    from pathlib import Path

SEEN = {"open": 100, "closed": 0, "silent": 0, "bad_sync": 0, "bps": 100e6}


def test_a_crowd_that_takes_everything_is_good() -> None:
    assert is_good(SEEN, 100, 1e6)


@pytest.mark.parametrize("flaw", [{"open": 99}, {"closed": 1}, {"silent": 1}, {"bad_sync": 1}, {"bps": 99e6}])
def test_one_flaw_makes_a_crowd_bad(flaw: dict[str, float]) -> None:
    assert not is_good({**SEEN, **flaw}, 100, 1e6)


def test_a_long_race_is_run_only_when_it_is_named() -> None:
    assert not LONG_RACES & {*chosen([]), *chosen(["headend"])}
    assert chosen(["headend.soak"]) == ["headend.soak"]


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert percentile([float(one) for one in range(100, 0, -1)], 0.95) == 95
    assert percentile([7.0], 0.95) == 7


def _packet(pid: int, *, begins: bool, key: bool = False) -> bytes:
    head = bytes([0x47, (0x40 if begins else 0) | pid >> 8, pid & 0xFF, 0x30, 1, 0x40 if key else 0])
    return (head + (b"\0\0\1\xe0" if begins else b"")).ljust(188, b"\xff")


@pytest.mark.parametrize("piece", [1, 100, 188, 5_000])
def test_a_key_frame_is_whole_when_the_next_picture_begins(piece: int) -> None:
    key = _packet(256, begins=True, key=True)
    before = _packet(256, begins=True) + key + _packet(257, begins=True) + _packet(256, begins=False) * 9
    watch = KeyFrameWatch()
    for at in range(0, len(before), piece):
        watch.feed(before[at : at + piece])
    assert not watch.whole
    watch.feed(_packet(256, begins=True))
    assert watch.whole


def test_a_stream_off_the_packet_grid_is_no_measurement() -> None:
    with pytest.raises(RigError):
        KeyFrameWatch().feed(b"x" * 188)


def test_an_area_chooses_all_its_figures() -> None:
    assert chosen(["edge"]) == [name for name in MEASUREMENTS if name.startswith("edge.")]


def test_an_unknown_figure_is_refused() -> None:
    with pytest.raises(RigError):
        chosen(["edge.nothing"])


def test_the_ring_writer_announces_what_it_wrote(tmp_path: Path) -> None:
    plan = Plan(ring=str(tmp_path), socket="", parts_socket="", channels=1, bps=800_000, segments=2, segment_s=0.5)
    writer = ChannelWriter(plan, 1)
    news = [message for _ in range(6) for message in writer.write_part()[0]]
    kinds = [type(message) for message in news]
    assert kinds == [Opened, Part, Part, Closed, Opened, Part, Part, Closed, Opened, Part, Dropped, Part, Closed]
    parts = [message for message in news if isinstance(message, Part)]
    assert [part.joinable for part in parts] == [True, False] * 3
    assert (tmp_path / "1" / "0.ts").stat().st_size == parts[0].size + parts[1].size
    assert all(byte == 0x47 for byte in (tmp_path / "1" / "0.ts").read_bytes()[::188])


def test_the_playlist_to_import_has_broken_entries_among_good_ones(tmp_path: Path) -> None:
    write_playlist(tmp_path / "list.m3u", 1_000)
    lines = (tmp_path / "list.m3u").read_text().splitlines()
    assert len(lines) == 2_001
    assert sum(not line.startswith(("#", "http://example")) for line in lines) == 2
