"""Channels sent to groups: whole, in order, paced; stopped with their right."""

from __future__ import annotations

import asyncio
import itertools
import socket
import struct
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from rightcast.contract.catalogue import Change, Kind
from rightcast.contract.ring import Described
from rightcast.contract.station import StationSettings
from rightcast.domain.features import Features
from rightcast.domain.lineup import Channel, ChannelKind, Source, SourceKind, Station
from rightcast.domain.outputs import Outputs
from rightcast.domain.rights import Bounds, CarriageRight, Distribution, Floor, Instrument, RightStatus
from rightcast.domain.takedown import Takedown
from rightcast.formats.mpegts.scte35.records import Delivery
from rightcast.formats.mpegts.scte35.section import encode
from rightcast.headend.output.main import Sender
from rightcast.headend.output.signals import COMES_BACK_S
from rightcast.headend.output.wanted import Wanted
from rightcast.state.feed import FileFeed
from tests.edge.fake_headend import TRACKS, FakeHeadend
from tests.headend.cue_signals import NO_WEB, programme

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
RIGHT = CarriageRight(
    id=5, reference="R-5", licensor="us", instrument=Instrument.OWN_PRODUCTION, status=RightStatus.ACTIVE,
    channel_ids=(1,), territories=("IT",), starts=LONG_AGO,
)  # fmt: skip
CHANNEL = Channel(id=1, number=1, name="Uno", kind=ChannelKind.TV, sources=(), added=LONG_AGO)
PACKETS = [bytes((0x47, 1, 0, 0x10 | number & 15)) + number.to_bytes(184, "big") for number in range(280)]
SEGMENT = b"".join(PACKETS)


class Receiver:
    """A member of a group on loopback."""

    def __init__(self, group: str = "239.255.71.7") -> None:
        self.group = group
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((group, 0))
        membership = struct.pack("=4s4s", socket.inet_aton(group), socket.inet_aton("127.0.0.1"))
        self.socket.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
        self.socket.setblocking(False)
        self.port = self.socket.getsockname()[1]

    def url(self, scheme: str = "udp") -> str:
        return f"{scheme}://{self.group}:{self.port}?interface=127.0.0.1&ttl=0"

    def received(self) -> list[bytes]:
        found = []
        while True:
            try:
                found.append(self.socket.recv(2000))
            except BlockingIOError:
                return found

    async def until(self, count: int, within_s: float = 5.0) -> list[bytes]:
        found: list[bytes] = []
        deadline = time.monotonic() + within_s
        while len(found) < count:
            assert time.monotonic() < deadline, f"{len(found)} of {count} datagrams"
            await asyncio.sleep(0.01)
            found += self.received()
        return found

    async def until_silent(self, within_s: float) -> float:
        """Seconds until nothing came for 300 ms."""
        began = last = time.monotonic()
        while time.monotonic() - last < 0.3:
            assert time.monotonic() - began < within_s + 0.5, "it does not stop"
            await asyncio.sleep(0.02)
            if self.received():
                last = time.monotonic()
        return last - began


class Bench:
    """A sender, a headend that writes parts when told to, a feed."""

    def __init__(self, root: Path, headend: FakeHeadend) -> None:
        self.settings = StationSettings(data=root, ring=root)
        self.headend = headend
        self.feed = FileFeed(self.settings.feed)
        self.sender = Sender(self.settings, Wanted(self.feed))
        self._ending = asyncio.Event()
        self._work = asyncio.create_task(self.sender.work(self._ending))
        self._air: asyncio.Task[None] | None = None

    def publish(self, kind: Kind, key: int, record: Channel | CarriageRight | Station | Takedown | None) -> None:
        self.feed.publish([Change(kind, key, record)])

    def carry(self, *urls: str) -> None:
        self.publish(Kind.STATION, 0, Station())
        self.publish(Kind.RIGHT, 5, RIGHT)
        self.publish(Kind.CHANNEL, 1, replace(CHANNEL, features=Features(outputs=Outputs(urls=urls))))

    async def on_air(self) -> None:
        """Parts of a quarter of a second in real time."""
        deadline = time.monotonic() + 5
        while self.headend.wants.get(1) != 1:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.01)
        self._air = asyncio.create_task(self._send_parts())

    async def _send_parts(self) -> None:
        while True:
            self.headend.part()
            await asyncio.sleep(0.25)

    async def stop(self) -> None:
        if self._air is not None:
            self._air.cancel()
        self._ending.set()
        await asyncio.wait_for(self._work, 5)
        self.sender.close()
        self.feed.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.socket.close()


