"""Viewers of an endless stream are served by turns, so that nobody's backlog keeps others waiting."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from rightcast.edge import endless_ts

if TYPE_CHECKING:
    import pytest

    from tests.edge.station import TestStation


async def test_a_backlog_goes_out_part_by_part_and_arrives_whole(
    station: TestStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    real = os.sendfile

    def noted(out: int, source: int, offset: int, count: int) -> int:
        sizes.append(count)
        return real(out, source, offset, count)

    monkeypatch.setattr(endless_ts.os, "sendfile", noted)
    await station.on_air(2)
    clients = [await station.connect() for _ in range(2)]
    for client in clients:  # a double open of one player
        client.send("/live/anna/sesame/1.ts")
    data = station.headend.data(1)
    heads = [await client.head() for client in clients]
    assert [head[0] for head in heads] == [200, 200]
    assert [await client.read(len(data)) == data for client in clients] == [True, True]
    station.headend.segment()
    following = station.headend.data(2)
    assert [await client.read(len(following)) == following for client in clients] == [True, True]
    segments = station.edge.rings.get(1).segments
    lengths = [end - start for segment in segments.values() for start, end in segment.parts]
    assert max(sizes) <= max(lengths)
    assert len(sizes) >= 2 * len(segments[1].parts)
    for client in clients:
        client.close()
