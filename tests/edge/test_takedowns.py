"""A takedown ends what runs and refuses what comes, and the edge says when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from rightcast.contract.catalogue import Kind
from rightcast.contract.reports import DarkReport
from rightcast.domain.takedown import Takedown
from rightcast.state.reports import FileReports
from tests.edge.station import eventually
from tests.edge.test_decisions import applied

if TYPE_CHECKING:
    from tests.edge.station import TestStation


def told(station: TestStation) -> DarkReport | None:
    found = FileReports(station.settings.reports).fetch("takedowns-edge-0", DarkReport)
    return found[0] if found else None


async def test_pictures_stop_playlists_are_refused_and_the_edge_tells_its_times(station: TestStation) -> None:
    await applied(station, station.publish(Kind.LINE, 1, station.make_line("anna", "sesame", 1, max_sessions=3)))
    await station.on_air()
    playlist = (await station.get("/live/anna/sesame/1.m3u8")).headers["location"]
    assert (await station.get(playlist)).status == 200
    stream = await station.connect()
    assert await stream.stream() == 200
    ordered = datetime.now(UTC)
    takedown = Takedown(id=5, begins=ordered, channel_ids=frozenset({1}))
    await applied(station, station.publish(Kind.TAKEDOWN, 5, takedown))
    refused = await station.get(playlist)
    assert (refused.status, refused.headers["x-rightcast-reason"]) == (403, "taken-down")
    assert await stream.ended(2.0)
    await eventually(lambda: told(station) is not None)
    report = told(station)
    assert report is not None
    (dark,) = report.takedowns
    assert (dark.id, dark.stopped) == (5, 2)
    assert 0 <= dark.heard - ordered.timestamp() <= dark.dark - ordered.timestamp() < 5
    await applied(station, station.publish(Kind.TAKEDOWN, 5, None))
    assert (await station.get(playlist)).status == 200
    assert await (await station.connect()).stream() == 200


async def test_a_takedown_of_another_line_leaves_this_one_alone(station: TestStation) -> None:
    await station.on_air()
    stream = await station.connect()
    assert await stream.stream() == 200
    begun = datetime.now(UTC) - timedelta(seconds=1)
    await applied(station, station.publish(Kind.TAKEDOWN, 5, Takedown(id=5, begins=begun, line_ids=frozenset({99}))))
    await eventually(lambda: told(station) is not None)
    assert [one.stopped for one in (told(station) or DarkReport(who="", pid=0, at=0, takedowns=[])).takedowns] == [0]
    assert len(station.edge.viewings) == 1