@pytest.fixture
async def bench(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    """Packets that are numbered instead of pictures: parts are quarters, times mean nothing."""
    quarter = len(SEGMENT) // 4
    monkeypatch.setattr("tests.edge.fake_headend.part_bounds", lambda _: [quarter * step for step in range(5)])
    monkeypatch.setattr("tests.edge.fake_headend.first_time", lambda _: 0)
    with tempfile.TemporaryDirectory(dir="/dev/shm", prefix="rc-") as folder:
        headend = FakeHeadend(Path(folder), [SEGMENT])
        await headend.start()
        bench = Bench(Path(folder), headend)
        yield bench
        await bench.stop()
        await headend.stop()


async def test_a_group_receives_seven_packets_a_datagram_in_order(bench: Bench, receiver: Receiver) -> None:
    bench.carry(receiver.url())
    await bench.on_air()
    found = await receiver.until(50)
    assert {len(one) for one in found} == {7 * 188}
    stream = b"".join(found)
    packets = [stream[at : at + 188] for at in range(0, len(stream), 188)]
    first = PACKETS.index(packets[0])
    assert packets == [PACKETS[(first + number) % len(PACKETS)] for number in range(len(packets))]


async def test_datagrams_are_spread_over_time(bench: Bench, receiver: Receiver) -> None:
    """40 datagrams a second, and not a part's ten at once; a machine that stalls twice is forgiven."""
    bench.carry(receiver.url())
    await bench.on_air()
    await receiver.until(10)
    rates = []
    for _ in range(12):
        began = time.monotonic()
        await asyncio.sleep(0.1)
        rates.append(len(receiver.received()) / (time.monotonic() - began))
    assert sorted(rates)[-3] < 90
    assert sum(rate > 0 for rate in rates) >= 9


async def test_rtp_says_payload_type_sequence_and_time(bench: Bench, receiver: Receiver) -> None:
    bench.carry(receiver.url("rtp"))
    await bench.on_air()
    heads = [struct.unpack(">BBHII", one[:12]) for one in await receiver.until(30)]
    assert {head[:2] for head in heads} == {(0x80, 33)}
    assert [head[2] - heads[0][2] & 0xFFFF for head in heads] == list(range(len(heads)))
    assert len({head[4] for head in heads}) == 1
    steps = [after[3] - before[3] & 0xFFFFFFFF for before, after in itertools.pairwise(heads)]
    assert max(steps) - min(steps) <= 3
    assert steps[0] == pytest.approx(90_000 / 40, abs=2)


@pytest.mark.parametrize(
    "how", ["withdrawn", "ended", "held", "removed", "taken down", "dark at home", "bound", "grown"]
)
async def test_datagrams_stop_within_two_seconds(bench: Bench, receiver: Receiver, how: str) -> None:
    bench.carry(receiver.url())
    await bench.on_air()
    await receiver.until(10)
    match how:
        case "withdrawn":
            bench.publish(Kind.RIGHT, 5, replace(RIGHT, status=RightStatus.WITHDRAWN))
        case "ended":
            bench.publish(Kind.RIGHT, 5, replace(RIGHT, ends=datetime.now(UTC) + timedelta(milliseconds=300)))
        case "held":
            bench.publish(Kind.CHANNEL, 1, None)
        case "removed":
            bench.publish(Kind.CHANNEL, 1, CHANNEL)
        case "taken down":
            bench.publish(Kind.TAKEDOWN, 3, Takedown(id=3, begins=LONG_AGO, channel_ids=frozenset({1})))
        case "dark at home":
            bench.publish(Kind.TAKEDOWN, 3, Takedown(id=3, begins=LONG_AGO, territories=frozenset({"IT"})))
        case "bound":
            bench.publish(Kind.RIGHT, 5, replace(RIGHT, bounds=Bounds(distribution=(Distribution.OTT,))))
        case "grown":
            bench.publish(Kind.RIGHT, 5, replace(RIGHT, bounds=Bounds(max_height=TRACKS[0].height)))
            larger = [structs.replace(TRACKS[0], height=720), TRACKS[1]]
            bench.headend.announce([Described(channel=1, codecs="", video=True, tracks=larger)])
    assert await receiver.until_silent(2.0) < 2.0


async def test_a_right_for_another_territory_lets_nothing_out(bench: Bench, receiver: Receiver) -> None:
    bench.carry(receiver.url())
    await bench.on_air()
    await receiver.until(1)
    bench.publish(Kind.RIGHT, 5, replace(RIGHT, territories=("CH",)))
    await receiver.until_silent(2.0)
    assert [one.detail for one in bench.sender.report().outputs] == ["No carriage right in force covers IT."]


async def test_a_bound_that_receivers_do_not_hold_is_told_where_outputs_are_listed(bench: Bench) -> None:
    bench.carry("udp://239.255.71.7:5999?interface=127.0.0.1&ttl=0")
    bench.publish(Kind.RIGHT, 5, replace(RIGHT, bounds=Bounds(floor=Floor.TRANSPORT)))
    bench.sender.decide()
    (told,) = bench.sender.report().outputs
    assert told.detail == "Right R-5 does not let it be sent: it demands protection, and an output is clear."


async def test_an_address_that_a_channel_comes_from_is_not_sent_to(bench: Bench, receiver: Receiver) -> None:
    other = Receiver("239.255.71.8")
    source = Source(id=1, kind=SourceKind.UDP, url=f"udp://{other.group}:{other.port}")
    bench.publish(Kind.CHANNEL, 2, replace(CHANNEL, id=2, sources=(source,)))
    bench.carry(receiver.url(), other.url())
    await bench.on_air()
    await receiver.until(20)
    assert not other.received()
    other.socket.close()


async def test_a_restart_of_the_headend_repeats_nothing(bench: Bench, receiver: Receiver) -> None:
    bench.carry(receiver.url())
    await bench.on_air()
    found = await receiver.until(20)
    await bench.headend.stop()
    bench.headend.restart_ring()
    await bench.headend.start()
    found += await receiver.until(30)
    numbers = [int.from_bytes(one[at + 4 : at + 188], "big") for one in found for at in range(0, len(one), 188)]
    backward = [after for before, after in itertools.pairwise(numbers) if after < before]
    assert all(number == 0 for number in backward)


async def test_an_interface_that_is_not_there_is_told(bench: Bench, receiver: Receiver) -> None:
    bench.carry(receiver.url(), "udp://239.255.71.9:5000?interface=nosuch0")
    await bench.on_air()
    await receiver.until(5)
    told = {one.url: one.detail for one in bench.sender.report().outputs}
    assert told[receiver.url()] == ""
    assert "Cannot be sent" in told["udp://239.255.71.9:5000?interface=nosuch0"]


async def test_one_receiver_by_ipv6_is_sent_to_like_a_group(bench: Bench) -> None:
    listener = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    listener.bind(("::1", 0))
    listener.setblocking(False)
    bench.carry(f"rtp://[::1]:{listener.getsockname()[1]}?ttl=1")
    await bench.on_air()
    data = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(listener, 2000), 5)
    assert (len(data), data[12]) == (12 + 7 * 188, 0x47)
    listener.close()


