"""The clock in the picture is the minute that was asked for, over a change of clocks, a restart and a gap.

A day of a channel is built long ago enough to hold the last night on which clocks in Rome went back. The long version,
every fourth minute of that day through every dialect, is taken when RIGHTCAST_SOAK is set.
"""

from __future__ import annotations

import os
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import m3u8
import pytest

from rightcast.contract.catalogue import Kind
from rightcast.domain.lineup import Station
from rightcast.domain.rights import Later
from rightcast.edge.past.delivery import Pace
from tests.past.clock import GOP_S, seconds_in
from tests.past.station import applied, grant, keep

if TYPE_CHECKING:
    from tests.edge.station import TestStation

HOUR_S = 3600
LONG = bool(os.environ.get("RIGHTCAST_SOAK"))
ZONES = ["Europe/Rome", "America/New_York", "Asia/Kolkata", "UTC"]
_MORE_S = 8


def last_change(zone: ZoneInfo) -> int:
    """When clocks of a zone last went back (unix seconds), within the year that tests may look back."""
    hour = int(time.time()) // HOUR_S - 2
    for ago in range(366 * 24):
        now, before = (datetime.fromtimestamp((hour - one) * HOUR_S, zone).utcoffset() for one in (ago, ago + 1))
        assert now is not None
        assert before is not None
        if now < before:
            return (hour - ago) * HOUR_S
    raise AssertionError("clocks did not go back within a year")


CHANGE = last_change(ZoneInfo("Europe/Rome"))
RESTART = CHANGE + 2 * HOUR_S + 40
GAP = (CHANGE + 3 * HOUR_S, CHANGE + 3 * HOUR_S + 240)
MINUTES = (
    [one for one in range(CHANGE - 12 * HOUR_S, CHANGE + 12 * HOUR_S, 240) if not GAP[0] <= one < GAP[1]]
    if LONG
    else [
        CHANGE - HOUR_S,
        CHANGE - 60,
        CHANGE,
        CHANGE + 60,
        CHANGE + HOUR_S,
        RESTART // 60 * 60,
        RESTART // 60 * 60 + 60,
    ]
)


def stretches() -> list[tuple[int, int]]:
    """What is kept: around each minute, two streams where the headend was restarted, and nothing within the gap."""
    around = sorted({one for minute in (*MINUTES, GAP[0] - 60, GAP[1]) for one in range(minute - 4, minute + 76, 4)})
    found: list[tuple[int, int]] = []
    for start in around:
        if GAP[0] <= start < GAP[1]:
            continue
        if found and found[-1][1] == start and start != RESTART:
            found[-1] = (found[-1][0], start + 4)
        else:
            found.append((start, start + 4))
    return found


def written(minute: int, zone: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(minute, zone):%Y-%m-%d:%H-%M}"


@pytest.fixture
async def aired(station: TestStation) -> TestStation:
    """A station in Rome that has kept that day and may show a year."""
    await grant(station, Later(catchup_h=400 * 24))
    await applied(station, station.publish(Kind.STATION, 0, replace(Station(), timezone="Europe/Rome")))
    keep(station, stretches())
    station.edge.playing.delivery.pace = Pace(burst_s=600)
    return station


def dialects(minute: int) -> list[str]:
    """Every address of a minute: epochs, the zone that apps are told, and a viewer's own with its offset."""
    local = datetime.fromtimestamp(minute, ZoneInfo("Europe/Rome"))
    epochs = f"start={minute}&end={minute + _MORE_S}"
    query = "/streaming/timeshift.php?username=anna&password=sesame&stream=1&duration=1"
    shift = f"utc={minute}&lutc={minute + HOUR_S}"
    offset, told = f"{local:%Y-%m-%dT%H:%M:%S%z}".replace("+", "%2B"), written(minute, ZoneInfo("UTC"))
    return [
        f"/catchup/anna/sesame/1.ts?{epochs}",
        f"/catchup/anna/sesame/1.m3u8?{epochs}",
        f"/live/anna/sesame/1.ts?{epochs}",
        f"/live/anna/sesame/1.m3u8?{epochs}",
        f"/anna/sesame/1?{shift}",
        f"/live/anna/sesame/1.m3u8?{shift}&utcend={minute + _MORE_S}",
        f"/anna/sesame/1/timeshift_abs-{minute}.ts",
        f"/anna/sesame/1/timeshift_abs-{minute}.m3u8",
        f"/timeshift/anna/sesame/1/{minute}/1.ts",
        f"/timeshift/anna/sesame/1/{minute}000/1.m3u8",
        f"{query}&start={minute}",
        f"{query}&start={offset}&extension=m3u8",
        f"/timeshift/anna/sesame/1/{told}/1.ts",
        f"{query}&start={told}&extension=m3u8",
    ]


