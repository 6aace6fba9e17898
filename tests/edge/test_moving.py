"""Viewers whom a blackout keeps out are moved to the slate or another channel and back, without connecting again."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import m3u8
import pytest
from msgspec import structs

from rightcast.contract.catalogue import Kind
from rightcast.domain.blackouts import Blackout, Instead
from rightcast.domain.overlay import OVERLAY, Overlay
from rightcast.domain.rights import RightStatus
from rightcast.domain.slate import SLATE_CHANNEL
from rightcast.formats.mpegts.packets import PACKET_BYTES
from tests.edge.fake_headend import FakeHeadend
from tests.edge.station import eventually
from tests.edge.test_decisions import applied
from tests.edge.test_playlists import playlist_path

if TYPE_CHECKING:
    from pathlib import Path

    from tests.edge.station import Client, TestStation

COPY = OVERLAY + 1
DARK = "blacked-out-by-provider"


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rings that are moved on by hand are not taken for dead on a busy machine."""
    monkeypatch.setattr("rightcast.edge.moving.STALE_S", 120.0)


def blackout(instead: Instead, instead_id: int = 0) -> Blackout:
    starts = datetime.now(UTC) - timedelta(seconds=0.2)
    return Blackout(id=4, name="Final", channel_ids=(1,), starts=starts, instead=instead, instead_id=instead_id)


def beside(station: TestStation, root: Path, segments: list[bytes], channel: int) -> FakeHeadend:
    """Another ring of the same headend, on air with two segments that began lately."""
    other = FakeHeadend(root, [*segments[3:], *segments[:3]], channel=channel)
    other._writers = station.headend._writers
    other.wall = time.time() - 2.5
    other.announce(other.snapshot())
    other.segment()
    other.segment()
    return other


async def known(station: TestStation, channel: int) -> None:
    await eventually(lambda: station.edge.rings.get(channel).newest_joinable() is not None)


def shows(station: TestStation) -> list[int]:
    return [one.shows.channel_id for one in station.edge.viewings.all()]


def breaks(data: bytes) -> tuple[int, int]:
    """How often a counter jumps without announcement, and how many PIDs announce that theirs does."""
    assert len(data) % PACKET_BYTES == 0
    counters: dict[int, int] = {}
    unannounced, announced = 0, set()
    for place in range(0, len(data), PACKET_BYTES):
        packet = data[place : place + PACKET_BYTES]
        assert packet[0] == 0x47
        pid, control, counter = (packet[1] & 0x1F) << 8 | packet[2], packet[3] >> 4 & 3, packet[3] & 15
        if control & 2 and packet[4] and packet[5] & 0x80:
            announced.add(pid)
            counters[pid] = counter
        elif control & 1:
            if pid in counters and counter != (counters[pid] + 1) & 15:
                unannounced += 1
            counters[pid] = counter
    return unannounced, len(announced)


def discontinuities(playlist: m3u8.M3U8) -> int:
    """The discontinuity sequence number of the first segment (RFC 8216 section 6.2.1)."""
    return (playlist.discontinuity_sequence or 0) + bool(playlist.segments[0].discontinuity)


async def read_until_quiet(client: Client) -> bytes:
    found = b""
    try:
        while True:
            found += await asyncio.wait_for(client.reader.read(1 << 16), 0.25)
    except TimeoutError:
        return found


async def test_an_endless_stream_goes_on_with_the_slate_and_comes_back_on_one_socket(
    station: TestStation, root: Path, segments: list[bytes]
) -> None:
    station.headend.wall = time.time() - 2
    await station.on_air(2)
    client = await station.connect()
    assert await client.stream() == 200
    seen = await read_until_quiet(client)
    slate = beside(station, root, segments, SLATE_CHANNEL)
    await known(station, SLATE_CHANNEL)
    running = blackout(Instead.SLATE)
    station.publish(Kind.BLACKOUT, 4, running)
    await eventually(lambda: shows(station) == [SLATE_CHANNEL], 2.0)
    station.headend.segment()  # nothing of this may reach the viewer
    slate.segment()
    dark = await read_until_quiet(client)
    assert slate.data(2)[-PACKET_BYTES * 20 :] in dark
    assert station.headend.data(2)[-PACKET_BYTES * 20 :] not in dark
    ended = replace(running, ends=datetime.now(UTC))
    await applied(station, station.publish(Kind.BLACKOUT, 4, ended))
    await eventually(lambda: shows(station) == [1])
    station.headend.wall = time.time() - station.headend.sequence
    station.headend.segment()
    back = await read_until_quiet(client)
    assert station.headend.data(3)[-PACKET_BYTES * 20 :] in back
    unannounced, announced = breaks(seen + dark + back)
    assert unannounced == 0
    assert announced >= 4  # both tables, pictures, sound
    client.close()


