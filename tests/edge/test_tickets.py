"""Tickets: what they open, for how long, at every edge of the station, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trials
from hypothesis import strategies as st

from rightcast.contract.catalogue import Kind
from rightcast.domain.lineup import Credential, CredentialKind
from rightcast.edge import tokens
from rightcast.edge.identity import Identified
from rightcast.edge.tickets import OPENING_S, Ticket, Tickets
from tests.edge.test_decisions import applied

if TYPE_CHECKING:
    from tests.edge.station import TestStation

KEY = b"k" * 32


@pytest.fixture
def tickets(station: TestStation) -> Tickets:
    return Tickets(station.edge.replica, KEY, clock=lambda: 1000.0)


def later(station: TestStation, seconds: float, key: bytes = KEY) -> Tickets:
    """Another edge with the same records."""
    return Tickets(station.edge.replica, key, clock=lambda: 1000.0 + seconds)


async def test_a_ticket_opens_at_every_edge_until_it_ends(station: TestStation, tickets: Tickets) -> None:
    text = tickets.give(Identified(station.line), 7)
    assert later(station, OPENING_S - 0.1).take(text) == Ticket(Identified(station.line), 7)
    assert later(station, OPENING_S).take(text) is None
    assert later(station, 0, b"another").take(text) is None


async def test_a_ticket_of_a_device_ends_with_it(station: TestStation, tickets: Tickets) -> None:
    text = tickets.give(Identified(station.line, Credential(id=4, kind=CredentialKind.MAC, handle="m")), 7)
    assert tickets.take(text) is None


async def test_a_ticket_of_a_line_ends_with_it(station: TestStation, tickets: Tickets) -> None:
    text = tickets.give(Identified(station.line), 7)
    await applied(station, station.publish(Kind.LINE, 1, None))
    assert tickets.take(text) is None


async def test_a_session_token_is_no_ticket_and_a_ticket_no_session_token(
    station: TestStation, tickets: Tickets
) -> None:
    claims = tokens.Claims(sid="", line_id=1, channel_id=7, right_id=0, device="", issued=1000, expires=1020)
    assert tickets.take(tokens.sign(KEY, claims)) is None
    assert tokens.verify(KEY, tickets.give(Identified(station.line), 7), now=1000) is None


@trials(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=80), place=st.integers(0, 60))
async def test_no_other_text_is_a_ticket(station: TestStation, tickets: Tickets, text: str, place: int) -> None:
    given_ = tickets.give(Identified(station.line), 7)
    assert tickets.take(text) is None
    changed = given_[:place] + text + given_[place + 1 :]
    assert tickets.take(changed) in {None, tickets.take(given_)}
