"""One takedown, and every way out of an edge is shut within two seconds: what runs stops, what is asked is refused."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from rightcast.contract.catalogue import Kind
from rightcast.domain.protection import Scheme
from rightcast.domain.takedown import Takedown
from tests.edge.station import Client, Reply, TestStation, ago, eventually
from tests.edge.test_decisions import applied
from tests.edge.test_formats import base
from tests.edge.test_keys import base_of, licence, now_period, protect
from tests.edge.test_radio import tuned

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

PROMISED_S = 2.0
PLAIN = ["index.m3u8", "0.ts", "l0-256.m3u8"]
LIVE = ["index.m3u8", "0.ts", "cmaf.m3u8", "c0-256.m3u8", "c0-256.1.m4s", "ll.m3u8", "l0-256.m3u8", "c0-256.1.3.m4s",
        "manifest.mpd"]  # fmt: skip
ENTRANCES = ["1.m3u8", "1.m3u8?format=cmaf", "1.m3u8?format=ll", "1.mpd", "1.ts", "1.aac"]


def takedown(scope: str) -> Takedown:
    """One that makes channel 1 dark for anna, who lives in Italy, by naming what `scope` says."""
    named: dict[str, frozenset[int] | frozenset[str]] = {
        "channel": frozenset({1}),
        "line": frozenset({1}),
        "territory": frozenset({"IT"}),
        "programme": frozenset({1}),
    }
    field = {"channel": "channel_ids", "line": "line_ids", "territory": "territories", "programme": "channel_ids"}
    found = Takedown(id=5, begins=ago(seconds=1), **{field[scope]: named[scope]})  # type: ignore[arg-type] - as named
    if scope == "programme":  # the one that is on air
        return replace(found, shown_from=ago(minutes=20), shown_until=ago(minutes=-20))
    return found


def is_dark(reply: Reply) -> bool:
    return reply.status == 403 and reply.headers.get("x-rightcast-reason") == "taken-down"


async def first_refusal(ask: Callable[[], Awaitable[Reply]]) -> float:
    """Seconds until a request is refused because of a takedown."""
    began = time.monotonic()
    while not is_dark(await ask()):
        assert time.monotonic() - began < 10 * PROMISED_S
    return time.monotonic() - began


@pytest.mark.parametrize("scope", ["channel", "line", "territory", "programme"])
async def test_every_live_output_is_shut(station: TestStation, scope: str) -> None:
    await applied(station, station.publish(Kind.LINE, 1, station.make_line("anna", "sesame", 1, max_sessions=9)))
    await station.on_air(2)
    root = await base(station)
    names = LIVE if scope == "channel" else PLAIN  # a way out is shut by its session, whatever ended that
    for name in names:
        assert (await station.get(root + name)).status == 200, name
    endless = await station.connect()
    assert await endless.stream() == 200
    blocked = await station.connect()
    blocked.send(f"{root}l0-256.m3u8?_HLS_msn=2&_HLS_part=2")
    await eventually(lambda: any(one.waits for one in station.edge.viewings.all()))
    station.publish(Kind.TAKEDOWN, 5, takedown(scope))
    assert await first_refusal(lambda: station.get(f"{root}index.m3u8")) < PROMISED_S
    assert await endless.ended(PROMISED_S)
    assert is_dark(await asyncio.wait_for(blocked.reply(), PROMISED_S))
    blocked.close()
    assert [name for name in names if not is_dark(await station.get(root + name))] == []
    refused = [await station.get(f"/live/anna/sesame/{name}") for name in ENTRANCES]
    assert all(map(is_dark, refused)), [one.status for one in refused]


async def test_who_fetches_a_segment_slowly_gets_no_more_of_it(station: TestStation) -> None:
    nothing = b"\x47\x1f\xff\x10".ljust(188, b"\xff")
    station.headend.source = [station.headend.source[0] + nothing * 80_000]  # more than sockets hold on their way
    await station.on_air(1)
    segment = f"{await base(station)}0.ts"
    slow = await station.connect()
    slow.send(segment)
    status, headers = await slow.head()
    assert status == 200
    await applied(station, station.publish(Kind.TAKEDOWN, 5, takedown("channel")))
    got = await rest(slow)
    assert got < int(headers["content-length"])


async def rest(client: Client) -> int:
    """How many bytes come until the other side ends the answer."""
    count = 0
    try:
        async with asyncio.timeout(10):
            while data := await client.reader.read(1 << 16):
                count += len(data)
    except ConnectionError:
        pass
    return count


async def test_radio_falls_silent(station: TestStation) -> None:
    await station.on_air(3)
    listener, _ = await tuned(station)
    station.publish(Kind.TAKEDOWN, 5, takedown("channel"))
    assert await listener.ended(PROMISED_S)


@pytest.mark.parametrize("scheme", [Scheme.AES_128, Scheme.CENC])
async def test_keys_and_licences_are_refused(station: TestStation, scheme: Scheme) -> None:
    await protect(station, scheme=scheme)
    await station.on_air(1)
    root, key = await base_of(station), station.edge.keys.at(1, time.time())
    assert key is not None

    async def ask() -> Reply:
        return await (
            station.get(f"{root}{now_period()}.key") if scheme is Scheme.AES_128 else licence(station, root, [key.kid])
        )

    assert (await ask()).status == 200
    station.publish(Kind.TAKEDOWN, 5, takedown("channel"))
    assert await first_refusal(ask) < PROMISED_S


async def test_it_ends_by_itself_when_it_expires(station: TestStation) -> None:
    await station.on_air(1)
    until = ago(seconds=-1)
    await applied(station, station.publish(Kind.TAKEDOWN, 5, replace(takedown("channel"), expires=until)))
    reply = await station.get("/live/anna/sesame/1.m3u8")
    assert is_dark(reply) or ago(seconds=0) >= until
    deadline = time.monotonic() + timedelta(seconds=10).total_seconds()
    while is_dark(await station.get("/live/anna/sesame/1.m3u8")):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
    assert ago(seconds=0) >= until
