"""A revocation refuses every token minted before it, wherever it is shown, and nothing that came after it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.contract.catalogue import Kind
from rightcast.domain.errors import InvalidInputError
from rightcast.domain.revocation import Revocation, Revocations
from rightcast.edge.minting import DAY_S, Minter
from rightcast.edge.tokens import CEILING_S, Claims
from rightcast.edge.viewings import Viewing
from tests.edge.test_decisions import applied

if TYPE_CHECKING:
    from tests.edge.station import TestStation

NOW = datetime(2026, 6, 1, tzinfo=UTC)
MIDNIGHT = 20_000.0 * DAY_S


class _Known:
    """As much of a replica as minting asks for."""

    def __init__(self) -> None:
        self.revocations = Revocations()


def minter(known: _Known) -> Minter:
    return Minter(b"k" * 32, known)  # type: ignore[arg-type] - it has what is asked for


def viewing(opened: float, epoch: int = 0) -> Viewing:
    return Viewing(
        sid="e0.x", line_id=1, line_name="anna", channel_id=2, kind="hls", device="d", address="", player="",
        opened=opened, right_id=3, until=None, leased_until=0, epoch=epoch,
    )  # fmt: skip


@given(st.floats(0, 2 * DAY_S), st.floats(0, CEILING_S - 1))
def test_a_token_lives_until_its_ceiling_across_the_change_of_keys(opened: float, age: float) -> None:
    one = minter(_Known())
    token = one.token(viewing(MIDNIGHT + opened), MIDNIGHT + opened)
    found = one.read(token, MIDNIGHT + opened + age)
    assert found is not None
    assert found.sid == "e0.x"
    assert one.read(token, MIDNIGHT + opened + CEILING_S) is None


def test_keys_change_every_day_and_a_key_of_another_day_is_not_taken() -> None:
    one = minter(_Known())
    today, tomorrow = one.token(viewing(MIDNIGHT), MIDNIGHT), one.token(viewing(MIDNIGHT), MIDNIGHT + DAY_S)
    assert today.split(".")[0] != tomorrow.split(".")[0]
    assert today.split(".")[2] != tomorrow.split(".")[2]
    assert one.read(tomorrow, MIDNIGHT) is None
    moved = ".".join([tomorrow.split(".")[0], *today.split(".")[1:]])
    assert one.read(moved, MIDNIGHT + DAY_S) is None


def test_a_revocation_of_the_station_changes_the_keys_at_once() -> None:
    known = _Known()
    one = minter(known)
    before = one.token(viewing(MIDNIGHT), MIDNIGHT)
    known.revocations.put(4, Revocation(id=4, at=NOW))
    assert one.read(before, MIDNIGHT + 1) is None
    assert one.read(one.token(viewing(MIDNIGHT, epoch=4), MIDNIGHT), MIDNIGHT + 1) is not None


@given(st.lists(st.sampled_from(["sid", "line_id", "channel_id", "other"]), max_size=8), st.integers(0, 9))
def test_adding_a_revocation_never_makes_a_void_session_good(scopes: list[str], epoch: int) -> None:
    known = Revocations()
    claims = Claims(sid="a", line_id=1, channel_id=2, right_id=3, device="d", issued=0, expires=9, epoch=epoch)
    void = False
    for number, scope in enumerate(scopes, 1):
        named: dict[str, Any] = {"line_id": 99} if scope == "other" else {scope: "a" if scope == "sid" else 2}
        if scope == "line_id":
            named = {"line_id": 1}
        known.put(number, Revocation(id=number, at=NOW, **named))
        void = void or scope == "sid" or (scope in {"line_id", "channel_id"} and epoch < number)
        assert known.voids(claims) is void


def test_a_revocation_names_one_thing() -> None:
    with pytest.raises(InvalidInputError):
        Revocation(id=1, at=NOW, sid="a", line_id=1).check()


@pytest.mark.parametrize("named", [{"sid": ""}, {"line_id": 1}, {"channel_id": 1}, {}])
async def test_revoked_pictures_stop_and_their_tokens_are_refused_even_after_a_restart(
    station: TestStation, named: dict[str, Any]
) -> None:
    await applied(station, station.publish(Kind.LINE, 1, station.make_line("anna", "sesame", 1, max_sessions=3)))
    await station.on_air()
    playlist = (await station.get("/live/anna/sesame/1.m3u8")).headers["location"]
    assert (await station.get(playlist)).status == 200
    stream = await station.connect()
    assert await stream.stream() == 200
    if "sid" in named:
        named = {"sid": next(one.sid for one in station.edge.viewings.all() if one.kind == "hls")}
    await applied(station, station.publish(Kind.REVOCATION, 3, Revocation(id=3, at=NOW, **named)))
    refused = await station.get(playlist)
    assert refused.status == 403
    if "sid" not in named:
        assert await stream.ended(2.0)
    else:
        assert named["sid"] in {one.sid for one in station.edge.admission.recent}
    stream.close()
    fresh = (await station.get("/live/anna/sesame/1.m3u8")).headers["location"]
    assert (await station.get(fresh)).status == 200
    await station.restart_edge()
    await station.on_air()
    assert (await station.get(playlist)).status == 403
    assert (await station.get(fresh)).status == 200
