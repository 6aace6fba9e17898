"""Every session leaves a record: when it began and ended, why, and the rights it stood on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rightcast.contract.session_records import EdgeStarted, RefusalCount, SessionRecord, Written, decode_lines
from rightcast.edge.identity import Player
from rightcast.edge.session_log import MOST_COUNTED, SessionLog
from rightcast.edge.viewings import Viewing, Viewings
from rightcast.state.session_spool import SpoolWriter
from tests.edge.station import eventually

if TYPE_CHECKING:
    from tests.edge.station import TestStation


class FakeSpool(SpoolWriter):
    """Keeps in memory; `broken` like a full disk."""

    def __init__(self) -> None:
        super().__init__(Path("/nonexistent"), 0)
        self.written: list[Written] = []
        self.broken = False

    def adopt(self) -> None:
        """Nothing is left."""

    def append(self, records: list[Written]) -> None:
        """Keep them."""
        if self.broken:
            raise OSError(28, "No space left on device")
        self.written.extend(records)


class Log:
    """A log with a clock that a test sets."""

    def __init__(self) -> None:
        self.now = 100.0
        self.spool = FakeSpool()
        self.viewings = Viewings()
        self.log = SessionLog(
            self.spool, 0, self.viewings, whence=lambda _: ("IT", "television"), clock=lambda: self.now
        )

    def viewing(self, sid: str = "e0.a") -> Viewing:
        made = Viewing(
            sid=sid, line_id=1, line_name="anna", channel_id=2, kind="hls", device="d", address="192.0.2.7",
            player="VLC", opened=self.now, right_id=5, until=None, leased_until=self.now + 9, token="t" + sid,
        )  # fmt: skip
        self.viewings.add(made)
        return made

    @property
    def sessions(self) -> list[SessionRecord]:
        return [one for one in self.spool.written if isinstance(one, SessionRecord)]


async def test_a_session_that_ended_says_when_why_and_how_much() -> None:
    log = Log()
    viewing = log.viewing()
    log.now, viewing.bytes_sent = 160.0, 5000
    log.viewings.remove(viewing, "hung_up")
    await log.log.write()
    (one,) = log.sessions
    assert (one.began, one.ended, one.reason, one.bytes_sent) == (100.0, 160.0, "hung_up", 5000)
    assert (one.line, one.address, one.country, one.device_class) == ("anna", "192.0.2.7", "IT", "television")


async def test_it_is_written_when_it_begins_so_that_a_dead_edge_loses_none() -> None:
    log = Log()
    log.viewing()
    await log.log.write()
    assert [one.ended for one in log.sessions] == [0.0]


async def test_each_right_it_stood_on_is_named_with_its_beginning() -> None:
    log = Log()
    viewing = log.viewing()
    log.now = 130.0
    log.viewings.rests_on(viewing, 5)
    log.viewings.rests_on(viewing, 6)
    await log.log.write()
    assert log.sessions[-1].rights == [(5, 100.0), (6, 130.0)]


async def test_a_session_that_comes_back_after_a_pause_is_another_record() -> None:
    log = Log()
    log.viewings.remove(log.viewing(), "stopped")
    log.now = 500.0
    log.viewing()
    await log.log.write()
    assert len({one.id for one in log.sessions}) == 2
    assert {one.sid for one in log.sessions} == {"e0.a"}


async def test_a_full_disk_loses_nothing_once_there_is_room_again() -> None:
    log = Log()
    log.spool.broken = True
    log.viewings.remove(log.viewing("e0.a"), "hung_up")
    await log.log.write()
    log.viewing("e0.b")
    log.spool.broken = False
    await log.log.write()
    assert [one.sid for one in log.sessions] == ["e0.a", "e0.b"]


async def test_refusals_are_counted_by_channel_and_reason() -> None:
    log = Log()
    for _ in range(3):
        log.log.refused(2, "no-right")
    log.log.refused(2, "too-many-sessions")
    log.now = 161.0
    await log.log.write()
    counts = {one.reason: one.count for one in log.spool.written if isinstance(one, RefusalCount)}
    assert counts == {"no-right": 3, "too-many-sessions": 1}


async def test_requests_for_random_channels_fill_no_memory() -> None:
    log = Log()
    for number in range(MOST_COUNTED + 100):
        log.log.refused(number, "unknown-channel")
    log.now = 161.0
    await log.log.write()
    assert len(log.spool.written) == MOST_COUNTED


async def test_an_edge_that_stops_ends_what_runs() -> None:
    log = Log()
    log.viewing()
    log.now = 170.0
    await log.log.close()
    assert [(one.ended, one.reason) for one in log.sessions] == [(170.0, "edge_stopped")]


async def test_an_edge_that_starts_says_so_first() -> None:
    log = Log()
    await log.log.begin([])
    assert log.spool.written == [EdgeStarted(edge=0, at=100.0, alive=100.0)]


async def test_a_running_edge_writes_who_watched_under_which_right(station: TestStation) -> None:
    admission, line = station.edge.admission, station.edge.replica.line(1)
    assert line is not None
    viewing = await admission.open_ts(line, 1, Player("192.0.2.7", "VLC"))
    assert isinstance(viewing, Viewing)
    admission.hang_up(viewing)

    def records() -> list[SessionRecord]:
        lines = [path.read_bytes() for path in station.settings.session_spool.glob("e0-*")]
        return [one for data in lines for one in decode_lines(data)[0] if isinstance(one, SessionRecord)]

    await eventually(lambda: any(one.ended for one in records()))
    assert [(one.line, one.rights[0][0], one.reason) for one in records() if one.ended] == [("anna", 5, "hung_up")]
