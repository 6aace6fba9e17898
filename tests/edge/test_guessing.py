"""Guessing is slowed by address, network and name; a viewer who is known there is never locked out by others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.edge.guessing import ACQUAINTED, ADDRESS, NAME, NETWORK, Guessing, network_of


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def guessing(clock: Clock) -> Guessing:
    return Guessing(clock)


def test_an_address_that_guesses_is_slowed_and_forgiven_with_time(guessing: Guessing, clock: Clock) -> None:
    for attempt in range(ADDRESS.burst):
        assert guessing.allows(f"name{attempt}", "192.0.2.1")
        guessing.failed(f"name{attempt}", "192.0.2.1")
    assert not guessing.allows("anybody", "192.0.2.1")
    assert guessing.allows("anybody", "192.0.2.2")
    clock.now += ADDRESS.every_s
    assert guessing.allows("anybody", "192.0.2.1")


def test_a_network_that_guesses_from_many_addresses_is_slowed(guessing: Guessing) -> None:
    for attempt in range(NETWORK.burst):
        guessing.failed(f"name{attempt}", f"192.0.2.{attempt % 250}")
    assert not guessing.allows("anybody", "192.0.2.251")
    assert guessing.allows("anybody", "198.51.100.1")


def test_a_name_that_is_guessed_from_everywhere_is_slowed(guessing: Guessing) -> None:
    for attempt in range(NAME.burst):
        guessing.failed("anna", f"10.{attempt}.0.1")
    assert not guessing.allows("anna", "203.0.113.9")
    assert guessing.allows("berta", "203.0.113.9")


def test_who_came_in_before_is_not_locked_out_by_others(guessing: Guessing) -> None:
    guessing.succeeded("anna", "192.0.2.7")
    for attempt in range(500):
        guessing.failed("anna", f"10.{attempt % 250}.0.1")
        guessing.failed(f"name{attempt}", "192.0.2.7")
    assert guessing.allows("anna", "192.0.2.7")
    assert guessing.allows("anna", "192.0.2.200")
    assert not guessing.allows("anna", "203.0.113.9")


def test_even_a_known_place_cannot_guess_without_end(guessing: Guessing, clock: Clock) -> None:
    guessing.succeeded("anna", "192.0.2.7")
    for _ in range(ACQUAINTED.burst):
        guessing.failed("anna", "192.0.2.8")
    assert not guessing.allows("anna", "192.0.2.7")
    clock.now += ACQUAINTED.every_s
    assert guessing.allows("anna", "192.0.2.7")


def test_the_right_secret_forgives_the_wrong_ones_before(guessing: Guessing) -> None:
    guessing.succeeded("anna", "192.0.2.7")
    for _ in range(ACQUAINTED.burst - 1):
        guessing.failed("anna", "192.0.2.7")
    guessing.succeeded("anna", "192.0.2.7")
    guessing.failed("anna", "192.0.2.7")
    assert guessing.allows("anna", "192.0.2.7")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("nonsense", "nonsense"),
    ],
)
def test_neighbours_share_a_network(address: str, network: str) -> None:
    assert network_of(address) == network


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3), st.floats(0, 5)), max_size=200))
def test_nobody_gets_more_looks_than_patience_allows(attempts: list[tuple[str, int, float]]) -> None:
    clock = Clock()
    guessing, looked = Guessing(clock), 0
    for name, host, pause in attempts:
        clock.now += pause
        if guessing.allows(name, f"192.0.2.{host}"):
            guessing.failed(name, f"192.0.2.{host}")
            looked += 1
    assert looked <= NETWORK.burst + (clock.now - 1000) / NETWORK.every_s + 1
