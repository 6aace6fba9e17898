"""Leases: one suite over every store."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from rightcast.state.sessions import DOUBLE_OPEN_S, HLS, TS, Lease, Refused, Sessions
from rightcast.state.sessions_file import FileSessions
from rightcast.state.sessions_memory import MemorySessions


def lease(
    sid: str, *, channel: int = 1, device: str = "tv", kind: str = TS, opened: float = 0.0, life: float = 60.0
) -> Lease:
    return Lease(sid=sid, line_id=1, channel_id=channel, device=device, kind=kind, opened=opened, expires=opened + life)


@pytest.fixture(params=["memory", "file"])
def sessions(request: pytest.FixtureRequest, tmp_path: Path) -> Sessions:
    return MemorySessions() if request.param == "memory" else FileSessions(tmp_path / "sessions.sqlite3")


async def test_no_more_leases_than_the_limit(sessions: Sessions) -> None:
    first = lease("a.1", device="one")
    assert await sessions.acquire(first, limit=1, now=0) == first
    refused = await sessions.acquire(lease("a.2", device="two"), limit=1, now=0)
    assert refused == Refused((first,))


async def test_an_expired_lease_frees_its_screen(sessions: Sessions) -> None:
    await sessions.acquire(lease("a.1", device="one", life=10), limit=1, now=0)
    assert isinstance(await sessions.acquire(lease("a.2", device="two", opened=10), limit=1, now=10), Lease)


async def test_a_double_open_shares_the_lease_until_its_last_holder_goes(sessions: Sessions) -> None:
    await sessions.acquire(lease("a.1"), limit=1, now=0)
    again = await sessions.acquire(lease("a.2", opened=DOUBLE_OPEN_S - 1), limit=1, now=4)
    assert isinstance(again, Lease)
    assert again.sid == "a.1"
    await sessions.release("a.1")
    assert len(await sessions.of_line(1, now=4)) == 1
    await sessions.release("a.1")
    assert await sessions.of_line(1, now=4) == []


async def test_a_late_second_open_is_a_screen_of_its_own(sessions: Sessions) -> None:
    await sessions.acquire(lease("a.1"), limit=1, now=0)
    late = lease("a.2", opened=DOUBLE_OPEN_S + 1)
    assert isinstance(await sessions.acquire(late, limit=1, now=late.opened), Refused)


async def test_a_playlist_session_yields_to_its_own_player_zapping(sessions: Sessions) -> None:
    await sessions.acquire(lease("a.1", kind=HLS), limit=1, now=0)
    zapped = lease("a.2", kind=HLS, channel=2)
    assert await sessions.acquire(zapped, limit=1, now=1) == zapped
    assert not await sessions.renew("a.1", until=99, now=1)
    other = lease("a.3", kind=HLS, channel=3, device="another")
    assert isinstance(await sessions.acquire(other, limit=1, now=1), Refused)


async def test_renewal_moves_the_end_and_never_backwards(sessions: Sessions) -> None:
    await sessions.acquire(lease("a.1", life=10), limit=1, now=0)
    assert await sessions.renew("a.1", until=50, now=5)
    assert await sessions.renew("a.1", until=20, now=5)
    assert [one.expires for one in await sessions.of_line(1, now=49)] == [50]
    assert await sessions.of_line(1, now=50) == []
    assert await sessions.renew_all(["a.1", "b.1"], until=99, now=51) == {"a.1", "b.1"}


async def test_an_edge_that_starts_frees_what_it_held_before(sessions: Sessions) -> None:
    for sid in ("e1.x", "e1.y", "e11.z"):
        await sessions.acquire(lease(sid, device=sid), limit=9, now=0)
    await sessions.revoke_edge("e1")
    assert [one.sid for one in await sessions.of_line(1, now=0)] == ["e11.z"]


async def test_two_edges_share_one_file(tmp_path: Path) -> None:
    one, other = FileSessions(tmp_path / "s.sqlite3"), FileSessions(tmp_path / "s.sqlite3")
    await one.acquire(lease("a.1", device="one"), limit=1, now=0)
    assert isinstance(await other.acquire(lease("b.1", device="two"), limit=1, now=0), Refused)


class Leases(RuleBasedStateMachine):
    """Whatever happens, both stores agree and no line ever has more leases than its limit."""

    def __init__(self) -> None:
        super().__init__()
        self.stores: list[Sessions] = [MemorySessions(), FileSessions(Path(":memory:"))]
        self.now = 0.0
        self.count = 0

    @rule(device=st.sampled_from("ab"), channel=st.integers(1, 3), kind=st.sampled_from([TS, HLS]))
    def open(self, device: str, channel: int, kind: str) -> None:
        self.count += 1
        wanted = lease(f"e.{self.count:04}", device=device, channel=channel, kind=kind, opened=self.now, life=10)
        first, second = (asyncio.run(store.acquire(wanted, limit=2, now=self.now)) for store in self.stores)
        assert first == second

    @rule(number=st.integers(1, 20), what=st.sampled_from(["renew", "release", "revoke"]))
    def touch(self, number: int, what: str) -> None:
        sid = f"e.{number:04}"
        for store in self.stores:
            if what == "renew":
                asyncio.run(store.renew(sid, until=self.now + 8, now=self.now))
            else:
                asyncio.run(getattr(store, what)(sid))

    @rule(seconds=st.sampled_from([0.5, 3.0, 9.0]))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @invariant()
    def agreed(self) -> None:
        first, second = (asyncio.run(store.of_line(1, now=self.now)) for store in self.stores)
        assert first == second
        assert len(first) <= 2


Leases.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestLeases = Leases.TestCase