async def test_when_the_feed_is_silent_for_too_long_nothing_is_sent(bench: Bench, receiver: Receiver) -> None:
    bench.carry(receiver.url())
    await bench.on_air()
    await receiver.until(5)
    bench.feed.close()
    bench.settings.feed.unlink()
    bench.sender._wanted._feed.close()  # type: ignore[attr-defined]  # the file is gone for good
    bench.sender._heard -= 86_401
    await receiver.until_silent(2.0)
    assert not bench.sender.files.wanted


async def test_a_ring_that_began_anew_is_sent_on(bench: Bench, receiver: Receiver) -> None:
    """The headend died, and its ring was taken away with it: numbers start from nothing."""
    bench.headend.epoch, bench.headend.sequence = 7, 100
    bench.carry(receiver.url())
    await bench.on_air()
    await receiver.until(10)
    await bench.headend.stop()
    bench.headend._held.clear()
    bench.headend._open = None
    bench.headend.epoch = bench.headend.sequence = 0
    await receiver.until_silent(2.0)
    await bench.headend.start()
    await receiver.until(20)


REGION = Delivery(web_delivery_allowed=True, no_regional_blackout=False, archive_allowed=True, device_restrictions=3)


async def test_a_signalled_blackout_stops_datagrams_within_two_seconds_until_it_ends(
    bench: Bench, receiver: Receiver
) -> None:
    bench.carry(receiver.url())
    await bench.on_air()
    await receiver.until(10)
    bench.headend.mark(encode(programme(0x10, None, delivery=REGION)), time.time())
    assert await receiver.until_silent(2.0) < 2.0
    assert bench.headend.wants[1] == 1, "its end must be heard"
    assert [one.detail for one in bench.sender.report().outputs] == [
        "The provider's signals forbid it: regional blackout."
    ]
    bench.headend.mark(encode(programme(0x11, None)), time.time())
    ended = time.monotonic()
    await receiver.until(10)
    assert time.monotonic() - ended > COMES_BACK_S / 2, "nothing from before its end comes late"


async def test_a_group_goes_on_where_only_the_web_is_forbidden(bench: Bench, receiver: Receiver) -> None:
    bench.carry(receiver.url())
    await bench.on_air()
    await receiver.until(10)
    bench.headend.mark(encode(programme(0x10, None, delivery=NO_WEB)), time.time())
    await receiver.until(100)
