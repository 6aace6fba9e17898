"""Programs that others wrote go through the portal: a client of the API, and ffprobe at the address it was given."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from rightcast.contract.catalogue import Kind
from tests.edge.box import MAC, PLACE, Box
from tests.edge.test_decisions import applied
from tests.edge.test_portal import DEVICE

if TYPE_CHECKING:
    from tests.edge.station import TestStation


@pytest.fixture
async def registered(station: TestStation) -> TestStation:
    await applied(station, station.publish(Kind.LINE, 1, replace(station.line, credentials=(DEVICE,), max_sessions=2)))
    await station.on_air()
    return station


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffprobe is not installed")
@pytest.mark.parametrize("ending", [".ts", ".m3u8"])
async def test_ffprobe_finds_picture_and_sound_behind_a_link(registered: TestStation, ending: str) -> None:
    box = Box(registered)
    await box.sign_in()
    path = (await box.link("ffrt http://localhost/ch/1")).replace(".ts", ending)
    url = f"http://127.0.0.1:{registered.edge.port}{path}"
    command = ["ffprobe", "-v", "error", "-probesize", "200000", "-show_streams", "-of", "json", url]
    probe = asyncio.create_task(asyncio.to_thread(subprocess.run, command, capture_output=True, timeout=30, check=True))
    while not probe.done():  # the stream goes on while it is looked at
        registered.headend.segment()
        await asyncio.wait((probe,), timeout=0.2)
    found = json.loads((await probe).stdout)["streams"]
    assert {one["codec_type"] for one in found} == {"video", "audio"}


async def test_a_client_from_the_package_index_lists_and_opens(registered: TestStation) -> None:
    stb_reader = pytest.importorskip("stb_reader", reason="the client stb-reader is not installed")

    def walk() -> tuple[list[str], list[str], int, str]:
        client = stb_reader.STBClient(f"http://127.0.0.1:{registered.edge.port}", MAC)
        client.authenticate()
        genres = [one.title for one in client.live_tv.get_genres()]
        channels = client.live_tv.get_all_channels()
        assert client.live_tv.get_channels().total == len(channels)
        assert client.vod.get_content().items == []
        assert [one.id for one in client.vod.get_categories()] == ["*"]
        url = client.live_tv.get_stream_url(channels[0].cmd)
        return genres, [one.name for one in channels], channels[0].hd, url

    genres, names, hd, url = await asyncio.to_thread(walk)
    assert genres == ["All", "News", "Radio"]
    assert names == ["Uno", '5 Due, "due"']
    assert not hd
    assert "/play/" in url
    assert PLACE not in url
