"""One channel's life: on air, silent, another source, asleep until watched, scrambled, out of room."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rightcast.contract.ring import Closed, Down, Opened, Up, Want
from rightcast.domain.errors import RingTooSmallError
from rightcast.domain.lineup import StartMode
from rightcast.headend.channel import LINGER_S
from rightcast.headend.segmenter import Segmenter
from tests.headend.signals import edited, signal
from tests.headend.stations import Headend, Looped, channel, right

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 8


def _looped() -> Looped:
    return Looped(signal(seconds=SECONDS).read_bytes(), SECONDS)


async def test_a_channel_goes_on_air(tmp_path: Path) -> None:
    station = Headend(tmp_path, lambda _: _looped())
    station.publish(channel(1, "udp://a:1"), right(1))
    await station.run(5.5)
    report = station.report(1)
    assert (report.state, report.detail) == ("on_air", "")
    assert report.codecs.startswith("avc1.")
    assert report.resolution == "320x180"
    assert report.bitrate_bps > 50_000
    assert station.announced(Up) >= 1
    assert station.announced(Closed) >= 2
    station.supervisor.close()


async def test_silence_is_named_and_ends_with_a_new_epoch(tmp_path: Path) -> None:
    source = _looped()
    station = Headend(tmp_path, lambda _: source)
    station.publish(channel(1, "udp://a:1"), right(1))
    await station.run(5)
    source.silent = True
    await station.run(4)
    report = station.report(1)
    assert report.state == "silent"
    assert "is silent since" in report.detail
    source.silent = False
    await station.run(2.8)
    assert station.report(1).state == "on_air"
    assert {message.epoch for message in station.heard if isinstance(message, Opened)} == {0, 1}
    station.supervisor.close()


async def test_a_silent_source_is_followed_by_the_next_within_two_seconds_and_a_bit(tmp_path: Path) -> None:
    sources = {"udp://a:1": _looped(), "udp://b:1": _looped()}
    station = Headend(tmp_path, lambda url: sources[url])
    station.publish(channel(1, *sources), right(1))
    await station.run(5)
    sources["udp://a:1"].silent = True
    await station.run(2.5)
    report = station.report(1)
    assert report.source == "udp://b:1"
    assert "Source 2 is on air since" in report.detail
    assert "source 1 was silent" in report.detail
    assert (report.showing, report.cause) == ("source 2", "fault")
    sources["udp://a:1"].silent = False
    await station.run(28)
    assert station.report(1).showing == "source 2"
    await station.run(15)
    assert (station.report(1).state, station.report(1).detail) == ("on_air", "")
    assert station.report(1).showing == "source 1"
    station.supervisor.close()


async def test_on_demand_starts_with_the_first_viewer_and_ends_after_the_last(tmp_path: Path) -> None:
    opened: list[str] = []

    def open_receiver(url: str) -> Looped:
        opened.append(url)
        return _looped()

    station = Headend(tmp_path, open_receiver)
    station.publish(channel(1, "udp://a:1", start=StartMode.ON_DEMAND), right(1))
    await station.run(2)
    assert station.report(1).state == "idle"
    assert station.announced(Up) == 0
    assert not station.settings.channel_ring(1).exists()
    assert not opened
    station.supervisor.wants(7, [Want(channel=1, viewers=2)])
    await station.run(4)
    assert station.report(1).state == "on_air"
    station.supervisor.wants(7, [Want(channel=1, viewers=0)])
    await station.run(LINGER_S - 1)
    assert station.report(1).state == "on_air"
    await station.run(2)
    assert station.report(1).state == "idle"
    assert station.announced(Down) == 1
    assert station.supervisor.snapshot() == []
    assert not station.settings.channel_ring(1).exists()
    station.supervisor.wants(7, [Want(channel=1, viewers=1)])
    await station.run(4)
    assert station.report(1).state == "on_air"
    station.supervisor.close()


async def test_a_wish_that_came_before_the_channel_counts(tmp_path: Path) -> None:
    station = Headend(tmp_path, lambda _: _looped())
    station.supervisor.wants(7, [Want(channel=1, viewers=1)])
    station.publish(channel(1, "udp://a:1", start=StartMode.ON_DEMAND), right(1))
    await station.run(4)
    assert station.report(1).state == "on_air"
    station.supervisor.close()


async def test_scrambled_packets_are_named(tmp_path: Path) -> None:
    def scramble(index: int, packet: bytearray) -> bytearray:
        if packet[1] & 0x1F == 1:  # the elementary streams of the signal, not its tables
            packet[3] |= 0x80
        return packet

    data = edited(signal(seconds=SECONDS).read_bytes(), scramble)
    station = Headend(tmp_path, lambda _: Looped(data, SECONDS))
    station.publish(channel(1, "udp://a:1"), right(1))
    await station.run(3)
    report = station.report(1)
    assert report.scrambled_packets > 100
    assert "scrambled" in report.detail
    station.supervisor.close()


@pytest.mark.parametrize("failure", [RingTooSmallError("The tmpfs is full."), ZeroDivisionError("a fault")])
async def test_a_channel_that_fails_leaves_others_alone_and_recovers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    station = Headend(tmp_path, lambda _: _looped())
    station.publish(channel(1, "udp://a:1"), channel(2, "udp://a:1"), right(1, 2))
    await station.run(3)
    real = Segmenter.feed
    broken = station.supervisor._running[1]._segmenter

    def feed(self: Segmenter, block: bytes, now: float) -> None:
        if self is broken:
            raise failure
        real(self, block, now)

    monkeypatch.setattr(Segmenter, "feed", feed)
    await station.run(1)
    assert station.report(1).state == "failed"
    assert "full" in station.report(1).detail or "internal fault" in station.report(1).detail
    assert station.report(2).state == "on_air"
    await station.run(14)
    assert station.report(1).state == "on_air"
    station.supervisor.close()


async def test_another_name_does_not_interrupt_but_another_source_does(tmp_path: Path) -> None:
    opened: list[str] = []

    def open_receiver(url: str) -> Looped:
        opened.append(url)
        return _looped()

    station = Headend(tmp_path, open_receiver)
    station.publish(channel(1, "udp://a:1"), right(1))
    await station.run(4)
    station.publish(channel(1, "udp://a:1", name="Renamed"))
    await station.run(1)
    assert station.report(1).name == "Renamed"
    assert opened == ["udp://a:1"]
    station.publish(channel(1, "udp://b:1", name="Renamed"))
    await station.run(4)
    assert opened == ["udp://a:1", "udp://b:1"]
    assert station.report(1).state == "on_air"
    assert station.announced(Down) == 0
    station.supervisor.close()


async def test_garbage_is_reported_as_silence_of_the_service(tmp_path: Path) -> None:
    station = Headend(tmp_path, lambda _: Looped(bytes(range(256)) * 2000, SECONDS))
    station.publish(channel(1, "udp://a:1"), right(1))
    await station.run(8)
    report = station.report(1)
    assert report.state == "silent"
    assert "nothing of the wanted service" in report.detail
    station.supervisor.close()
