"""Low latency: parts as they come, requests that wait for them, and what is too much to ask."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from rightcast.contract.catalogue import Kind
from rightcast.domain.lineup import LineStatus
from rightcast.formats.isobmff.boxes import walk
from tests.edge.station import Client, TestStation, eventually
from tests.edge.test_formats import base

if TYPE_CHECKING:
    from collections.abc import Awaitable

LIST = "l0-256.m3u8"


async def text(station: TestStation, name: str) -> str:
    reply = await station.get(await base(station) + name)
    assert reply.status == 200, reply
    return reply.body.decode()


async def waits(station: TestStation) -> bool:
    await eventually(lambda: any(viewing.waits for viewing in station.edge.viewings.all()))
    return True


async def asking(station: TestStation, name: str) -> Client:
    client = await station.connect()
    client.send(await base(station) + name)
    await waits(station)
    return client


async def test_the_playlist_lists_parts_and_hints_at_the_next(station: TestStation) -> None:
    await station.on_air(2)
    station.headend.part()
    await eventually(lambda: 2 in station.edge.rings.get(1).segments)
    body = await text(station, LIST)
    assert "#EXT-X-PART-INF:PART-TARGET=0.250" in body
    assert "CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.000" in body
    assert '#EXT-X-PART:DURATION=0.25000,URI="c0-256.1.4.m4s",INDEPENDENT=YES' in body
    assert '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="c0-256.2.1.m4s"' in body
    assert '#EXT-X-RENDITION-REPORT:URI="l0-257.m3u8",LAST-MSN=2,LAST-PART=0' in body


async def test_the_first_part_of_a_segment_has_the_name_that_was_hinted_at(station: TestStation) -> None:
    await station.on_air(2)
    body = await text(station, LIST)
    assert '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="c0-256.1.4.m4s"' in body
    client = await asking(station, "c0-256.1.4.m4s")
    station.headend.part()
    reply = await client.reply()
    assert reply.status == 200
    assert [kind for kind, _, _ in walk(reply.body)][-2:] == [b"moof", b"mdat"]
    client.close()


async def test_parts_together_hold_the_samples_of_their_segment(station: TestStation) -> None:
    await station.on_air(3)
    root = await base(station)
    for pid in (256, 257):
        whole = (await station.get(f"{root}c0-{pid}.2.m4s")).body
        names = [f"c0-{pid}.1.4.m4s", *(f"c0-{pid}.2.{index}.m4s" for index in (1, 2, 3))]
        parts = [(await station.get(root + name)).body for name in names]
        assert media(whole) == b"".join(map(media, parts))


def media(data: bytes) -> bytes:
    return b"".join(data[start:end] for kind, start, end in walk(data) if kind == b"mdat")


@pytest.mark.parametrize("query", ["_HLS_msn=2&_HLS_part=0", "_HLS_msn=1&_HLS_part=4", "_HLS_msn=1&_HLS_part=9"])
async def test_a_reload_waits_for_its_part(station: TestStation, query: str) -> None:
    await station.on_air(2)
    client = await asking(station, f"{LIST}?{query}")
    station.headend.part()
    body = (await client.reply()).body.decode()
    assert 'URI="c0-256.2.1.m4s"' in body
    client.close()


async def test_a_reload_for_a_segment_waits_until_it_is_whole(station: TestStation) -> None:
    await station.on_air(2)
    client = await asking(station, f"{LIST}?_HLS_msn=2")
    station.headend.segment()
    assert "\nc0-256.2.m4s\n" in (await client.reply()).body.decode()
    client.close()


async def test_what_is_there_is_answered_at_once(station: TestStation) -> None:
    await station.on_air(2)
    for query in ("_HLS_msn=0", "_HLS_msn=1&_HLS_part=3", "_HLS_msn=1&_HLS_part=0"):
        assert "#EXTM3U" in await text(station, f"{LIST}?{query}")


@pytest.mark.parametrize(
    "query", ["_HLS_part=1", "_HLS_msn=x", "_HLS_msn=-1", "_HLS_msn=4", "_HLS_msn=1&_HLS_part=x", "_HLS_skip=NO"]
)
async def test_what_nobody_may_ask_is_a_bad_request(station: TestStation, query: str) -> None:
    await station.on_air(2)
    assert (await station.get(f"{await base(station)}{LIST}?{query}")).status == 400


async def test_a_part_further_ahead_than_the_next_is_not_found(station: TestStation) -> None:
    await station.on_air(2)
    root = await base(station)
    for name in ("c0-256.1.5.m4s", "c0-256.2.0.m4s", "c0-256.3.0.m4s"):
        assert (await station.get(root + name)).status == 404


async def ends_at_once(station: TestStation, client: Client, ending: Awaitable[None]) -> None:
    await ending
    reply = await asyncio.wait_for(client.reply(), 2)
    assert reply.status == 403
    assert reply.headers["x-rightcast-reason"] == "line-banned"
    client.close()


@pytest.mark.parametrize("name", [f"{LIST}?_HLS_msn=2&_HLS_part=0", "c0-256.1.4.m4s"])
async def test_who_waits_is_answered_at_once_when_no_longer_allowed(station: TestStation, name: str) -> None:
    await station.on_air(2)
    client = await asking(station, name)

    async def ban() -> None:
        station.publish(Kind.LINE, 1, replace(station.line, status=LineStatus.BANNED))

    await ends_at_once(station, client, ban())


async def test_a_delta_update_leaves_out_what_lies_far_back(station: TestStation) -> None:
    station.headend.keep = 30
    station.edge.rings.get(1).playlist_segments = 20
    await station.on_air(16)
    body = await text(station, f"{LIST}?_HLS_skip=YES")
    assert "#EXT-X-SKIP:SKIPPED-SEGMENTS=10\n" in body
    assert "\nc0-256.10.m4s" in body
    assert "\nc0-256.9.m4s" not in body
    assert "#EXT-X-MEDIA-SEQUENCE:0\n" in body
