"""The HTTP server itself: strict with garbage, patient with slow senders, orderly with everybody."""

from __future__ import annotations

import asyncio
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.edge.http_message import byte_range
from rightcast.edge.http_reader import RequestReader
from tests.edge.station import TestStation, eventually

_CHUNKED = b"POST /player_api.php HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"\x16\x03\x01\x02\x00garbage\r\n\r\n", b"400"),
        (b"GET\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nbad header\r\n\r\n", b"400"),
        (b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", b"414"),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * 20_000 + b"\r\n\r\n", b"431"),
        (b"POST / HTTP/1.1\r\nContent-Length: 70000\r\n\r\n" + b"a" * 70_000, b"413"),
        (b"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", b"413"),
        (_CHUNKED + b"0\r\n" + b"".join(b"X-%d: %b\r\n" % (n, b"a" * 1000) for n in range(20)), b"431"),
        (b"BREW / HTTP/1.1\r\nHost: x\r\n\r\n", b"400"),
        (b"DELETE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"405"),
    ],
)
async def test_what_cannot_be_answered_gets_one_clear_status_and_the_end(
    station: TestStation, sent: bytes, status: bytes
) -> None:
    client = await station.connect()
    client.writer.write(sent)
    first = await asyncio.wait_for(client.reader.readline(), 3)
    assert first.split()[1] == status
    assert await client.ended()
    client.close()
    assert (await station.get("/healthz")).status == 200


async def test_a_request_may_come_letter_by_letter(station: TestStation) -> None:
    client = await station.connect()
    for letter in b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n":
        client.writer.write(bytes([letter]))
        await client.writer.drain()
    assert (await client.reply()).status == 200
    client.close()


async def test_many_requests_in_one_piece_are_answered_in_order(station: TestStation) -> None:
    client = await station.connect()
    client.writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" * 500)
    for _ in range(500):
        assert (await client.reply()).body == b"ok\n"
    client.close()


async def test_a_chunked_form_is_understood(station: TestStation) -> None:
    client = await station.connect()
    client.writer.write(
        b"POST /player_api.php HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"d\r\nusername=anna\r\n10\r\n&password=sesame\r\n0\r\n\r\n"
    )
    assert (await client.reply()).json()["user_info"]["auth"] == 1
    client.close()


def test_a_body_in_very_many_chunks_costs_no_more_than_its_bytes() -> None:
    reader = RequestReader()
    reader.feed(memoryview(_CHUNKED))
    begun = time.process_time()
    for _ in range(60):
        reader.feed(memoryview(b"1\r\na\r\n" * 1000))
    assert time.process_time() - begun < 2.0
    assert len(reader.feed(memoryview(b"0\r\n\r\n"))[0].body) == 60_000


def test_trailers_do_not_become_headers() -> None:
    reader = RequestReader()
    (request,) = reader.feed(memoryview(_CHUNKED + b"1\r\na\r\n0\r\nRange: bytes=0-1\r\n\r\n"))
    assert b"range" not in request.headers


async def test_an_http_1_0_request_is_answered_and_closed(station: TestStation) -> None:
    client = await station.connect()
    client.writer.write(b"GET /get.php?username=anna&password=sesame HTTP/1.0\r\n\r\n")
    _, headers = await client.head()
    assert headers["connection"] == "close"
    assert "transfer-encoding" not in headers
    assert b"#EXTM3U" in await asyncio.wait_for(client.reader.read(), 3)
    client.close()


async def test_every_answer_may_be_read_by_pages_of_other_sites(station: TestStation) -> None:
    for path in ("/", "/nothing", "/player_api.php", "/live/a/b/1.ts"):
        assert (await station.get(path)).headers["access-control-allow-origin"] == "*"
    preflight = await station.get("/live/a/b/1.m3u8", method="OPTIONS")
    assert preflight.status == 204
    assert "Range" in preflight.headers["access-control-allow-headers"]


async def test_a_slow_head_and_an_idle_connection_are_ended(station: TestStation) -> None:
    slow = await station.connect()
    slow.writer.write(b"GET / HTT")
    idle = await station.connect()
    assert (await idle.ask("/healthz")).status == 200
    await eventually(lambda: len(station.edge.listener.connections) == 2)
    for connection in station.edge.listener.connections:
        connection.deadline = 0
    station.edge.listener.sweep()
    assert b"408" in await asyncio.wait_for(slow.reader.readline(), 3)
    assert await idle.ended()
    slow.close()
    await eventually(lambda: not station.edge.listener.connections)


async def test_the_request_is_finished_although_the_viewer_has_said_all(station: TestStation) -> None:
    client = await station.connect()
    client.send("/player_api.php?username=anna&password=sesame")
    client.writer.write_eof()
    assert (await client.reply()).status == 200
    client.close()


@given(st.text(max_size=40), st.integers(1, 1 << 40))
def test_any_range_header_is_a_range_inside_or_none_or_unsatisfiable(header: str, size: int) -> None:
    for text in (header, f"bytes={header}"):
        try:
            found = byte_range(text, size)
        except ValueError:
            continue
        if found is not None:
            start, length = found
            assert 0 <= start < size
            assert 0 < length <= size - start
