"""Caps of rights: no store, and no number of edges on one, grants more sessions on a right than it lets stand."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from rightcast.domain.bounds import Broken
from rightcast.state.sessions import HLS, TS, Caps, Lease, Refused, Sessions
from rightcast.state.sessions_file import FileSessions
from rightcast.state.sessions_memory import MemorySessions

CAPS = Caps(per_line=2, total=3)


def lease(sid: str, *, line: int = 1, right: int = 7, device: str = "tv", kind: str = TS, opened: float = 0) -> Lease:
    return Lease(
        sid=sid, line_id=line, channel_id=1, device=device, kind=kind, opened=opened, expires=opened + 60,
        right_id=right,
    )  # fmt: skip


@pytest.fixture(params=["memory", "file"])
def sessions(request: pytest.FixtureRequest, tmp_path: Path) -> Sessions:
    return MemorySessions() if request.param == "memory" else FileSessions(tmp_path / "sessions.sqlite3")


async def take(sessions: Sessions, wanted: Lease, caps: Caps = CAPS) -> Lease | Broken | None:
    found = await sessions.acquire(wanted, limit=9, now=wanted.opened, caps=caps)
    return found.full if isinstance(found, Refused) else found


async def test_a_right_takes_no_more_of_one_line_and_no_more_in_all(sessions: Sessions) -> None:
    for sid, line in (("a.1", 1), ("b.1", 1)):
        assert isinstance(await take(sessions, lease(sid, line=line, device=sid)), Lease)
    assert await take(sessions, lease("a.2", device="x")) is Broken.LINE_FULL
    assert isinstance(await take(sessions, lease("a.3", line=2)), Lease)
    assert await take(sessions, lease("a.4", line=3)) is Broken.FULL
    assert isinstance(await take(sessions, lease("a.5", line=3, right=8)), Lease)
    await sessions.release("b.1")
    assert isinstance(await take(sessions, lease("a.6", line=3)), Lease)


async def test_what_stands_at_edges_elsewhere_counts(sessions: Sessions) -> None:
    assert await take(sessions, lease("a.1"), Caps(total=3, elsewhere=3)) is Broken.FULL
    assert await take(sessions, lease("a.1"), Caps(per_line=1, line_elsewhere=1)) is Broken.LINE_FULL


async def test_a_player_that_zaps_by_playlists_keeps_its_place_and_one_with_a_socket_must_leave_first(
    sessions: Sessions,
) -> None:
    one = Caps(per_line=1)
    await take(sessions, lease("a.1", kind=HLS), one)
    zapped = msgspec.structs.replace(lease("a.2", kind=HLS, opened=9), channel_id=2)
    assert await take(sessions, zapped, one) == zapped
    assert not await sessions.renew("a.1", until=99, now=9)
    await take(sessions, lease("a.3", line=2), one)
    assert await take(sessions, lease("a.4", line=2, opened=9), one) is Broken.LINE_FULL


async def test_a_session_that_stands_on_another_right_now_counts_there(sessions: Sessions) -> None:
    await take(sessions, lease("a.1"))
    await sessions.rest("a.1", 8)
    assert sessions.standing(7, 1, now=0) == (0, 0)
    assert sessions.standing(8, 1, now=0) == (1, 1)
    assert sessions.standing(8, 2, now=0) == (0, 1)
    assert sessions.standing(8, 1, now=0, device="tv") == (0, 0)
    assert sessions.standing(8, 2, now=0, sid="a.1") == (0, 0)
    assert sessions.standing(8, 1, now=60) == (0, 0)


def test_a_file_of_an_older_version_is_begun_anew(tmp_path: Path) -> None:
    store = FileSessions(tmp_path / "s.sqlite3")
    store._base.executescript("DROP TABLE lease; CREATE TABLE lease (sid TEXT); PRAGMA user_version = 0")
    store.close()
    assert FileSessions(tmp_path / "s.sqlite3").standing(7, 1, now=0) == (0, 0)


class Standing(RuleBasedStateMachine):
    """Whatever happens, both stores agree and no cap is ever exceeded."""

    def __init__(self) -> None:
        super().__init__()
        self.stores: list[Sessions] = [MemorySessions(), FileSessions(Path(":memory:"))]
        self.now, self.count = 0.0, 0

    @rule(
        line=st.integers(1, 3), right=st.integers(7, 8), device=st.sampled_from("ab"), kind=st.sampled_from([TS, HLS])
    )
    def open(self, line: int, right: int, device: str, kind: str) -> None:
        self.count += 1
        wanted = lease(f"e.{self.count:04}", line=line, right=right, device=device, kind=kind, opened=self.now)
        wanted = msgspec.structs.replace(wanted, channel_id=self.count)
        first, *others = (asyncio.run(store.acquire(wanted, limit=3, now=self.now, caps=CAPS)) for store in self.stores)
        assert all(one == first for one in others)

    @rule(number=st.integers(1, 20), what=st.sampled_from(["release", "revoke"]))
    def close(self, number: int, what: str) -> None:
        for store in self.stores:
            asyncio.run(getattr(store, what)(f"e.{number:04}"))

    @rule(seconds=st.sampled_from([0.5, 20.0, 61.0]))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @invariant()
    def held(self) -> None:
        for right in (7, 8):
            for line in (1, 2, 3):
                first, *others = (store.standing(right, line, now=self.now) for store in self.stores)
                assert all(one == first for one in others)
                assert first[0] <= CAPS.per_line
                assert first[1] <= CAPS.total


Standing.TestCase.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)
TestStanding = Standing.TestCase
