"""The same minute through every address that apps make, and the clock in the picture is the one asked for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import m3u8
import pytest

from tests.past.clock import GOP_S, seconds_in
from tests.past.station import keep, now_s

if TYPE_CHECKING:
    from tests.edge.station import TestStation

AGO_S = 3600
LONG_S = 120


def addresses(start: int) -> dict[str, str]:
    """Every notation of a minute, as transport stream."""
    written = datetime.fromtimestamp(start, UTC)
    minute, second = f"{written:%Y-%m-%d:%H-%M}", f"{written:%Y-%m-%d_%H:%M:%S}"
    query = "username=anna&password=sesame&stream=1&duration=1"
    return {
        "xc path": f"/timeshift/anna/sesame/1/{minute}/1.ts",
        "xc path with seconds": f"/timeshift/anna/sesame/1/{second}/1.ts",
        "xc path with milliseconds of the epoch": f"/timeshift/anna/sesame/1/{start}000/1.ts",
        "xc query": f"/streaming/timeshift.php?{query}&start={minute}",
        "xc query without streaming": f"/timeshift.php?{query}&start={start}&extension=ts",
        "default": f"/catchup/anna/sesame/1.ts?start={start}&end={start + 60}",
        "append": f"/live/anna/sesame/1.ts?start={start}&end={start + 60}",
        "shift": f"/live/anna/sesame/1.ts?utc={start}&lutc={start + AGO_S}",
        "shift without an ending": f"/anna/sesame/1?utc={start}&lutc={start + AGO_S}",
        "flussonic by the clock": f"/anna/sesame/1/timeshift_abs-{start}.ts",
    }  # fmt: skip


def minute_ago() -> int:
    """A whole minute about an hour ago."""
    return (now_s() - AGO_S) // 60 * 60


@pytest.mark.parametrize("dialect", list(addresses(0)))
async def test_a_minute_is_on_the_first_picture_in_every_notation(granted: TestStation, dialect: str) -> None:
    start = minute_ago()
    keep(granted, [(start - 8, start + LONG_S)])
    client = await granted.connect()
    client.send(addresses(start)[dialect])
    assert (await client.head())[0] == 200
    assert seconds_in(await client.read(5000)) == [start]
    client.close()


@pytest.mark.parametrize("ago", [0, 1, 2, 3, 5])
async def test_a_play_begins_with_the_key_frame_before_the_moment(granted: TestStation, ago: int) -> None:
    start = minute_ago()
    keep(granted, [(start - 8, start + LONG_S)])
    reply = await granted.get(f"/catchup/anna/sesame/1.ts?start={start + ago}&end={start + 60}")
    shown = seconds_in(reply.body)[0]
    assert 0 <= start + ago - shown < GOP_S


@pytest.mark.parametrize(
    "path",
    [
        "/timeshift/anna/sesame/1/{start}/1.m3u8",
        "/streaming/timeshift.php?username=anna&password=sesame&stream=1&duration=1&start={start}&extension=m3u8",
        "/catchup/anna/sesame/1.m3u8?start={start}&end={end}",
        "/live/anna/sesame/1.m3u8?utc={start}&utcend={end}",
        "/anna/sesame/1/timeshift_rel-{ago}.m3u8",
    ],
)
async def test_a_minute_begins_a_playlist_in_every_notation(granted: TestStation, path: str) -> None:
    start = minute_ago()
    keep(granted, [(start - 8, start + LONG_S)])
    asked = path.format(start=start, end=start + 60, ago=int(granted.edge.admission.now()) - start)
    moved = await granted.get(asked)
    assert moved.status == 302
    address = urlsplit(moved.headers["location"]).path
    listed = m3u8.loads((await granted.get(address)).body.decode())
    first = listed.segments[0]
    assert first.program_date_time.timestamp() == pytest.approx(start, abs=GOP_S)
    segment = await granted.get(address.rpartition("/")[0] + "/" + first.uri)
    assert segment.status == 200
    assert seconds_in(segment.body)[0] == pytest.approx(start, abs=GOP_S)
