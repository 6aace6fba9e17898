"""An archivist beside a headend that writes numbered packets when told to, and what it kept."""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rightcast.contract.catalogue import Change, Kind
from rightcast.contract.station import StationSettings
from rightcast.domain.archive import Archive
from rightcast.domain.features import Features
from rightcast.domain.lineup import Channel, ChannelKind
from rightcast.domain.rights import CarriageRight, Instrument, Later, RightStatus
from rightcast.headend.archive.main import Archivist
from rightcast.headend.published import Published
from rightcast.state.archive.reel import ReelReader, channel_reel
from rightcast.state.feed import FileFeed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rightcast.state.archive.reel import Gap, Kept
    from tests.edge.fake_headend import FakeHeadend

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
RIGHT = CarriageRight(
    id=5, reference="R-5", licensor="us", instrument=Instrument.OWN_PRODUCTION, status=RightStatus.ACTIVE,
    channel_ids=(1,), territories=("IT",), starts=LONG_AGO, later=Later(start_over=True, catchup_h=24),
)  # fmt: skip
CHANNEL = Channel(
    id=1, number=1, name="Uno", kind=ChannelKind.TV, sources=(), added=LONG_AGO,
    features=Features(archive=Archive(hours=24)),
)  # fmt: skip
SEGMENTS = [
    b"".join(bytes((0x47, 1, 0, 0x10 | packet & 15)) + bytes([number, packet]) * 92 for packet in range(40))
    for number in range(7)
]


async def until(condition: Callable[[], bool], what: str, within_s: float = 10.0) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, what
        await asyncio.sleep(0.01)


class Shelf:
    """Reads what is kept of channel 1 in an archive."""

    def __init__(self, root: Path) -> None:
        self.folder = channel_reel(root, 1)

    def kept(self) -> list[Kept]:
        if not (self.folder / "index.sqlite3").exists():
            return []
        with closing(ReelReader(self.folder)) as reel:
            return reel.after(0, 100_000)

    def gaps(self) -> list[Gap]:
        with closing(ReelReader(self.folder)) as reel:
            return reel.gaps(0, 1e12)

    def data(self, kept: Kept) -> bytes:
        with closing(ReelReader(self.folder)) as reel:
            descriptor = reel.open_file(kept.file)
            assert descriptor is not None
            try:
                return os.pread(descriptor, kept.size, kept.offset)
            finally:
                os.close(descriptor)


class Bench:
    """An archivist, a headend, a feed."""

    def __init__(self, root: Path, headend: FakeHeadend, *, budget_bytes: int = 0) -> None:
        self.settings = StationSettings(data=root, ring=root, archive_budget_bytes=budget_bytes)
        self.headend = headend
        self.feed = FileFeed(self.settings.feed)
        self.shelf = Shelf(self.settings.archive_root)
        self.ahead_s = 0.0
        self._work: asyncio.Task[None] | None = None

    def publish(self, kind: Kind, key: int, record: Channel | CarriageRight | None) -> None:
        self.feed.publish([Change(kind, key, record)])

    def keep(self, hours: int = 24, catchup_h: int = 24) -> None:
        later = replace(RIGHT.later, catchup_h=catchup_h)
        self.publish(Kind.RIGHT, 5, replace(RIGHT, later=later))
        self.publish(Kind.CHANNEL, 1, replace(CHANNEL, features=Features(archive=Archive(hours=hours))))

    async def start(self) -> None:
        self.archivist = Archivist(self.settings, Published(self.feed), clock=lambda: time.time() + self.ahead_s)
        self._ending = asyncio.Event()
        self._work = asyncio.create_task(self.archivist.work(self._ending))
        self.archivist.decide()

    async def stop(self) -> None:
        if self._work is not None:
            self._ending.set()
            await asyncio.wait_for(self._work, 10)
            self._work = None

    async def on_air(self, segments: int) -> None:
        """Segments as fast as they are kept."""
        await until(lambda: self.headend.wants.get(1) == 1, "the channel is not wanted")
        for _ in range(segments):
            self.headend.segment()
            await until(lambda: self.newest() == self.headend.sequence - 1, "it is not kept")

    def newest(self) -> int:
        return max((one.sequence for one in self.shelf.kept()), default=-1)

    def sequences(self) -> list[int]:
        return [one.sequence for one in self.shelf.kept()]

    def bytes_agree(self) -> bool:
        """Whether all that is kept is what was sent."""
        return all(self.shelf.data(one) == self.headend.data(one.sequence) for one in self.shelf.kept())