def relative(minute: int) -> list[str]:
    """Addresses that say how long ago it was."""
    ago = int(time.time()) - minute
    return [f"/anna/sesame/1/{name}timeshift_rel-{ago}.{ending}" for name in ("", "mono-") for ending in ("ts", "m3u8")]


async def shown(station: TestStation, address: str) -> int:
    """The second on the first picture that a player decodes."""
    client = await station.connect()
    try:
        client.send(address)
        status, headers = await client.head()
        if status == 302:
            return await _first_of_playlist(station, urlsplit(headers["location"]).path)
        assert status == 200, address
        return seconds_in(await client.read(4 * 188) + await client.reader.read(1 << 16))[0]
    finally:
        client.close()


async def _first_of_playlist(station: TestStation, path: str) -> int:
    listed = m3u8.loads((await station.get(path)).body.decode())
    first = listed.segments[0]
    found = seconds_in((await station.get(path.rpartition("/")[0] + "/" + first.uri)).body)[0]
    assert first.program_date_time.timestamp() == found
    return found


@pytest.mark.timeout(3600 if LONG else 120)
async def test_every_minute_through_every_dialect_shows_its_own_clock(aired: TestStation) -> None:
    for minute in MINUTES:
        for address in dialects(minute):
            assert 0 <= minute - await shown(aired, address) < GOP_S, (minute - CHANGE, address)
        for number in range(len(relative(minute))):
            began, address = time.time(), relative(minute)[number]
            later = await shown(aired, address) - minute  # as much later as asking took
            assert -GOP_S < later <= time.time() - began + 1, (minute - CHANGE, address)


@pytest.mark.parametrize("name", ZONES)
async def test_what_an_app_writes_in_the_zone_it_was_told_is_the_minute_it_meant(
    station: TestStation, name: str
) -> None:
    """Both hours of the night that read the same on a viewer's clock."""
    await grant(station, Later(catchup_h=400 * 24))
    await applied(station, station.publish(Kind.STATION, 0, replace(Station(), timezone=name)))
    login = (await station.get("/player_api.php?username=anna&password=sesame")).json()
    told = ZoneInfo(login["server_info"]["timezone"])
    change = CHANGE if name in {"Asia/Kolkata", "UTC"} else last_change(ZoneInfo(name))
    minutes = (change - 2 * HOUR_S, change - HOUR_S, change, change + HOUR_S)
    keep(station, [(one - 4, one + 8) for one in minutes])
    for minute in minutes:
        reply = await shown(station, f"/timeshift/anna/sesame/1/{written(minute, told)}/1.ts")
        assert 0 <= minute - reply < GOP_S


async def test_over_a_restart_the_clock_goes_on_and_the_break_is_announced(aired: TestStation) -> None:
    begin = RESTART // 60 * 60
    assert begin < RESTART < begin + 60
    body = (await aired.get(f"/catchup/anna/sesame/1.ts?start={begin}&end={begin + 60}")).body
    assert seconds_in(body, 100) == list(range(begin, begin + 60))
    moved = await aired.get(f"/catchup/anna/sesame/1.m3u8?start={begin}&end={begin + 60}")
    listed = m3u8.loads((await aired.get(urlsplit(moved.headers["location"]).path)).body.decode())
    breaks = [one.program_date_time.timestamp() for one in listed.segments if one.discontinuity]
    assert breaks == [RESTART]


async def test_a_minute_within_a_gap_of_the_source_begins_when_it_is_back(aired: TestStation) -> None:
    start, stop = GAP
    assert await shown(aired, f"/timeshift/anna/sesame/10/{start + 60}/1.ts") == stop
    body = (await aired.get(f"/catchup/anna/sesame/1.ts?start={start - 20}&end={stop + 20}")).body
    assert seconds_in(body, 100) == [*range(start - 20, start), *range(stop, stop + 20)]


def test_the_day_is_one_on_which_clocks_went_back() -> None:
    at = datetime.fromtimestamp(CHANGE, UTC)
    before, after = (one.astimezone(ZoneInfo("Europe/Rome")).utcoffset() for one in (at - timedelta(seconds=1), at))
    assert before is not None
    assert after is not None
    assert before - after == timedelta(hours=1)
