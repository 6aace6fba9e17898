"""A line with very many channels: whole answers, one decision per set of rights, others served meanwhile."""

from __future__ import annotations

import asyncio
import gzip
import re
from dataclasses import replace

import pytest

from rightcast.contract.catalogue import Change, Kind
from rightcast.domain.lineup import Channel, ChannelKind, Lineup, LineupEntry
from rightcast.domain.rights import RightStatus
from tests.edge.station import LONG_AGO, TestStation, eventually

MANY = 3000
PLAYLIST = "/get.php?username=anna&password=sesame"
STREAMS = "/player_api.php?username=anna&password=sesame&action=get_live_streams"


async def _publish_many(station: TestStation) -> None:
    everything = range(1, MANY + 1)
    channels = [
        Channel(
            id=key,
            number=key,
            name=f"Channel {key}",
            kind=ChannelKind.TV,
            sources=(),
            added=LONG_AGO,
            guide_id=f"c{key}.test",
        )
        for key in everything
    ]
    entries = tuple(LineupEntry(channel_id=key, number=key, category_id=7, category_name="News") for key in everything)
    station.right = replace(station.right, channel_ids=tuple(everything))
    changes = [Change(Kind.CHANNEL, one.id, one) for one in channels]
    changes.append(Change(Kind.LINEUP, 2, Lineup(id=2, name="All", entries=entries)))
    latest = station.feed.publish([*changes, Change(Kind.RIGHT, 5, station.right)])
    await eventually(lambda: station.edge.replica.revision == latest)


async def _listed(station: TestStation) -> list[int]:
    body = (await station.get(PLAYLIST)).body.decode()
    return [int(one) for one in re.findall(r"/(\d+)\.ts$", body, re.MULTILINE)]


async def test_a_long_listing_is_whole_and_in_order(station: TestStation) -> None:
    await _publish_many(station)
    assert await _listed(station) == list(range(1, MANY + 1))
    assert [one["stream_id"] for one in (await station.get(STREAMS)).json()] == list(range(1, MANY + 1))
    assert (await station.get(f"{STREAMS}&category_id=8")).json() == []


@pytest.mark.parametrize("path", [STREAMS, PLAYLIST, "/xmltv.php?username=anna&password=sesame"])
async def test_a_long_answer_comes_packed_and_only_once(station: TestStation, path: str) -> None:
    await _publish_many(station)
    plain = await station.get(path)
    packed = await station.get(path, headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.body) == plain.body
    assert packed.headers["content-encoding"] == "gzip"
    assert len(packed.body) < len(plain.body) / 4
    again = await station.get(path, headers={"If-None-Match": plain.headers["etag"]})
    assert (again.status, again.body) == (304, b"")


async def test_a_tag_ends_with_what_it_was_made_of(station: TestStation) -> None:
    tag = (await station.get(STREAMS)).headers["etag"]
    playlist_tag = (await station.get(PLAYLIST)).headers["etag"]
    await _publish_many(station)
    assert (await station.get(STREAMS, headers={"If-None-Match": tag})).status == 200
    assert (await station.get(PLAYLIST, headers={"If-None-Match": playlist_tag})).status == 200


async def test_several_may_ask_for_a_listing_at_the_same_time(station: TestStation) -> None:
    await _publish_many(station)
    found = await asyncio.gather(*(_listed(station) for _ in range(4)))
    assert all(one == list(range(1, MANY + 1)) for one in found)


async def test_each_channel_is_listed_by_its_own_rights(station: TestStation) -> None:
    await _publish_many(station)
    odd, even = tuple(range(1, MANY + 1, 2)), tuple(range(2, MANY + 1, 2))
    abroad = replace(station.right, id=6, channel_ids=even, territories=("DE",))
    station.publish(Kind.RIGHT, 6, abroad)
    latest = station.publish(Kind.RIGHT, 5, replace(station.right, channel_ids=odd))
    await eventually(lambda: station.edge.replica.revision == latest)
    assert await _listed(station) == list(odd)
    latest = station.publish(Kind.RIGHT, 6, replace(abroad, territories=("DE", "IT"), channel_ids=(2, 4, 6)))
    await eventually(lambda: station.edge.replica.revision == latest)
    assert await _listed(station) == sorted([*odd, 2, 4, 6])
    assert station.edge.replica.rights_of(8) == ()
    latest = station.publish(Kind.RIGHT, 5, replace(station.right, channel_ids=odd, status=RightStatus.WITHDRAWN))
    await eventually(lambda: station.edge.replica.revision == latest)
    assert await _listed(station) == [2, 4, 6]


async def test_a_changed_line_does_not_throw_listings_away(station: TestStation) -> None:
    version = station.edge.replica.version
    latest = station.publish(Kind.LINE, 1, replace(station.line, max_sessions=2))
    await eventually(lambda: station.edge.replica.revision == latest)
    assert station.edge.replica.version == version
