"""A disk that is slow holds up whoever plays from it, and nobody else; over TLS the same bytes come."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from rightcast.edge.past.files import Files, OpenFile
from rightcast.state.archive.reel import channel_reel
from tests.edge.station import eventually
from tests.past.clock import seconds_in
from tests.past.station import keep, now_s

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from tests.edge.station import TestStation

SLOW_S = 0.4


async def test_live_viewers_get_every_part_while_an_archive_is_read_from_a_slow_disk(
    granted: TestStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = now_s() - 1800
    keep(granted, [(begin, begin + 20)])
    fetch = Files._fetch

    def slowly(self: Files, *what: Any) -> None:
        time.sleep(SLOW_S)
        fetch(self, *what)

    monkeypatch.setattr(Files, "_fetch", slowly)
    monkeypatch.setattr(Files, "in_memory", lambda *_: False)
    await granted.on_air(2)
    live = await granted.connect()
    assert await live.stream() == 200
    past = asyncio.create_task(
        granted.get(f"/catchup/anna/sesame/1.ts?start={begin}&end={begin + 20}", headers={"User-Agent": "tester"})
    )
    longest = 0.0
    await live.read(188)
    while not past.done():
        granted.headend.part()
        asked = time.monotonic()
        await live.read(188)
        longest = max(longest, time.monotonic() - asked)
        await asyncio.sleep(0.01)
    live.close()
    assert longest < SLOW_S / 2
    assert seconds_in((await past).body, 100) == list(range(begin, begin + 20))


async def test_what_is_not_in_memory_is_fetched_by_a_thread_before_it_is_sent(
    granted: TestStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = now_s() - 1800
    keep(granted, [(begin, begin + 12)])
    fetched: list[tuple[int, int]] = []
    fetch = Files.fetch

    def noted(self: Files, file: OpenFile, offset: int, size: int, then: Callable[[], None]) -> None:
        fetched.append((offset, size))
        fetch(self, file, offset, size, then)

    monkeypatch.setattr(Files, "fetch", noted)
    monkeypatch.setattr(Files, "in_memory", lambda *_: False)
    reply = await granted.get(f"/catchup/anna/sesame/1.ts?start={begin}&end={begin + 12}")
    assert sum(size for _, size in fetched) == len(reply.body)


async def test_a_file_that_was_deleted_is_let_go_of(granted: TestStation) -> None:
    begin = now_s() - 1800
    keep(granted, [(begin, begin + 12)])
    await granted.get(f"/catchup/anna/sesame/1.ts?start={begin}&end={begin + 12}")
    folder = channel_reel(granted.settings.archive_root, 1)
    files = granted.edge.playing.files
    assert files.known(folder, 1) is not None
    for path in folder.glob("*.ts"):
        path.unlink()
    await eventually(lambda: files.known(folder, 1) is None)
