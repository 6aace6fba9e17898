"""What happens to real sources, through a whole channel: where it breaks, and for how long nobody sees anything."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import TYPE_CHECKING

from rightcast.contract.ring import Closed, Opened, Part
from rightcast.formats.mpegts.units import WRAP
from tests.headend.signals import Pictures, edited, signal
from tests.headend.slates import MadeSlates
from tests.headend.stations import Headend, Looped, channel, right
from tests.headend.streams import long_stream

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rightcast.headend.sources.receiver import Receiver

URL = "udp://a:1"


class Played(Looped):
    """Gives each piece of a stream over so many seconds, then begins again; a piece of None is silence."""

    def __init__(self, *pieces: tuple[bytes, float]) -> None:
        super().__init__(b"", 1)
        self._blocks = [block for data, seconds in pieces for block in _paced(data, seconds)]

    def drain(self, _now: float) -> list[bytes]:
        block = self._blocks.pop(0) if self._blocks else b""
        return [block] if block else []


def _paced(data: bytes, seconds: float) -> list[bytes]:
    ticks = round(seconds * 10)
    packets = len(data) // 188
    cuts = [packets * tick // ticks * 188 for tick in range(ticks + 1)]
    return [data[start:end] for start, end in pairwise(cuts)]


async def carried(folder: Path, receiver: Callable[[str], Receiver], seconds: float) -> Headend:
    """A channel of one source with a slate, for so long."""
    headend = Headend(folder, receiver, slates=MadeSlates())
    headend.publish(channel(1, URL), right(1))
    await headend.run(seconds)
    headend.supervisor.close()
    return headend


def epochs(headend: Headend) -> list[int]:
    return list(dict.fromkeys(message.epoch for message in headend.heard if isinstance(message, Opened)))


def dead_air_s(headend: Headend) -> float:
    moments = [at for at, message in headend.timeline if isinstance(message, Part)]
    return max(after - before for before, after in pairwise(moments))


async def test_a_source_that_dies_for_ten_seconds_and_returns(tmp_path: Path) -> None:
    stream = Pictures(gop=25)
    source = Played((stream.take(150), 6), (b"", 10), (stream.take(200), 8))
    headend = await carried(tmp_path, lambda _: source, 23)
    assert epochs(headend) == [0, 1, 2]
    assert dead_air_s(headend) < 2.2


async def test_time_that_jumps_back_by_thirty_seconds(tmp_path: Path) -> None:
    before, after = Pictures(gop=25, start=40 * 90_000), Pictures(gop=25, start=16 * 90_000)
    source = Played((before.take(150), 6), (after.take(200), 8))
    headend = await carried(tmp_path, lambda _: source, 13)
    assert epochs(headend) == [0, 1]
    assert dead_air_s(headend) < 0.7


async def test_time_that_wraps_after_thirty_three_bits(tmp_path: Path) -> None:
    source = Played((Pictures(gop=25, start=WRAP - 6 * 90_000).take(300), 12))
    headend = await carried(tmp_path, lambda _: source, 11)
    assert epochs(headend) == [0]
    times = [message.time for message in headend.heard if isinstance(message, Opened)]
    assert times == sorted(times)
    assert dead_air_s(headend) < 0.7


async def test_pictures_of_another_size_on_the_same_pids(tmp_path: Path) -> None:
    large = signal(seconds=6, size="1920x1080", gop=25).read_bytes()
    small = signal(seconds=6, size="1280x720", gop=25, muxer=("-output_ts_offset", "6")).read_bytes()
    source = Played((large, 6), (small, 6))
    headend = await carried(tmp_path, lambda _: source, 11)
    assert epochs(headend) == [0, 1]
    assert dead_air_s(headend) < 1.1


async def test_another_map_with_other_pids(tmp_path: Path) -> None:
    source = Played(
        (Pictures(gop=25).take(150), 6), (Pictures(gop=25, video=0x200, start=9_000_000).take(200, version=1), 8)
    )
    headend = await carried(tmp_path, lambda _: source, 13)
    assert epochs(headend) == [0, 1]
    assert dead_air_s(headend) < 1.1


async def test_two_of_a_thousand_packets_lost_and_five_damaged(tmp_path: Path) -> None:
    chance = random.Random(5)

    def spoil(_: int, packet: bytearray) -> bytearray | None:
        if chance.random() < 0.002:
            return None
        if chance.random() < 0.005:
            packet[chance.randrange(188)] ^= 0xFF
        return packet

    source = Played((edited(long_stream()[: 188 * 4500], spoil), 36))
    headend = await carried(tmp_path, lambda _: source, 35)
    assert dead_air_s(headend) < 1.5
    durations = [message.duration for message in headend.heard if isinstance(message, Closed)]
    assert sum(durations) > 30
    assert len(epochs(headend)) <= 4


async def test_a_program_that_lives_and_says_nothing_is_replaced_and_the_slate_stands_in(tmp_path: Path) -> None:
    opened: list[Played] = []

    def receiver(_: str) -> Played:
        stream = Pictures(gop=25, start=len(opened) * 9_000_000 + 900_000)
        made = Played((stream.take(150), 6)) if not opened else Played((stream.take(500), 20))
        made.patience_s = 10.0  # type: ignore[assignment]  # as a program has it
        opened.append(made)
        return made

    headend = await carried(tmp_path, receiver, 25)
    assert len(opened) == 2
    assert opened[0].closed
    assert epochs(headend) == [0, 1, 2]
    assert dead_air_s(headend) < 2.2
