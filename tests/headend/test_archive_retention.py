"""Files go when they are too old, when wish or right shrink, and when the disk is full; what goes is in the ledger."""

from __future__ import annotations

import errno
import os
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from rightcast.contract.ring import Opened
from rightcast.domain.archive import GapCause
from rightcast.domain.retention import GRACE_S, Keeping
from rightcast.headend.archive import channels as room
from rightcast.headend.archive.channels import ChannelKeeper
from rightcast.headend.archive.room import Room
from rightcast.headend.archive.segments import Segment
from rightcast.state.archive.erasures import Erasure, order_erasure
from rightcast.state.archive.ledger import settled
from rightcast.state.archive.reel import ReelReader, channel_reel

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOUR_S = 3600.0
BEGIN = 500_000 * HOUR_S
SIZE = 188 * 10


class Hand:
    """Drives a keeper by hand, as the writing thread does, an hour in six segments."""

    def __init__(self, folder: Path, budget_bytes: int = 0) -> None:
        self.root = folder / "archive"
        self.recorded = 0
        self.keeper = ChannelKeeper(self.root, budget_bytes, beside=lambda: self.recorded)
        self.slot = folder / "slot"
        self.slot.write_bytes(b"x" * SIZE)
        self.sequence = 0

    def follow(self, *channels: int, kept_h: int = 2, retained_h: float | None = None) -> None:
        one = Keeping(
            name="Uno", wished_h=2, granted_h=kept_h, kept_h=kept_h,
            retained_h=kept_h if retained_h is None else retained_h,
        )  # fmt: skip
        self.keeper.follow(dict.fromkeys(channels or (1,), one))

    def segment(self, start: float, channel: int = 1, *, forbidden: bool = False) -> Segment:
        opened = Opened(channel, self.sequence, 0, 0, 0, start)
        self.sequence += 1
        return Segment(
            channel_id=channel, path=self.slot, opened=opened, parts=(), size=SIZE, duration=600.0, forbidden=forbidden
        )

    def put(self, segment: Segment) -> None:
        source = os.open(self.slot, os.O_RDONLY)
        try:
            self.keeper.keep(segment, source)
        finally:
            os.close(source)
        self.keeper.turn(segment.stop)

    def fill(self, hours: float, channel: int = 1, begin: float = BEGIN) -> None:
        for turn in range(round(hours * 6)):
            self.put(self.segment(begin + turn * 600, channel))

    def starts(self, channel: int = 1) -> list[float]:
        with closing(ReelReader(channel_reel(self.root, channel))) as reel:
            return [(one.start - BEGIN) / 600 for one in reel.after(0, 1000)]

    def gaps(self) -> list[tuple[float, float, str]]:
        with closing(ReelReader(channel_reel(self.root, 1))) as reel:
            return [((one.start - BEGIN) / 600, (one.stop - BEGIN) / 600, one.cause) for one in reel.gaps(0, 1e12)]

    def ledger(self) -> list[tuple[int, str, int, int]]:
        return [(one.channel_id, one.cause, one.files, one.bytes) for one in settled(self.root, 0, 1e12)]


@pytest.fixture
def hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hand]:
    """The disk has room for everything."""
    monkeypatch.setattr(room, "measure", lambda _root, budget, used: Room(used, budget or 1 << 40, 1 << 40, 1 << 41))
    hand = Hand(tmp_path)
    yield hand
    hand.keeper.close()


def test_files_go_by_age_within_minutes(hand: Hand) -> None:
    hand.follow()
    hand.fill(4)
    assert hand.starts() == [*range(12, 24)]
    assert sorted(path.suffix for path in channel_reel(hand.root, 1).iterdir()).count(".ts") == 12
    assert [one[:2] for one in hand.ledger()] == [(1, "age")]


def test_a_smaller_right_deletes_after_the_grace_and_says_so(hand: Hand) -> None:
    hand.follow()
    hand.fill(2)
    now = BEGIN + 2 * HOUR_S
    hand.keeper.turn(now + GRACE_S)
    hand.follow(kept_h=1)
    hand.keeper.turn(now + GRACE_S + 5)
    assert len(hand.starts()) == 11
    hand.keeper.turn(now + 2 * GRACE_S + 10)
    assert hand.starts() == [8.0, 9.0, 10.0, 11.0]
    assert (1, "right", 7, 7 * SIZE) in hand.ledger()


def test_a_withdrawn_right_deletes_everything_the_file_being_written_included(hand: Hand) -> None:
    hand.follow()
    hand.fill(1)
    now = BEGIN + HOUR_S
    hand.keeper.turn(now + GRACE_S)
    hand.follow(kept_h=0)
    hand.keeper.turn(now + GRACE_S + 5)
    hand.keeper.turn(now + 2 * GRACE_S + 10)
    assert hand.starts() == []
    assert not [*channel_reel(hand.root, 1).glob("*.ts")]
    hand.follow()
    hand.put(hand.segment(now + 3 * GRACE_S))
    assert len(hand.starts()) == 1


