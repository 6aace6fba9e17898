"""A stretch is one finite body: its length is told, ranges are answered, borders are announced, and it is paced."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.past.clock import GOP_S, seconds_in, whole_pictures
from tests.past.station import keep, now_s

if TYPE_CHECKING:
    from tests.edge.station import TestStation

AGO_S = 1800


@pytest.fixture
def start(granted: TestStation) -> int:
    """Half an hour ago, from where on two minutes are kept."""
    begin = now_s() - AGO_S
    keep(granted, [(begin, begin + 120)])
    return begin


def path(start: float, stop: float) -> str:
    return f"/catchup/anna/sesame/1.ts?start={start}&end={stop}"


async def test_the_length_is_told_and_everything_comes(granted: TestStation, start: int) -> None:
    reply = await granted.get(path(start, start + 60))
    assert reply.headers["accept-ranges"] == "bytes"
    assert len(reply.body) == int(reply.headers["content-length"])
    assert seconds_in(reply.body, 100) == list(range(start, start + 60))


async def test_a_head_tells_the_same_length(granted: TestStation, start: int) -> None:
    whole = await granted.get(path(start + 1, start + 60))
    head = await granted.get(path(start + 1, start + 60), method="HEAD")
    assert head.status == 200
    assert head.headers["content-length"] == whole.headers["content-length"]
    assert len(granted.edge.viewings) == 0


@pytest.mark.parametrize(("first", "last"), [(0, 187), (0, 99), (100, 5000), (376, 90_000), (9_000, None)])
async def test_a_range_is_what_the_whole_has_there(
    granted: TestStation, start: int, first: int, last: int | None
) -> None:
    """The play begins in the midst of a segment, so that tables are counted in."""
    whole = await granted.get(path(start + GOP_S, start + 60))
    wanted = f"bytes={first}-{'' if last is None else last}"
    part = await granted.get(path(start + GOP_S, start + 60), headers={"Range": wanted})
    end = len(whole.body) if last is None else min(last + 1, len(whole.body))
    assert part.status == 206
    assert part.headers["content-range"] == f"bytes {first}-{end - 1}/{len(whole.body)}"
    assert part.body == whole.body[first:end]


async def test_a_range_beyond_the_end_is_416(granted: TestStation, start: int) -> None:
    reply = await granted.get(path(start, start + 60), headers={"Range": "bytes=99999999-"})
    assert reply.status == 416


async def test_a_gap_is_passed_over_and_announced(granted: TestStation) -> None:
    begin = now_s() - AGO_S
    keep(granted, [(begin, begin + 20), (begin + 40, begin + 60)])
    reply = await granted.get(path(begin, begin + 60))
    assert len(reply.body) == int(reply.headers["content-length"])
    shown = seconds_in(reply.body, 100)
    assert shown == [*range(begin, begin + 20), *range(begin + 40, begin + 60)]
    flags = [
        at for at in range(0, len(reply.body), 188) if reply.body[at + 3] & 0x30 == 0x20 and reply.body[at + 5] & 0x80
    ]
    assert len(flags) == 1


async def test_what_is_not_kept_is_not_found(granted: TestStation, start: int) -> None:
    for moment in (start - 7200, start + 1000):
        reply = await granted.get(path(moment, moment + 60))
        assert (reply.status, reply.headers["x-rightcast-reason"]) == (404, "not-kept")
    ahead = await granted.get(path(now_s() + 600, now_s() + 900))
    assert (ahead.status, ahead.headers["x-rightcast-reason"]) == (404, "not-yet-on-air")


async def test_a_moment_in_a_gap_begins_with_what_comes_next(granted: TestStation, start: int) -> None:
    reply = await granted.get(path(start - 300, start + 20))
    assert seconds_in(reply.body)[0] == start


async def test_what_runs_into_the_present_goes_on_as_more_is_kept(granted: TestStation) -> None:
    begin = now_s() - 60
    keep(granted, [(begin, begin + 40)])
    client = await granted.connect()
    client.send(f"/live/anna/sesame/1.ts?utc={begin}")
    status, headers = await client.head()
    assert status == 200
    assert "content-length" not in headers
    keep(granted, [(begin + 40, begin + 44)])
    data = await client.read(188 * 20)
    while seconds_in(whole_pictures(data), 100)[-1] < begin + 40:
        data += await asyncio.wait_for(client.reader.read(1 << 16), 10)
    client.close()
