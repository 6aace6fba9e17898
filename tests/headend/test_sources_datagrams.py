"""Datagrams taken in batches arrive whole and in order, whatever their size."""

from __future__ import annotations

import random
import socket
from typing import TYPE_CHECKING

import pytest

from rightcast.headend.sources.datagrams import MOST_AT_ONCE, USUAL_BYTES, Batch, batch_of

if TYPE_CHECKING:
    from collections.abc import Iterator

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    """A bound receiving socket, and one that sends to it."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiving,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending,
    ):
        receiving.bind(("127.0.0.1", 0))
        receiving.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        receiving.setblocking(False)
        sending.connect(receiving.getsockname())
        yield receiving, sending


def _send(pair: Pair, sizes: list[int]) -> list[bytes]:
    sent = [random.Random(index).randbytes(size) for index, size in enumerate(sizes)]
    for data in sent:
        pair[1].send(data)
    return sent


def test_nothing_there_is_nothing(pair: Pair) -> None:
    assert Batch(USUAL_BYTES).receive(pair[0].fileno()) == (0, b"", 0)


def test_datagrams_of_the_expected_size_come_joined(pair: Pair) -> None:
    sent = _send(pair, [USUAL_BYTES] * 40)
    assert Batch(USUAL_BYTES).receive(pair[0].fileno()) == (40, b"".join(sent), USUAL_BYTES)


def test_longer_and_shorter_ones_come_whole_and_in_order(pair: Pair) -> None:
    sent = _send(pair, [188, USUAL_BYTES, 1, 9_000, 60_000, USUAL_BYTES + 1, USUAL_BYTES - 1])
    assert Batch(USUAL_BYTES).receive(pair[0].fileno()) == (7, b"".join(sent), 0)


def test_another_size_of_all_is_told_so_that_room_can_be_made_for_it(pair: Pair) -> None:
    sent = _send(pair, [1_128] * 5)
    count, data, size = Batch(USUAL_BYTES).receive(pair[0].fileno())
    assert (count, data, size) == (5, b"".join(sent), 1_128)
    again = _send(pair, [1_128] * 5)
    assert batch_of(size).receive(pair[0].fileno()) == (5, b"".join(again), 1_128)


def test_more_than_fit_a_batch_wait_for_the_next(pair: Pair) -> None:
    sent = _send(pair, [USUAL_BYTES] * (MOST_AT_ONCE + 3))
    batch = Batch(USUAL_BYTES)
    first, second = batch.receive(pair[0].fileno()), batch.receive(pair[0].fileno())
    assert (first[0], second[0]) == (MOST_AT_ONCE, 3)
    assert first[1] + second[1] == b"".join(sent)


def test_an_empty_datagram_is_passed_over(pair: Pair) -> None:
    sent = _send(pair, [USUAL_BYTES, 0, USUAL_BYTES])
    assert Batch(USUAL_BYTES).receive(pair[0].fileno()) == (3, b"".join(sent), 0)


def test_a_closed_socket_gives_nothing() -> None:
    assert Batch(USUAL_BYTES).receive(-1) == (0, b"", 0)