async def test_a_viewer_who_has_not_taken_what_was_sent_is_cut_not_moved(
    station: TestStation, root: Path, segments: list[bytes]
) -> None:
    await station.on_air(2)
    client = await station.connect()
    assert await client.stream() == 200
    await eventually(lambda: bool(station.edge.rings.get(1).audience))
    beside(station, root, segments, SLATE_CHANNEL)
    await known(station, SLATE_CHANNEL)
    for viewer in station.edge.rings.get(1).audience:
        viewer.queued = False
    station.publish(Kind.BLACKOUT, 4, blackout(Instead.SLATE))
    assert await client.ended(2.0)


async def test_without_a_slate_the_picture_is_dark_at_once_and_cut_when_none_comes(
    station: TestStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rightcast.edge.moving.PATIENCE_S", 0.5)
    await station.on_air(2)
    client = await station.connect()
    assert await client.stream() == 200
    await read_until_quiet(client)
    await applied(station, station.publish(Kind.BLACKOUT, 4, blackout(Instead.SLATE)))
    await eventually(lambda: shows(station) in ([SLATE_CHANNEL], []))
    station.headend.segment()
    assert await client.ended(3.0)
    assert station.edge.admission.refusals[DARK] == 1


async def test_another_channel_needs_a_right_and_its_failure_shows_the_slate(
    station: TestStation, root: Path, segments: list[bytes]
) -> None:
    await station.on_air(2)
    beside(station, root, segments, SLATE_CHANNEL)
    other = beside(station, root, segments, 2)
    await known(station, 2)
    await known(station, SLATE_CHANNEL)
    client = await station.connect()
    assert await client.stream() == 200
    await read_until_quiet(client)
    await applied(station, station.publish(Kind.BLACKOUT, 4, blackout(Instead.CHANNEL, 2)))
    await eventually(lambda: shows(station) == [2], 2.0)
    only_one = replace(station.right, channel_ids=(1,))
    await applied(station, station.publish(Kind.RIGHT, 5, only_one))
    await eventually(lambda: shows(station) == [SLATE_CHANNEL], 2.0)
    await read_until_quiet(client)
    await applied(station, station.publish(Kind.RIGHT, 5, station.right))
    await eventually(lambda: shows(station) == [2], 2.0)
    await read_until_quiet(client)
    other.down()
    await eventually(lambda: shows(station) == [SLATE_CHANNEL], 2.0)
    assert not await client.ended(0.2)
    gone = replace(station.right, status=RightStatus.SUSPENDED)
    await applied(station, station.publish(Kind.RIGHT, 5, gone))  # no right for the channel asked for: no slate either
    assert await client.ended(2.0)


@pytest.mark.parametrize("name", ["index.m3u8", "c0-256.m3u8", "l0-257.m3u8"])
async def test_a_playlist_goes_on_with_the_slate_behind_a_discontinuity_and_comes_back(
    station: TestStation, root: Path, segments: list[bytes], name: str
) -> None:
    station.headend.wall = time.time() - 4
    await station.on_air(4)
    slate = beside(station, root, segments, SLATE_CHANNEL)
    await known(station, SLATE_CHANNEL)
    path = (await playlist_path(station)).replace("index.m3u8", name)

    async def listed() -> m3u8.M3U8:
        reply = await station.get(path)
        assert reply.status == 200, reply
        return m3u8.loads(reply.body.decode())

    station.edge.viewings.all()[0].leased_until += 600.0  # however long a busy machine takes to make fragments
    before = await listed()
    real = urljoin(path, before.segments[-1].uri or "")
    running = blackout(Instead.SLATE)
    await applied(station, station.publish(Kind.BLACKOUT, 4, running))
    await eventually(lambda: shows(station) == [SLATE_CHANNEL], 2.0)
    refused = await station.get(real)
    assert (refused.status, refused.headers["x-rightcast-reason"]) == (503, DARK)
    slate.segment()
    dark = await listed()
    assert dark.segments[0].discontinuity
    whole = [one for one in dark.segments if one.uri]
    assert all("/0/" in urljoin(path, one.uri) for one in whole)
    assert dark.media_sequence > before.media_sequence + len(before.segments) - 1
    assert discontinuities(dark) > discontinuities(before)
    assert (await station.get(urljoin(path, whole[-1].uri))).status == 200
    await applied(station, station.publish(Kind.BLACKOUT, 4, replace(running, ends=datetime.now(UTC))))
    await eventually(lambda: shows(station) == [1])
    station.headend.wall = time.time() - station.headend.sequence
    station.headend.segment()
    after = await listed()
    assert after.media_sequence > dark.media_sequence + len(whole) - 1
    assert all("../" not in (one.uri or "") for one in after.segments)
    assert discontinuities(after) > discontinuities(dark)
    assert (await station.get(urljoin(path, after.segments[-1].uri or ""))).status == 200
    assert (await station.get(urljoin(path, whole[-1].uri))).status == 503  # and the slate's are over


async def test_a_manifest_goes_on_with_a_period_of_the_slate(
    station: TestStation, root: Path, segments: list[bytes]
) -> None:
    station.headend.wall = time.time() - 4
    await station.on_air(4)
    beside(station, root, segments, SLATE_CHANNEL)
    await known(station, SLATE_CHANNEL)
    path = (await playlist_path(station)).replace("index.m3u8", "manifest.mpd")
    before = (await station.get(path)).body.decode()
    await applied(station, station.publish(Kind.BLACKOUT, 4, blackout(Instead.SLATE)))
    await eventually(lambda: shows(station) == [SLATE_CHANNEL], 2.0)
    dark = (await station.get(path)).body.decode()
    assert set(re.findall(r'<Period id="([^"]+)"', before)).isdisjoint(re.findall(r'<Period id="([^"]+)"', dark))
    assert 'media="../0/c$RepresentationID$' in dark
    assert (await station.get(path)).body.decode().count("<Period ") == dark.count("<Period ") == 1
    init = urljoin(path, re.findall(r'initialization="([^"]+)"', dark)[0].replace("$RepresentationID$", "0-256"))
    assert (await station.get(init)).status == 200


async def test_who_opens_the_channel_meanwhile_sees_the_slate_and_comes_back(
    station: TestStation, root: Path, segments: list[bytes]
) -> None:
    station.headend.wall = time.time() - 4
    await station.on_air(2)
    slate = beside(station, root, segments, SLATE_CHANNEL)
    await known(station, SLATE_CHANNEL)
    running = blackout(Instead.SLATE)
    await applied(station, station.publish(Kind.BLACKOUT, 4, running))
    client = await station.connect()
    assert await client.stream() == 200
    assert slate.data(1)[-PACKET_BYTES * 20 :] in await read_until_quiet(client)
    assert station.edge.viewings.all()[0].right_id == 0  # it stands on no right of the channel
    await applied(station, station.publish(Kind.BLACKOUT, 4, replace(running, ends=datetime.now(UTC))))
    await eventually(lambda: shows(station) == [1])
    assert station.edge.viewings.all()[0].right_id == 5
    client.close()


def overlaid(station: TestStation, root: Path, segments: list[bytes]) -> FakeHeadend:
    """The copy of channel 1 for one session, as a headend makes it."""
    copy = FakeHeadend(root / "copy", segments, channel=1)
    copy._writers = station.headend._writers
    copy.wall = time.time() - 2.5
    plain = copy.announce
    copy.announce = lambda found: plain([structs.replace(one, rendition=COPY) for one in found])  # type: ignore[method-assign]
    copy.announce(copy.snapshot())
    copy.segment()
    copy.segment()
    return copy


async def test_an_overlay_is_seen_by_its_session_alone_and_its_failure_shows_the_ordinary_picture(
    station: TestStation, root: Path, segments: list[bytes]
) -> None:
    await applied(station, station.publish(Kind.LINE, 1, replace(station.line, max_sessions=2)))
    station.headend.wall = time.time() - 4
    await station.on_air(4)
    client = await station.connect()
    assert await client.stream() == 200
    await eventually(lambda: len(station.edge.viewings) == 1)
    suspect = station.edge.viewings.all()[0]
    path = await playlist_path(station)
    now = datetime.now(UTC)
    wanted = Overlay(
        id=3, sid=suspect.sid, channel_id=1, slot=1, starts=now, ends=now + timedelta(minutes=5)
    )  # fmt: skip
    await applied(station, station.publish(Kind.OVERLAY, 3, wanted))
    assert suspect.shows.rendition == 0  # the ordinary picture until there is a copy
    copy = overlaid(station, root, segments)
    await eventually(lambda: suspect.shows.rendition == COPY)
    assert [one.shows.rendition for one in station.edge.viewings.all() if one is not suspect] == [0]
    assert (await station.get(urljoin(path, f"v{COPY}.1.ts"))).status == 404
    copy.down()
    await eventually(lambda: suspect.shows.rendition == 0)
    assert not await client.ended(0.2)
    copy.announce(copy.snapshot())
    copy.segment()
    await eventually(lambda: suspect.shows.rendition == COPY)
    await applied(station, station.publish(Kind.OVERLAY, 3, None))
    await eventually(lambda: suspect.shows.rendition == 0)
    assert not await client.ended(0.2)


async def test_a_playlist_goes_on_with_the_copy(station: TestStation, root: Path, segments: list[bytes]) -> None:
    station.headend.wall = time.time() - 4
    await station.on_air(4)
    path = await playlist_path(station)
    before = m3u8.loads((await station.get(path)).body.decode())
    suspect = station.edge.viewings.all()[0]
    copy = overlaid(station, root, segments)
    now = datetime.now(UTC)
    wanted = Overlay(id=3, sid=suspect.sid, channel_id=1, slot=1, starts=now, ends=now + timedelta(minutes=5))
    await applied(station, station.publish(Kind.OVERLAY, 3, wanted))
    await eventually(lambda: suspect.shows.rendition == COPY)
    copy.wall = time.time() - copy.sequence
    copy.segment()
    found = m3u8.loads((await station.get(path)).body.decode())
    assert found.media_sequence == before.media_sequence
    assert found.segments[-1].uri == f"v{COPY}.2.ts"
    assert found.segments[-1].discontinuity
    reply = await station.get(urljoin(path, found.segments[-1].uri))
    assert (reply.status, reply.body) == (200, copy.data(2))
