"""Radio as one endless answer: sound alone from a frame's start, titles for players that ask; under the decision."""

from __future__ import annotations

import asyncio
import subprocess
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from rightcast.contract.catalogue import Kind
from rightcast.contract.reports import NowPlaying, now_playing_report
from rightcast.contract.ring import Track
from rightcast.domain.rights import RightStatus
from rightcast.state.reports import FileReports
from tests.edge.station import eventually
from tests.edge.test_keys import protect

if TYPE_CHECKING:
    from tests.edge.station import Client, TestStation


async def tuned(station: TestStation, *, titles: bool = False, ending: str = "aac") -> tuple[Client, dict[str, str]]:
    client = await station.connect()
    client.send(f"/live/anna/sesame/1.{ending}", headers={"Icy-MetaData": "1"} if titles else {})
    status, headers = await client.head()
    assert status == 200, headers
    return client, headers


async def heard(client: Client, every: int) -> tuple[bytes, str]:
    """A block of sound and the title behind it."""
    data = await client.read(every)
    length = (await client.read(1))[0] * 16
    return data, (await client.read(length)).rstrip(b"\0").decode()


async def test_a_listener_gets_adts_frames_and_nothing_else(station: TestStation) -> None:
    await station.on_air(3)
    client, headers = await tuned(station)
    assert headers["content-type"] == "audio/aac"
    assert headers["icy-name"] == "Uno"
    assert "icy-metaint" not in headers
    data = await client.read(20_000)
    station.headend.segment()
    data += await client.read(5_000)
    client.close()
    command = ["ffprobe", "-v", "error", "-count_packets", "-show_entries", "stream=codec_name,nb_read_packets"]
    done = subprocess.run([*command, "-of", "csv=p=0", "-"], input=data, capture_output=True, timeout=60, check=True)
    name, packets = done.stdout.decode().strip().split(",")
    assert name == "aac"
    assert int(packets) > 80
    assert data[:2] in {b"\xff\xf1", b"\xff\xf9"}
    assert not done.stderr


async def test_titles_stand_between_blocks_and_are_told_once(station: TestStation) -> None:
    reports = FileReports(station.settings.reports)
    reports.put(now_playing_report(1), NowPlaying(channel_id=1, text="Mina - L'ultima", at=time.time()))
    await station.on_air(4)
    client, headers = await tuned(station, titles=True)
    every = int(headers["icy-metaint"])
    _, title = await heard(client, every)
    assert title == "StreamTitle='Mina - L\N{RIGHT SINGLE QUOTATION MARK}ultima';"
    for _ in range(4):
        station.headend.segment()
    _, title = await heard(client, every)
    assert title == ""
    client.close()


async def test_a_title_that_changes_reaches_those_who_listen(station: TestStation) -> None:
    reports = FileReports(station.settings.reports)
    await station.on_air(3)
    client, headers = await tuned(station, titles=True)
    reports.put(now_playing_report(1), NowPlaying(channel_id=1, text="News", at=time.time()))
    deadline = time.monotonic() + 10
    while True:
        assert time.monotonic() < deadline
        for _ in range(4):
            station.headend.segment()
        if "News" in (await heard(client, int(headers["icy-metaint"])))[1]:
            break
        await asyncio.sleep(0.2)
    client.close()


async def test_a_takedown_ends_the_answer_within_two_seconds(station: TestStation) -> None:
    await station.on_air(2)
    client, _ = await tuned(station)
    station.publish(Kind.RIGHT, 5, replace(station.right, status=RightStatus.WITHDRAWN))
    began = time.monotonic()
    assert await client.ended()
    assert time.monotonic() - began < 2.0
    reply = await station.get("/live/anna/sesame/1.aac")
    assert (reply.status, reply.headers["x-rightcast-reason"]) == (403, "carriage-right-withdrawn")


async def test_a_listener_takes_a_screen_and_gives_it_back(station: TestStation) -> None:
    await station.on_air(2)
    client, _ = await tuned(station)
    other = await station.get("/live/anna/sesame/1.mp3", headers={"User-Agent": "another"})
    assert other.headers["x-rightcast-reason"] == "too-many-sessions"
    client.close()
    await eventually(lambda: not len(station.edge.viewings))
    assert not station.edge.radio._sounds
    again, _ = await tuned(station)
    again.close()


async def test_one_who_does_not_listen_is_cut_and_others_are_not(station: TestStation) -> None:
    station.publish(Kind.LINE, 1, replace(station.line, max_sessions=3))
    await eventually(lambda: (found := station.edge.replica.line(1)) is not None and found.max_sessions == 3)
    await station.on_air(2)
    deaf, _ = await tuned(station)
    deaf.writer.transport.pause_reading()
    sound = station.edge.radio._sounds[1]
    (fallen,) = sound.listeners
    fallen.send(b"\0" * (32 << 20), "")
    keen = await station.connect()
    keen.send("/live/anna/sesame/1.aac", headers={"User-Agent": "keen"})
    await keen.head()

    async def listen() -> None:
        while await keen.reader.read(1 << 16):
            pass

    listening = asyncio.create_task(listen())
    await eventually(lambda: len(station.edge.viewings) == 2)
    for _ in range(40):
        station.headend.segment()
        if len(sound.listeners) == 1:
            break
        await asyncio.sleep(0.05)
    await eventually(lambda: len(station.edge.viewings) == 1)
    assert not listening.done()
    listening.cancel()
    keen.close()
    deaf.close()


async def test_a_protected_channel_has_no_clear_sound_either(station: TestStation) -> None:
    await station.on_air(2)
    await protect(station)
    reply = await station.get("/live/anna/sesame/1.aac")
    assert (reply.status, reply.headers["x-rightcast-reason"]) == (403, "encrypted-only")


async def test_a_channel_without_such_sound_says_so(station: TestStation) -> None:
    station.headend.tracks = [Track(pid=257, kind="audio", codec="ac-3")]
    await station.restart_edge()
    await station.on_air(2)
    reply = await station.get("/live/anna/sesame/1.aac")
    assert reply.status == 404


async def test_a_head_request_tells_the_type_and_takes_no_screen(station: TestStation) -> None:
    await station.on_air(2)
    reply = await station.get("/live/anna/sesame/1.mp3", method="HEAD")
    assert (reply.status, reply.headers["content-type"]) == (200, "audio/aac")
    assert not len(station.edge.viewings)
