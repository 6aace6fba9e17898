"""Many datagrams by one call: joined in order and uncut, whatever their sizes."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rightcast.headend.sources.datagrams import AT_ONCE, DatagramReader

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def line() -> Iterator[tuple[socket.socket, socket.socket]]:
    """A socket that sends to another one, which never waits."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiving,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending,
    ):
        receiving.bind(("127.0.0.1", 0))
        receiving.setblocking(False)
        receiving.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        sending.connect(receiving.getsockname())
        yield sending, receiving


def _datagrams(sizes: list[int]) -> list[bytes]:
    return [bytes((place + at) % 251 for at in range(size)) for place, size in enumerate(sizes)]


@given(st.lists(st.sampled_from((0, 1, 188, 1315, 1316, 1317, 1504, 9000)), min_size=1, max_size=12))
@settings(max_examples=60, deadline=None)
def test_datagrams_of_any_sizes_come_whole_and_in_order(
    line: tuple[socket.socket, socket.socket], sizes: list[int]
) -> None:
    sending, receiving = line
    reader = DatagramReader(receiving)
    for _ in range(2):  # the second time with what the first one taught
        sent = _datagrams(sizes)
        for datagram in sent:
            sending.send(datagram)
        assert reader.read() == (b"".join(sent), False)
    assert reader.read() == (b"", False)


def test_more_than_fit_into_one_call_are_announced(line: tuple[socket.socket, socket.socket]) -> None:
    sending, receiving = line
    reader = DatagramReader(receiving)
    for datagram in _datagrams([188] * (AT_ONCE + 3)):
        sending.send(datagram)
    first, more = reader.read()
    assert (len(first), more) == (AT_ONCE * 188, True)
    rest, more = reader.read()
    assert (len(rest), more) == (3 * 188, False)
