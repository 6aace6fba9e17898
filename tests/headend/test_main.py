"""The headend as a process: it announces, reports, ends cleanly, and leaves no child behind."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal as signals
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import psutil
import pytest

from rightcast.contract.catalogue import Change, Kind
from rightcast.contract.reports import HeadendReport
from rightcast.contract.ring import Closed, Opened, Part, decode_announcements
from rightcast.contract.station import StationSettings
from rightcast.domain.errors import FfmpegMissingError
from rightcast.headend.main import run
from rightcast.state.feed import FileFeed
from rightcast.state.reports import FileReports
from tests.headend.signals import complaints
from tests.headend.stations import channel, right

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

PROGRAM = """
import asyncio, sys
from rightcast.contract.station import StationSettings
from rightcast.headend.main import run
asyncio.run(run(StationSettings.from_handover(sys.argv[1]), 0))
"""


@contextlib.asynccontextmanager
async def _headend(settings: StationSettings) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", PROGRAM, settings.handover())
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


@contextlib.asynccontextmanager
async def _edge_of(settings: StationSettings) -> AsyncIterator[asyncio.StreamReader]:
    """The announcements, as an edge hears them."""
    deadline = time.monotonic() + 15
    while True:
        try:
            reader, writer = await asyncio.open_unix_connection(settings.headend_socket(0), limit=1 << 22)
            break
        except OSError:
            assert time.monotonic() < deadline, "no headend listens"
            await asyncio.sleep(0.05)
    try:
        yield reader
    finally:
        writer.close()


def _settings(folder: Path) -> StationSettings:
    settings = StationSettings(data=folder, ring=folder / "r")
    feed = FileFeed(settings.feed)
    on_air = channel(1, "testcard:///?name=Uno&pattern=bars&size=320x180")
    carriage = replace(right(1), starts=datetime.now(UTC) - timedelta(days=1))
    feed.publish([Change(Kind.CHANNEL, 1, on_air), Change(Kind.RIGHT, 1, carriage)])
    feed.close()
    return settings


async def test_it_announces_segments_that_play_reports_and_ends_cleanly(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    async with _headend(settings) as process, _edge_of(settings) as reader:
        heard: list[object] = []
        async with asyncio.timeout(15):
            while not any(isinstance(message, Closed) for message in heard):
                heard += decode_announcements(await reader.readline())
        opened = next(message for message in heard if isinstance(message, Opened))
        closed = next(message for message in heard if isinstance(message, Closed))
        assert any(isinstance(message, Part) and message.joinable for message in heard)
        segment = tmp_path / "segment.ts"
        segment.write_bytes((settings.channel_ring(1) / f"{opened.slot}.ts").read_bytes()[: closed.size])
        assert complaints(segment) == ""
        (report,) = FileReports(settings.reports).fetch("headend-", HeadendReport)
        assert report.pid == process.pid
        assert report.channels[0].state == "on_air"
        children = psutil.Process(process.pid).children()
        assert children
        process.send_signal(signals.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 5) == 0
        _, alive = psutil.wait_procs(children, timeout=3)
        assert not alive
        assert (settings.channel_ring(1) / "index.json").exists()


async def test_killed_it_takes_its_children_along_and_the_next_one_goes_on(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    async with _headend(settings) as process, _edge_of(settings) as reader:
        last = -1
        async with asyncio.timeout(15):
            while last < 1:
                for message in decode_announcements(await reader.readline()):
                    last = message.sequence if isinstance(message, Closed) else last
        children = psutil.Process(process.pid).children()
        os.kill(process.pid, signals.SIGKILL)
        await process.wait()
        _, alive = psutil.wait_procs(children, timeout=3)
        assert not alive
    async with _headend(settings), _edge_of(settings) as reader:
        replayed: list[object] = []
        async with asyncio.timeout(15):
            while not any(isinstance(message, Opened) and message.sequence == last + 1 for message in replayed):
                replayed += decode_announcements(await reader.readline())
        assert {message.epoch for message in replayed if isinstance(message, Opened)} == {0, 1}


async def test_without_ffmpeg_it_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(FfmpegMissingError):
        await run(StationSettings(data=tmp_path, ring=tmp_path / "r", ffmpeg="/nowhere/ffmpeg"), 0)