def test_a_suspended_right_keeps_nothing_new_and_deletes_nothing(hand: Hand) -> None:
    hand.follow()
    hand.fill(1)
    hand.follow(kept_h=0, retained_h=2)
    hand.put(hand.segment(BEGIN + HOUR_S))
    hand.keeper.turn(BEGIN + HOUR_S + 2 * GRACE_S)
    assert hand.starts() == [*range(6)]
    hand.follow()
    hand.put(hand.segment(BEGIN + 2 * HOUR_S))
    assert hand.gaps() == [(6, 12, "unwanted")]


def test_the_oldest_of_all_channels_goes_when_the_disk_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "measure", lambda _root, budget, used: Room(used, budget, 1 << 40, 1 << 41))
    hand = Hand(tmp_path, budget_bytes=10 * SIZE)
    hand.follow(1, 2, kept_h=24)
    hand.fill(1, channel=1)
    hand.fill(1, channel=2, begin=BEGIN + 300)
    assert hand.starts(1) == [1, 2, 3, 4, 5]
    assert hand.starts(2) == [1.5, 2.5, 3.5, 4.5, 5.5]
    assert hand.keeper.evicted
    assert {one[:3] for one in hand.ledger()} == {(1, "budget", 1), (2, "budget", 1)}
    hand.keeper.close()


def test_recordings_take_their_room_from_what_channels_may_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "measure", lambda _root, budget, used: Room(used, budget, 1 << 40, 1 << 41))
    hand = Hand(tmp_path, budget_bytes=10 * SIZE)
    hand.follow(kept_h=24)
    hand.recorded = 7 * SIZE
    hand.fill(1)
    assert hand.starts() == [3, 4, 5]
    assert hand.keeper.room.used_bytes == 10 * SIZE
    hand.keeper.close()


def test_what_signals_forbid_is_not_kept_and_a_gap(hand: Hand) -> None:
    hand.follow()
    hand.fill(0.5)
    hand.put(hand.segment(BEGIN + 1800, forbidden=True))
    hand.put(hand.segment(BEGIN + 2400))
    assert hand.starts() == [0, 1, 2, 4]
    assert hand.gaps() == [(3, 4, "signal")]


def test_a_disk_that_cannot_be_written_is_a_gap_and_is_tried_again(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    hand.follow()
    hand.fill(0.5)

    def fail(*_: object) -> None:
        raise OSError(errno.EIO, "the disk is broken")

    with monkeypatch.context() as broken:
        broken.setattr("rightcast.state.archive.reel_writer.os.sendfile", fail)
        with pytest.raises(OSError, match="broken"):
            hand.put(hand.segment(BEGIN + 1800))
    hand.keeper.turn(BEGIN + 2400)
    assert hand.keeper.told[0].detail
    hand.put(hand.segment(BEGIN + 2400))
    assert hand.starts() == [0, 1, 2, 4]
    assert hand.gaps() == [(3, 4, "disk")]


def test_a_segment_that_was_overwritten_while_it_was_copied_is_taken_back(hand: Hand) -> None:
    hand.follow()
    hand.fill(0.5)
    torn = hand.segment(BEGIN + 1800)
    source = os.open(hand.slot, os.O_RDONLY)
    hand.keeper.keep(torn, source)
    os.close(source)
    hand.keeper.spoil(torn)
    hand.keeper.turn(BEGIN + 2400)
    hand.put(hand.segment(BEGIN + 2400))
    assert hand.starts() == [0, 1, 2, 4]
    assert hand.gaps() == [(3, 4, GapCause.SLOW)]


def test_what_an_operator_had_erased_is_gone_and_a_gap(hand: Hand) -> None:
    hand.follow()
    hand.fill(1)
    order_erasure(hand.root, Erasure(channel_id=1, start=BEGIN + 700, stop=BEGIN + 1500))
    order_erasure(hand.root, Erasure(channel_id=7, start=BEGIN, stop=BEGIN + 1500))
    hand.keeper.turn(BEGIN + HOUR_S + 5)
    assert hand.starts() == [0, 3, 4, 5]
    assert hand.gaps() == [(1, 2, "erased"), (2, 3, "erased")]
    assert hand.ledger() == [(1, "asked", 2, 2 * SIZE)]
    hand.keeper.turn(BEGIN + HOUR_S + 10)
    assert hand.ledger() == [(1, "asked", 2, 2 * SIZE)]
