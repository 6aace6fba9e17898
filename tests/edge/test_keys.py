"""Keys of protected channels: given under a running viewing, refused with it."""

from __future__ import annotations

import base64
import json
import time
from dataclasses import replace

from rightcast.contract.catalogue import Kind
from rightcast.domain.features import Features
from rightcast.domain.protection import Protection, Scheme, period_start
from rightcast.domain.rights import RightStatus
from rightcast.state.content_keys import ContentKeys
from rightcast.state.keys import station_key
from tests.edge.station import Reply, TestStation, eventually
from tests.edge.test_playlists import playlist_path


async def protect(station: TestStation, **settings: object) -> Protection:
    protection = Protection(**{"scheme": Scheme.AES_128, **settings})  # type: ignore[arg-type]  # fields by name
    channel = replace(station.edge.replica.channels[1], features=Features(protection=protection))
    number = station.publish(Kind.CHANNEL, 1, channel)
    await eventually(lambda: station.edge.replica.revision >= number)
    return protection


async def base_of(station: TestStation) -> str:
    return (await playlist_path(station)).rpartition("/")[0] + "/"


def now_period() -> int:
    return period_start(time.time(), 600)


async def licence(station: TestStation, base: str, kids: list[bytes]) -> Reply:
    asked = [base64.urlsafe_b64encode(kid).rstrip(b"=").decode() for kid in kids]
    body = json.dumps({"kids": asked, "type": "temporary"}).encode()
    return await station.get(f"{base}clearkey", method="POST", headers={"Content-Type": "application/json"}, body=body)


async def test_the_key_is_the_one_that_every_edge_derives(station: TestStation) -> None:
    protection = await protect(station)
    await station.on_air(1)
    reply = await station.get(f"{await base_of(station)}{now_period()}.key")
    other_edge = ContentKeys(station_key(station.settings.keys)).at(1, protection, time.time())
    assert other_edge is not None
    assert (reply.status, reply.body) == (200, other_edge.key)
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["access-control-allow-origin"] == "*"
    assert reply.headers["content-type"] == "application/octet-stream"


async def test_keys_beyond_the_periods_beside_this_one_are_refused(station: TestStation) -> None:
    await protect(station)
    await station.on_air(1)
    base = await base_of(station)
    statuses = {step: (await station.get(f"{base}{now_period() + step * 600}.key")).status for step in range(-3, 4)}
    assert statuses == {-3: 403, -2: 403, -1: 200, 0: 200, 1: 200, 2: 403, 3: 403}
    assert (await station.get(f"{base}{now_period() + 1}.key")).status == 403
    assert (await station.get(f"{base}x.key")).status == 404


async def test_a_channel_without_protection_has_no_keys(station: TestStation) -> None:
    await station.on_air(1)
    assert (await station.get(f"{await base_of(station)}{now_period()}.key")).status == 403


async def test_a_takedown_stops_keys_within_two_seconds(station: TestStation) -> None:
    await protect(station)
    await station.on_air(1)
    address = f"{await base_of(station)}{now_period()}.key"
    assert (await station.get(address)).status == 200
    station.publish(Kind.RIGHT, 5, replace(station.right, status=RightStatus.WITHDRAWN))
    began = time.monotonic()
    while (reply := await station.get(address)).status == 200:
        assert time.monotonic() - began < 2.0
    assert (reply.status, reply.headers["x-rightcast-reason"]) == (403, "carriage-right-withdrawn")


async def test_a_token_of_another_channel_gets_no_key(station: TestStation) -> None:
    await protect(station)
    await station.on_air(1)
    base = await base_of(station)
    assert (await station.get(f"{base.removesuffix('1/')}2/{now_period()}.key")).status == 403


async def test_a_clearkey_licence_holds_the_wanted_keys_that_are_in_use(station: TestStation) -> None:
    protection = await protect(station, scheme=Scheme.CENC)
    await station.on_air(1)
    key = station.edge.keys.at(1, time.time())
    assert key is not None
    base = await base_of(station)
    reply = await licence(station, base, [key.kid, b"x" * 16])
    assert reply.status == 200
    found = reply.json()["keys"]
    assert [base64.urlsafe_b64decode(one["k"] + "==") for one in found] == [key.key]
    assert reply.headers["content-type"] == "application/json"
    old = ContentKeys(station_key(station.settings.keys)).at(1, protection, time.time() - 86_400)
    assert old is not None
    assert (await licence(station, base, [old.kid])).status == 403
    broken = await station.get(f"{base}clearkey", method="POST", body=b"kids", headers={"Content-Type": "text/plain"})
    assert broken.status == 400


async def test_the_endless_stream_of_a_protected_channel_is_refused(station: TestStation) -> None:
    await station.on_air(1)
    client = await station.connect()
    assert await client.stream() == 200
    await protect(station)
    assert await client.ended()
    client.close()
    reply = await station.get("/live/anna/sesame/1.ts")
    assert (reply.status, reply.headers["x-rightcast-reason"]) == (403, "encrypted-only")
    assert (await station.get("/live/anna/sesame/1.ts", method="HEAD")).status == 403


async def test_the_operator_may_let_the_clear_stream_through(station: TestStation) -> None:
    await station.on_air(1)
    await protect(station, also_clear_ts=True)
    client = await station.connect()
    assert await client.stream() == 200
    client.close()
