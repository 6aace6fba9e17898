"""Room under caps at several edges: exact on one store, and elsewhere off by what was not heard yet, no more."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from rightcast.contract.catalogue import Kind
from rightcast.contract.reports import EdgeReport, SessionReport
from rightcast.domain.bounds import Broken
from rightcast.domain.lineup import Station
from rightcast.domain.rights import Bounds, CarriageRight, Instrument, RightStatus
from rightcast.edge.identity import Player
from rightcast.edge.room import Room
from rightcast.state.reports import FileReports
from rightcast.state.sessions import Lease
from rightcast.state.sessions_file import FileSessions
from rightcast.state.sessions_memory import MemorySessions
from tests.edge.station import LONG_AGO
from tests.edge.test_bounds import bound

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.edge.station import TestStation

NOW = 1000.0


def right(number: int = 5, **bounds: int) -> CarriageRight:
    return CarriageRight(
        id=number, reference=f"R-{number}", licensor="us", instrument=Instrument.CONTRACT, status=RightStatus.ACTIVE,
        channel_ids=(1,), territories=("IT",), starts=LONG_AGO, bounds=Bounds(**bounds),
    )  # fmt: skip


def replica_of(*rights: CarriageRight) -> Any:
    return SimpleNamespace(rights={one.id: one for one in rights}, station=Station())


def report(edge: int, standing: Sequence[tuple[str, int]], at: float = NOW) -> EdgeReport:
    sessions = [
        SessionReport(
            sid=sid, line_id=line, line="l", channel_id=1, kind="ts", address="", player="", opened=at, right_id=5
        )
        for sid, line in standing
    ]
    return EdgeReport(
        edge=edge, pid=1, at=at, started=at, version="", revision=1, heard=at, sessions=sessions, refusals={},
        recent_refusals=[],
    )  # fmt: skip


def room(*rights: CarriageRight, now: float = NOW) -> Room:
    return Room(replica_of(*rights), MemorySessions(), lambda: now, beside=(0, 1))


def test_what_other_edges_last_said_counts_until_they_would_open_nothing_themselves(tmp_path: Path) -> None:
    reports = FileReports(tmp_path)
    reports.put("edge-7", report(7, [("e7.a", 1), ("e7.b", 2)]))
    reports.put("edge-1", report(1, [("e1.a", 1)]))
    one = room(right(total=3))
    one.hear(reports)
    found = one.caps(5, 1)
    assert (found.line_elsewhere, found.elsewhere) == (1, 2)
    assert one.caps(5, 1, sid="e7.a").elsewhere == 1
    late = room(right(total=3), now=NOW + Station().replica_max_age_s)
    late.hear(reports)
    assert late.caps(5, 1).elsewhere == 0


def test_an_edge_whose_report_is_gone_counts_as_it_was_last_heard(tmp_path: Path) -> None:
    reports = FileReports(tmp_path)
    reports.put("edge-7", report(7, [("e7.a", 1)]))
    one = room(right(total=1))
    one.hear(reports)
    (tmp_path / "edge-7.json").unlink()
    one.hear(reports)
    line: Any = SimpleNamespace(id=2)
    assert one.full([right(total=1)], line, Player("a", "tv")) == {5: Broken.FULL}


def test_a_right_that_turned_out_to_be_full_is_left_aside_for_that_player() -> None:
    line: Any = SimpleNamespace(id=2)
    assert room(right()).full([right()], line, Player("a", "tv", without=((5, Broken.FULL),))) == {5: Broken.FULL}


async def test_a_race_for_the_last_place_falls_back_on_another_right_or_is_refused(station: TestStation) -> None:
    """Another edge's lease comes between decision and lease: the store has the last word."""
    await bound(station, Bounds(total=1))
    admission, room = station.edge.admission, station.edge.room
    room.full = lambda _rights, _line, player: dict(player.without)  # type: ignore[method-assign]
    other = Lease(
        sid="e9.x", line_id=9, channel_id=1, device="x", kind="ts", opened=admission.now(),
        expires=admission.now() + 60, right_id=5,
    )  # fmt: skip
    await station.edge.sessions.acquire(other, limit=1, now=admission.now())
    refused = await admission.open_ts(station.line, 1, Player("127.0.0.1", "tv"))
    assert getattr(refused, "reason", None) == "right-full"
    second = replace(station.right, id=6, reference="R-6")
    revision = station.publish(Kind.RIGHT, 6, second)
    while station.edge.replica.revision < revision:
        await asyncio.sleep(0.005)
    granted = await admission.open_ts(station.line, 1, Player("127.0.0.1", "tv"))
    assert getattr(granted, "right_id", None) == 6
    assert station.edge.sessions.standing(6, 1, now=admission.now()) == (1, 1)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4)), max_size=60), st.integers(1, 6), st.integers(1, 8))
def test_edges_on_two_stores_exceed_a_cap_by_no_more_than_one_of_them_took_unheard(
    asks: list[tuple[int, int]], total: int, every: int
) -> None:
    """Edges 0 and 1 share a store, 2 and 3 another. Every so many requests all hear each other."""
    stores = [MemorySessions(), MemorySessions()]
    capped = right(total=total)
    rooms = [
        Room(replica_of(capped), stores[one // 2], lambda: NOW, range(one // 2 * 2, one // 2 * 2 + 2))
        for one in range(4)
    ]
    standing: list[list[tuple[str, int]]] = [[] for _ in rooms]
    unheard = [0, 0]
    worst = 0
    for number, (edge, line) in enumerate(asks):
        if number % every == 0:
            told = cast("Any", SimpleNamespace(fetch=lambda _p, _k: _told(standing)))
            for one in rooms:
                one._heard.clear()
                one.hear(told)
            unheard = [0, 0]
        wanted = Lease(
            sid=f"e{edge}.{number}", line_id=line, channel_id=number, device=str(number), kind="ts", opened=NOW,
            expires=NOW + 60, right_id=5,
        )  # fmt: skip
        caps = rooms[edge].caps(5, line)
        if isinstance(asyncio.run(stores[edge // 2].acquire(wanted, limit=99, now=NOW, caps=caps)), Lease):
            standing[edge].append((wanted.sid, line))
            unheard[edge // 2] += 1
            worst = max(worst, min(unheard))
        assert sum(map(len, standing)) <= total + worst


def _told(standing: list[list[tuple[str, int]]]) -> list[EdgeReport]:
    return [report(edge, found) for edge, found in enumerate(standing)]


async def test_edges_of_one_machine_never_exceed_a_cap_together(tmp_path: Path) -> None:
    stores = [FileSessions(tmp_path / "s.sqlite3") for _ in range(3)]
    caps = room(right(total=4)).caps(5, 1)
    wanted = [
        Lease(
            sid=f"e{n % 3}.{n}", line_id=n, channel_id=1, device="d", kind="ts", opened=NOW, expires=NOW + 60,
            right_id=5,
        )
        for n in range(12)
    ]  # fmt: skip
    found = await asyncio.gather(
        *(stores[n % 3].acquire(one, limit=1, now=NOW, caps=caps) for n, one in enumerate(wanted))
    )
    assert sum(isinstance(one, Lease) for one in found) == 4
