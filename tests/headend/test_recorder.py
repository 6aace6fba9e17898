"""Takes: from the channel's reel what has passed, from the ring what comes; over deaths, each with bytes of its own."""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from rightcast.contract.catalogue import Change, Kind
from rightcast.contract.reports import RecorderReport, TakeReport
from rightcast.contract.ring import Opened
from rightcast.contract.station import StationSettings
from rightcast.domain.recordings import Take
from rightcast.domain.rights import CarriageRight, Copies, Instrument, Later, RightStatus
from rightcast.headend.archive.segments import Segment
from rightcast.headend.recorder import keeper as keeper_room
from rightcast.headend.recorder.keeper import SETTLE_S, TakeKeeper
from rightcast.headend.recorder.orders import Orders
from rightcast.headend.recorder.recorder import Recorder
from rightcast.state.archive.reel import ReelReader, channel_reel, take_reel
from rightcast.state.archive.reel_writer import ReelWriter
from rightcast.state.feed import FileFeed
from rightcast.state.reports import FileReports

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

T0 = 1_780_000_000
TAKE = Take(id=7, channel_id=1, start=T0, stop=T0 + 20)
RIGHT = CarriageRight(
    id=5,
    reference="R",
    licensor="us",
    instrument=Instrument.OWN_PRODUCTION,
    status=RightStatus.ACTIVE,
    channel_ids=(1,),
    territories=("IT",),
    starts=datetime(2020, 1, 1, tzinfo=UTC),
    later=Later(recordings=Copies.PRIVATE),
)


class Desk:
    """A keeper of takes, and a ring of two-second segments beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "archive"
        self.keeper = TakeKeeper(self.root)

    def segment(self, sequence: int) -> Segment:
        path = self.folder / f"{sequence}.ts"
        path.write_bytes(self.data(sequence))
        opened = Opened(
            channel=1,
            sequence=sequence,
            slot=0,
            epoch=1,
            time=sequence * 180_000,
            wall=T0 + 2.0 * sequence,
            psi_bytes=0,
        )
        return Segment(channel_id=1, path=path, opened=opened, parts=(), size=1880, duration=2.0)

    def data(self, sequence: int) -> bytes:
        return bytes([0x47, sequence & 255]) * 940

    def bring(self, *sequences: int) -> None:
        for sequence in sequences:
            segment = self.segment(sequence)
            source = os.open(segment.path, os.O_RDONLY)
            self.keeper.keep(segment, source)
            os.close(source)

    def follow(self, now: float, *takes: Take) -> None:
        self.keeper.follow({one.id: one for one in takes}, now)
        self.keeper.turn(now)

    def archive(self, *sequences: int) -> None:
        """The channel's own reel has these."""
        with closing(ReelWriter(channel_reel(self.root, 1))) as reel:
            for sequence in sequences:
                segment = self.segment(sequence)
                source = os.open(segment.path, os.O_RDONLY)
                reel.stage(source, segment.size, segment.to_keep, new_epoch=False)
                os.close(source)
            reel.commit()

    def kept(self, take_id: int = 7) -> list[int]:
        """Sequences on a take's reel, in order, their bytes compared."""
        with closing(ReelReader(take_reel(self.root, take_id))) as reel:
            found = reel.after(0, 1000)
            for one in found:
                descriptor = reel.open_file(one.file)
                assert descriptor is not None
                assert os.pread(descriptor, one.size, one.offset) == self.data(one.sequence)
                os.close(descriptor)
            return [one.sequence for one in found]

    def told(self, take_id: int = 7) -> TakeReport:
        return next(one for one in self.keeper.told if one.id == take_id)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.keeper.close()


def test_only_what_lies_in_its_time_is_taken(desk: Desk) -> None:
    desk.follow(T0, TAKE)
    desk.bring(*range(-2, 12))
    desk.follow(T0 + 20 + SETTLE_S, TAKE)
    assert desk.kept() == [*range(10)]
    assert (desk.told().over, desk.told().spans) == (True, [(T0, T0 + 20)])
    assert desk.told().size_bytes == 10 * 1880


def test_a_late_order_takes_what_the_channels_reel_has(desk: Desk) -> None:
    desk.archive(*range(6))
    desk.follow(T0 + 12, TAKE)
    desk.bring(*range(4, 10))  # the ring still has some of the same
    desk.follow(T0 + 20 + SETTLE_S, TAKE)
    assert desk.kept() == [*range(10)]


