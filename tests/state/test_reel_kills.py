"""A writer that is killed at any moment leaves an index that agrees with the files, before and after the repair."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from contextlib import closing
from itertools import count
from typing import TYPE_CHECKING

from rightcast.state.archive.records import FILE_S, NewSegment
from rightcast.state.archive.reel import ReelReader, ReelWriter

if TYPE_CHECKING:
    from pathlib import Path

    from rightcast.state.archive.reel import Kept

KILLS = 30
BEGIN = 3_000_000.0 * FILE_S


def data_of(sequence: int) -> bytes:
    """Another size and content for each."""
    return sequence.to_bytes(4, "big") * (47 * (1 + sequence * 7 % 300))


def write_for_ever(folder: Path, slot: Path) -> None:
    """Stage one to three segments, commit, now and then durably or forgetting the oldest file."""
    reel = ReelWriter(folder)
    first = reel.newest.sequence + 1 if reel.newest is not None else 0
    for sequence in count(first):
        slot.write_bytes(data_of(sequence) + b"left from a longer one" * 100)
        source = os.open(slot, os.O_RDONLY)
        segment = NewSegment(start=BEGIN + sequence * 10, duration=10.0, sequence=sequence)
        reel.stage(source, len(data_of(sequence)), segment, new_epoch=sequence == first)
        os.close(source)
        if sequence % 3 != 1:
            reel.commit(durable=sequence % 20 == 0)
        if sequence % 60 == 50 and len(reel.files()) > 3:
            reel.forget(reel.files()[:1])


def test_thirty_kills_leave_every_segment_whole_and_in_order(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    moments = random.Random(20260801)
    cut = grown = 0
    for _ in range(KILLS):
        before = newest(tmp_path / "reel")
        child = context.Process(target=write_for_ever, args=(tmp_path / "reel", tmp_path / "slot"), daemon=True)
        child.start()
        until_written(tmp_path / "reel", before)
        time.sleep(moments.uniform(0, 0.03))  # not a wait: the moment of death
        assert child.pid is not None
        os.kill(child.pid, signal.SIGKILL)
        child.join(10)
        check_bytes(tmp_path / "reel")
        with closing(ReelWriter(tmp_path / "reel")) as reel:
            assert reel.repaired.lost_segments == 0
            cut += reel.repaired.cut_bytes > 0
            sizes = {one.file: one.bytes for one in reel.files()}
        assert sizes == {int(path.stem): path.stat().st_size for path in (tmp_path / "reel").glob("*.ts")}
        grown += newest(tmp_path / "reel") > before
    assert cut > 0, "no kill came at a moment that matters"
    assert grown == KILLS


def newest(folder: Path) -> int:
    if not (folder / "index.sqlite3").exists():
        return -1
    with closing(ReelReader(folder)) as reel:
        return max((one.sequence for one in reel.after(0, 1_000_000)), default=-1)


def until_written(folder: Path, before: int) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            if newest(folder) > before:
                return
        except Exception:  # noqa: BLE001 - the index is being made by the other process
            pass
        assert time.monotonic() < deadline, "the child writes nothing"
        time.sleep(0.002)


def check_bytes(folder: Path) -> None:
    """All that the index tells is there as it was sent, each once."""
    with closing(ReelReader(folder)) as reel:
        kept = reel.after(0, 1_000_000)
        found = [one.sequence for one in kept]
        assert found == [*range(found[0], found[-1] + 1)]
        for one in kept:
            assert read(reel, one) == data_of(one.sequence)


def read(reel: ReelReader, kept: Kept) -> bytes:
    descriptor = reel.open_file(kept.file)
    assert descriptor is not None
    try:
        return os.pread(descriptor, kept.size, kept.offset)
    finally:
        os.close(descriptor)
