"""The short way of the plain playlist: whatever changes what may be seen is seen at the very next request."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import m3u8
from hypothesis import given
from hypothesis import strategies as st

from rightcast.contract.catalogue import Kind
from rightcast.domain.packaging import Packaging
from rightcast.domain.protection import Scheme
from rightcast.domain.rights import RightStatus
from rightcast.edge.http_reader import RequestReader
from tests.edge.station import Client, TestStation, eventually
from tests.edge.test_formats import set_packaging
from tests.edge.test_keys import protect
from tests.edge.test_playlists import playlist_path
from tests.edge.test_signals import start

if TYPE_CHECKING:
    from rightcast.edge.http_message import Request

_PLAYLIST = b"GET /s/t/1/index.m3u8 HTTP/1.1\r\nHost: x\r\n\r\n"
_MESSAGES = (
    _PLAYLIST,
    b"HEAD /s/t/1/index.m3u8?a=b HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /s/t/1/index.m3u8?a=b HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /s/t/1/7.ts HTTP/1.1\r\nHost: x\r\nRange: bytes=0-\r\n\r\n",
    b"GET /s/t/1/index.m3u8 HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n\r\n\r\n",
    b"POST /s/t/1/clearkey HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%b" % (len(_PLAYLIST), _PLAYLIST),
)


async def watching(station: TestStation) -> tuple[Client, str]:
    """A player that has fetched its playlist twice over one connection."""
    station.headend.keep = 12
    await station.on_air(9)
    path = await playlist_path(station)
    client = await station.connect()
    for _ in range(2):
        assert (await client.ask(path)).status == 200
    return client, path


async def test_protection_shows_and_goes_at_the_next_request(station: TestStation) -> None:
    client, path = await watching(station)
    await protect(station)
    assert (await client.ask(path.replace("index.m3u8", "8.ts"))).body != station.headend.data(8)
    assert b"EXT-X-KEY" in (await client.ask(path)).body
    await protect(station, scheme=Scheme.NONE)
    assert b"EXT-X-KEY" not in (await client.ask(path)).body
    client.close()


async def test_a_longer_live_window_shows_at_the_next_request(station: TestStation) -> None:
    client, path = await watching(station)
    assert len(m3u8.loads((await client.ask(path)).body.decode()).segments) == 6
    set_packaging(station, Packaging(window_s=9))
    await eventually(lambda: station.edge.replica.channels[1].packaging.window_s == 9)
    assert len(m3u8.loads((await client.ask(path)).body.decode()).segments) == 9
    client.close()


async def test_a_signal_that_forbids_refuses_the_next_request(station: TestStation) -> None:
    client, path = await watching(station)
    station.headend.mark(start(), time.time())
    await eventually(lambda: len(station.edge.viewings) == 0, 2.0)
    assert (await client.ask(path)).status == 403
    client.close()


async def test_the_end_of_the_right_refuses_the_next_request(station: TestStation) -> None:
    client, path = await watching(station)
    station.publish(Kind.RIGHT, 5, replace(station.right, status=RightStatus.SUSPENDED))
    await eventually(lambda: len(station.edge.viewings) == 0, 2.0)
    assert (await client.ask(path)).status == 403
    assert (await client.ask(path.replace("index.m3u8", "8.ts"))).status == 403
    client.close()


def read(pieces: list[bytes]) -> list[Request]:
    reader = RequestReader()
    return [request for piece in pieces for request in reader.feed(memoryview(piece))]


def test_two_who_send_the_same_bytes_have_a_request_each() -> None:
    first, second = read([_PLAYLIST]), read([_PLAYLIST])
    assert first == second
    assert first[0] is not second[0]


@given(st.lists(st.sampled_from(_MESSAGES), max_size=8), st.lists(st.integers(0, 1000), max_size=6))
def test_requests_that_come_again_are_read_as_if_they_were_new(messages: list[bytes], cuts: list[int]) -> None:
    data = b"".join(messages)
    edges = {0, len(data), *(cut % (len(data) + 1) for cut in cuts)}
    edges.update(found.end() for found in re.finditer(b"\r\n\r\n", data))  # heads and bodies also come by themselves
    ordered = sorted(edges)
    pieces = [data[begin:end] for begin, end in pairwise(ordered)]
    assert read(pieces) == read([data])
