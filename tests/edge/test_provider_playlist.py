"""/playlist.m3u, which SS IPTV asks without a name: for own networks, of the line that the operator chose."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from rightcast.contract.catalogue import Kind
from rightcast.domain.cues import SignalPolicy
from rightcast.domain.lineup import LineStatus, Station
from tests.edge.station import TestStation
from tests.edge.test_decisions import applied

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from rightcast.contract.station import StationSettings
    from tests.edge.fake_headend import FakeHeadend

OWN = Station(signals=SignalPolicy(own_networks=("127.0.0.0/8",)))


@pytest.fixture
async def providing(settings: StationSettings, headend: FakeHeadend) -> AsyncIterator[TestStation]:
    running = TestStation(replace(settings, provider_line="anna"), headend)
    await running.start()
    yield running
    await running.stop()


async def test_an_own_network_gets_the_lines_channels_without_its_secret(providing: TestStation) -> None:
    await applied(providing, providing.publish(Kind.STATION, 0, OWN))
    await providing.on_air(2)
    reply = await providing.get("/playlist.m3u")
    assert reply.status == 200
    lines = reply.body.decode().splitlines()
    assert lines[1].endswith(",Uno")
    assert "sesame" not in reply.body.decode()
    assert (await providing.get(lines[2].removeprefix("http://tv.test:8080"))).status == 200


async def test_anybody_else_is_told_where_their_playlist_is(providing: TestStation, station: TestStation) -> None:
    for one in (providing, station):
        reply = await one.get("/playlist.m3u")
        assert reply.status == 404
        assert b"profile=ssiptv" in reply.body


async def test_a_line_that_may_not_watch_provides_nothing(providing: TestStation) -> None:
    await applied(providing, providing.publish(Kind.STATION, 0, OWN))
    await applied(providing, providing.publish(Kind.LINE, 1, replace(providing.line, status=LineStatus.DISABLED)))
    reply = await providing.get("/playlist.m3u")
    assert (reply.status, reply.headers["x-rightcast-reason"]) == (403, "line-disabled")


async def test_the_name_that_the_app_looks_for_stands_for_the_playlist(providing: TestStation) -> None:
    await applied(providing, providing.publish(Kind.STATION, 0, OWN))
    await providing.on_air(2)
    for host in ("iptv.local", "IPTV.local:80"):
        for path in ("/", "/playlist.m3u"):
            reply = await providing.get(path, headers={"Host": host})
            assert reply.body.startswith(b"#EXTM3U\n"), (host, path)
            assert b"//iptv.local" in reply.body.lower()
    assert b"Rightcast serves television here" in (await providing.get("/")).body
