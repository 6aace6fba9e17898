"""The past over TLS: the same bytes, length and ranges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.edge.test_tls import settings, trusting
from tests.past.clock import seconds_in
from tests.past.station import keep, now_s

if TYPE_CHECKING:
    from tests.edge.station import TestStation

__all__ = ["settings"]


async def test_a_stretch_comes_whole_and_in_ranges_over_tls(granted: TestStation) -> None:
    begin = now_s() - 1800
    keep(granted, [(begin, begin + 20), (begin + 24, begin + 40)])
    path = f"/catchup/anna/sesame/1.ts?start={begin}&end={begin + 40}"
    plain = (await granted.get(path)).body
    client = await granted.connect(tls=trusting())
    secure = await client.ask(path)
    client.close()
    assert secure.body == plain
    assert len(plain) == int(secure.headers["content-length"])
    assert seconds_in(plain, 100)[-1] == begin + 39
    other = await granted.connect(tls=trusting())
    part = await other.ask(path, headers={"Range": "bytes=1000-9999"})
    other.close()
    assert (part.status, part.body) == (206, plain[1000:10_000])
