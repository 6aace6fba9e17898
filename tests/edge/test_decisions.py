"""Who is let in, with which status and reason, and what ends a running picture."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from typing import Any

import pytest

from rightcast.contract.catalogue import Kind
from rightcast.domain.features import Features
from rightcast.domain.life import Life, Running
from rightcast.domain.lineup import LineStatus
from rightcast.domain.rights import RightStatus
from rightcast.domain.schedule import OFF, Schedule, Slot
from tests.edge.station import TestStation, ago, eventually
from tests.edge.test_playlists import playlist_path

DAY_AND_NIGHT_OFF = tuple(
    Slot(start=clock(begin), end=clock(end), show=OFF, days=tuple(range(7))) for begin, end in ((0, 12), (12, 0))
)


async def applied(station: TestStation, number: int) -> None:
    await eventually(lambda: station.edge.replica.revision >= number)


async def refused(station: TestStation, path: str = "/live/anna/sesame/1.ts") -> tuple[int, str]:
    reply = await station.get(path)
    return reply.status, reply.headers.get("x-rightcast-reason", "")


async def test_an_unknown_line_and_a_wrong_secret_look_the_same(station: TestStation) -> None:
    wrong = await station.get("/live/anna/wrong/1.ts")
    unknown = await station.get("/live/nobody/wrong/1.ts")
    assert wrong.status == unknown.status == 401
    assert wrong.body == unknown.body
    assert {**wrong.headers, "date": ""} == {**unknown.headers, "date": ""}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"status": LineStatus.DISABLED}, "line-disabled"),
        ({"status": LineStatus.BANNED}, "line-banned"),
        ({"expires": ago(hours=1)}, "line-expired"),
        ({"package_ids": ()}, "not-in-package"),
        ({"territory": "FR"}, "outside-territory"),
    ],
)
async def test_each_reason_of_a_line_is_a_403(station: TestStation, changes: dict[str, Any], reason: str) -> None:
    await applied(station, station.publish(Kind.LINE, 1, replace(station.line, **changes)))
    assert await refused(station) == (403, reason)
    assert await refused(station, "/live/anna/sesame/1.m3u8") == (403, reason)
    head = await station.get("/live/anna/sesame/1.ts", method="HEAD")
    assert head.status == 403


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"status": RightStatus.WITHDRAWN}, "carriage-right-withdrawn"),
        ({"ends": ago(hours=1)}, "carriage-right-ended"),
        ({"starts": datetime.now(UTC) + timedelta(days=1)}, "carriage-right-not-yet-in-force"),
        ({"channel_ids": (2,)}, "no-carriage-right"),
    ],
)
async def test_each_reason_of_a_right_is_a_403(station: TestStation, changes: dict[str, Any], reason: str) -> None:
    await applied(station, station.publish(Kind.RIGHT, 5, replace(station.right, **changes)))
    assert await refused(station) == (403, reason)


async def test_an_unknown_channel_is_a_404(station: TestStation) -> None:
    assert await refused(station, "/live/anna/sesame/404.ts") == (404, "unknown-channel")


async def test_one_screen_is_one_screen(station: TestStation) -> None:
    await station.on_air(1)
    first = await station.connect()
    assert await first.stream(User_Agent="one") == 200
    assert await refused(station) == (403, "too-many-sessions")
    assert station.edge.admission.refusals["too-many-sessions"] == 1
    first.close()


async def test_double_opens_of_one_player_count_once(station: TestStation) -> None:
    await station.on_air(1)
    clients = [await station.connect() for _ in range(3)]
    for client in clients:
        assert await client.stream() == 200
    assert len(station.edge.viewings) == 1
    clients[0].close()
    clients[1].close()
    await eventually(lambda: len(next(iter(station.edge.viewings.all())).viewers) == 1)
    assert len(await station.edge.sessions.of_line(1, now=time.time())) == 1
    clients[2].close()
    await eventually(lambda: len(station.edge.viewings) == 0)


async def test_a_zapping_player_is_given_time_to_hang_up(station: TestStation) -> None:
    await station.on_air(1)
    old = await station.connect()
    assert await old.stream() == 200
    new = await station.connect()
    new.send("/live/anna/sesame/2.ts")
    old.close()
    await eventually(lambda: [one.channel_id for one in station.edge.viewings.all()] == [2])
    new.close()


@pytest.mark.parametrize(
    ("kind", "key", "change"),
    [
        (Kind.LINE, 1, {"status": LineStatus.DISABLED}),
        (Kind.LINE, 1, {"package_ids": ()}),
        (Kind.LINE, 1, {"sessions_from": datetime.now(UTC) + timedelta(days=1)}),
        (Kind.RIGHT, 5, {"status": RightStatus.WITHDRAWN}),
        (Kind.RIGHT, 5, {"territories": ("FR",)}),
        (Kind.CHANNEL, 1, None),
        (Kind.LINE, 1, None),
    ],
)
async def test_a_change_stops_running_pictures_at_once(
    station: TestStation, kind: Kind, key: int, change: dict[str, Any] | None
) -> None:
    await applied(station, station.publish(Kind.LINE, 1, replace(station.line, max_sessions=2)))
    await station.on_air(2)
    stream = await station.connect()
    assert await stream.stream(User_Agent="streamer") == 200
    path = await playlist_path(station)
    assert (await station.get(path)).status == 200
    before = {Kind.LINE: replace(station.line, max_sessions=2), Kind.RIGHT: station.right}.get(kind)
    station.publish(kind, key, None if change is None else replace(before, **change))
    assert await stream.ended(2.0)
    await eventually(lambda: len(station.edge.viewings) == 0, 2.0)
    assert (await station.get(path)).status in {401, 403, 404}


@pytest.mark.parametrize("ending", ["ts", "m3u8"])
async def test_a_change_answers_requests_that_wait_for_a_first_picture(station: TestStation, ending: str) -> None:
    path = await playlist_path(station) if ending == "m3u8" else "/live/anna/sesame/1.ts"
    waiting = asyncio.create_task(refused(station, path))
    await eventually(lambda: any(one.waits for one in station.edge.viewings.all()))
    station.publish(Kind.RIGHT, 5, replace(station.right, status=RightStatus.WITHDRAWN))
    assert await asyncio.wait_for(waiting, 2) == (403, "carriage-right-withdrawn")


async def test_a_right_that_ends_by_the_clock_stops_the_picture_with_the_panel_dead(station: TestStation) -> None:
    await station.on_air(2)
    ends = datetime.now(UTC) + timedelta(seconds=1.0)
    await applied(station, station.publish(Kind.RIGHT, 5, replace(station.right, ends=ends)))
    client = await station.connect()
    assert await client.stream() == 200
    for ending in ("", "-wal", "-shm"):
        path = station.settings.feed
        path.with_name(path.name + ending).unlink(missing_ok=True)
    assert await client.ended(2.0)
    assert datetime.now(UTC) >= ends
    assert await refused(station) == (403, "carriage-right-ended")


async def test_a_kicked_player_may_open_a_new_session_at_once(station: TestStation) -> None:
    await station.on_air(2)
    path = await playlist_path(station)
    number = station.publish(Kind.LINE, 1, replace(station.line, sessions_from=datetime.now(UTC)))
    await applied(station, number)
    await eventually(lambda: len(station.edge.viewings) == 0, 2.0)
    reply = await station.get(path)
    assert (reply.status, reply.headers["x-rightcast-reason"]) == (403, "session-kicked")
    assert (await station.get(await playlist_path(station))).status == 200


async def test_without_the_feed_the_edge_goes_on_until_policy_says_no(station: TestStation) -> None:
    await station.on_air(1)
    for ending in ("", "-wal", "-shm"):
        path = station.settings.feed
        path.with_name(path.name + ending).unlink(missing_ok=True)
    client = await station.connect()
    assert await client.stream() == 200
    client.close()
    await eventually(lambda: len(station.edge.viewings) == 0)
    station.edge.replica.heard -= 90_000
    await eventually(lambda: station.edge.replica.age_s(time.time()) > 86_400)
    assert await refused(station) == (503, "replica-too-old")


async def test_a_name_and_password_written_with_percent_signs_are_the_same(station: TestStation) -> None:
    assert (await station.get("/live/%61nna/s%65same/1.m3u8", method="HEAD")).status == 302
    assert (await station.get("/live/anna/sesame%2F/1.m3u8", method="HEAD")).status == 401


@pytest.mark.parametrize(
    ("features", "reason"),
    [
        (Features(life=Life(running=Running.STOPPED)), "channel-stopped"),
        (Features(life=Life(running=Running.DRAINING)), "channel-draining"),
        (Features(schedule=Schedule(slots=DAY_AND_NIGHT_OFF)), "channel-off-by-schedule"),
    ],
)
async def test_a_channel_that_does_not_run_or_drains_lets_nobody_in(
    station: TestStation, features: Features, reason: str
) -> None:
    channel = station.edge.replica.channels[1]
    await applied(station, station.publish(Kind.CHANNEL, 1, replace(channel, features=features)))
    assert await refused(station) == (403, reason)
    assert await refused(station, "/live/anna/sesame/1.m3u8") == (403, reason)


async def test_a_draining_channel_keeps_its_viewers_and_a_stopped_one_does_not(station: TestStation) -> None:
    station.headend.segment()
    path = await playlist_path(station)
    channel = station.edge.replica.channels[1]
    draining = replace(channel, features=Features(life=Life(running=Running.DRAINING)))
    await applied(station, station.publish(Kind.CHANNEL, 1, draining))
    assert (await station.get(path)).status == 200
    stopped = replace(channel, features=Features(life=Life(running=Running.STOPPED)))
    await applied(station, station.publish(Kind.CHANNEL, 1, stopped))
    assert (await station.get(path)).status == 403