def test_a_take_of_the_past_comes_from_the_reel_alone(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper_room, "FILL_AT_ONCE", 3)
    desk.archive(*range(-3, 14))
    for _ in range(5):
        desk.follow(T0 + 100, TAKE)
    assert desk.kept() == [*range(10)]
    assert desk.told().over


def test_what_lies_in_a_store_is_waited_for_and_not_for_ever(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.archive(*range(6))
    with monkeypatch.context() as away:
        away.setattr(ReelReader, "open_file", lambda *_: None)
        desk.follow(T0 + 12, TAKE)
        desk.follow(T0 + 40, TAKE)
        assert not desk.told().over
    desk.follow(T0 + 41, TAKE)
    assert desk.kept() == [*range(6)]
    other = replace(TAKE, id=8)
    monkeypatch.setattr(ReelReader, "open_file", lambda *_: None)
    for moment in (50, 100, 300):
        desk.follow(T0 + moment, other)
    assert desk.told(8).over


def test_two_private_copies_have_bytes_of_their_own(desk: Desk) -> None:
    other = replace(TAKE, id=8)
    desk.follow(T0, TAKE, other)
    desk.bring(0, 1)
    desk.follow(T0 + 4, TAKE, other)
    assert desk.kept(7) == desk.kept(8) == [0, 1]
    one, two = (next(take_reel(desk.root, number).glob("*.ts")).stat() for number in (7, 8))
    assert one.st_ino != two.st_ino
    assert one.st_size == two.st_size == 2 * 1880


def test_takes_of_an_earlier_process_count_until_they_are_deleted(desk: Desk, tmp_path: Path) -> None:
    other = replace(TAKE, id=8)
    desk.follow(T0, TAKE, other)
    desk.bring(0, 1)
    desk.follow(T0 + 4, TAKE, other)
    assert desk.keeper.held_bytes == 4 * 1880
    again = Desk(tmp_path)
    assert again.keeper.held_bytes == 4 * 1880
    again.follow(T0 + 6, TAKE)
    again.bring(2)
    again.follow(T0 + 7, TAKE)
    assert again.keeper.held_bytes == 5 * 1880
    again.keeper.delete(8)
    again.follow(T0 + 8, TAKE)
    assert again.keeper.held_bytes == 3 * 1880
    again.keeper.close()


def test_after_a_death_it_goes_on_with_what_the_reel_has_in_between(desk: Desk, tmp_path: Path) -> None:
    desk.follow(T0, TAKE)
    desk.bring(0, 1, 2)
    desk.follow(T0 + 6, TAKE)
    desk.bring(3)  # staged, never committed
    desk.archive(*range(7))
    again = Desk(tmp_path)
    again.follow(T0 + 14, TAKE)
    again.bring(7, 8, 9)
    again.follow(T0 + 20 + SETTLE_S, TAKE)
    assert again.kept() == [*range(10)]
    assert again.told().spans == [(T0, T0 + 20)]
    again.keeper.close()


def test_a_gap_is_in_the_spans_and_begins_an_epoch(desk: Desk) -> None:
    desk.follow(T0, TAKE)
    desk.bring(0, 1, 2, 6, 7, 8, 9)
    desk.follow(T0 + 20 + SETTLE_S, TAKE)
    assert desk.told().spans == [(T0, T0 + 6), (T0 + 12, T0 + 20)]
    with closing(ReelReader(take_reel(desk.root, 7))) as reel:
        assert [one.epoch for one in reel.after(0)] == [1, 1, 1, 2, 2, 2, 2]


def test_the_slate_is_no_picture_of_the_channel(desk: Desk) -> None:
    desk.follow(T0, TAKE)
    desk.bring(0, 1, 2)
    desk.keeper.follow({7: TAKE}, T0 + 10, {1: T0 + 6.0})
    desk.bring(3, 4, 5)
    desk.keeper.turn(T0 + 12)
    desk.follow(T0 + 12, TAKE)
    desk.bring(6, 7, 8, 9)
    desk.follow(T0 + 13, TAKE)
    again = Desk(desk.folder)
    again.follow(T0 + 20 + SETTLE_S, TAKE)
    assert again.told().spans == [(T0, T0 + 6), (T0 + 12, T0 + 20)]
    assert again.kept() == [*range(10)]
    again.keeper.close()


def test_what_was_overwritten_while_it_was_copied_is_taken_back(desk: Desk) -> None:
    desk.follow(T0, TAKE)
    desk.bring(0, 1)
    desk.keeper.spoil(desk.segment(1))
    desk.follow(T0 + 4, TAKE)
    assert desk.kept() == [0]
    assert desk.told().spans == [(T0, T0 + 2)]


def test_a_full_disk_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.follow(T0, TAKE)
    monkeypatch.setattr(keeper_room, "LEAST_FREE_BYTES", 1 << 60)
    desk.bring(0)
    desk.follow(T0 + 2, TAKE)
    assert desk.told().disk_full
    assert desk.kept() == []


def test_a_show_that_runs_longer_goes_on_after_its_end(desk: Desk) -> None:
    desk.follow(T0, TAKE)
    desk.bring(*range(10))
    desk.follow(T0 + 20 + SETTLE_S, TAKE)
    longer = replace(TAKE, stop=T0 + 40)
    desk.archive(*range(16))
    desk.follow(T0 + 33, longer)
    desk.bring(16, 17)
    desk.follow(T0 + 36, longer)
    assert desk.kept() == [*range(18)]
    assert not desk.told().over


def test_deleting_leaves_nothing(desk: Desk) -> None:
    desk.follow(T0, TAKE)
    desk.bring(0)
    desk.follow(T0 + 2, TAKE)
    desk.keeper.delete(7)
    desk.follow(T0 + 3)
    assert not take_reel(desk.root, 7).exists()
    assert desk.told().deleted


class Office:
    """A recorder with a feed and a clock."""

    def __init__(self, folder: Path) -> None:
        self.settings = StationSettings(data=folder / "data", ring=folder / "ring")
        self.feed = FileFeed(self.settings.feed)
        self.orders = Orders(self.feed)
        self.now = float(T0)
        self.recorder = Recorder(self.settings, self.orders, self.feed, clock=lambda: self.now)

    def publish(self, kind: Kind, key: int, record: Take | CarriageRight | None) -> None:
        self.feed.publish([Change(kind, key, record)])

    def turn(self, ahead_s: float = 0.0) -> RecorderReport:
        self.now += ahead_s
        self.orders.refresh()
        self.recorder.turn()
        self.recorder.keeper.turn(self.now)
        self.recorder.turn()
        return FileReports(self.settings.reports).fetch("recorder", RecorderReport)[0]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    made.publish(Kind.RIGHT, 5, RIGHT)
    yield made
    made.recorder.keeper.close()
    made.feed.close()


def test_a_take_is_wanted_shortly_before_its_start_and_not_after_it_is_settled(office: Office) -> None:
    office.publish(Kind.TAKE, 7, replace(TAKE, start=T0 + 100, stop=T0 + 200))
    office.turn()
    assert not office.recorder.keeper.wanted
    office.turn(80)
    assert set(office.recorder.keeper.wanted) == {1}
    office.publish(Kind.TAKE, 7, replace(TAKE, settled=True))
    office.turn()
    assert not office.recorder.keeper.wanted


def test_without_a_right_that_grants_recordings_nothing_is_taken(office: Office) -> None:
    office.publish(Kind.TAKE, 7, TAKE)
    office.turn()
    office.publish(Kind.RIGHT, 5, replace(RIGHT, later=Later(catchup_h=24)))
    report = office.turn(5)
    assert not report.takes[0].over
    report = office.turn(SETTLE_S)
    assert report.takes[0].over
    assert not office.recorder.keeper.wanted


def test_a_take_that_the_feed_took_back_is_deleted_and_told(office: Office) -> None:
    office.publish(Kind.TAKE, 7, TAKE)
    office.turn()
    folder = take_reel(office.settings.archive_root, 7)
    assert folder.exists()
    office.publish(Kind.TAKE, 7, None)
    assert [one.deleted for one in office.turn().takes] == [True]
    assert not folder.exists()


def test_takes_that_the_feed_never_named_are_left_alone_and_counted(office: Office) -> None:
    stranger = take_reel(office.settings.archive_root, 99)
    stranger.mkdir(parents=True)
    assert office.turn().strangers == 1
    assert stranger.exists()
