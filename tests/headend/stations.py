"""A headend without its process: a feed, a supervisor and an invented clock, for tests."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from rightcast.contract.catalogue import Change, Kind
from rightcast.contract.station import StationSettings
from rightcast.domain.lineup import Channel, ChannelKind, Lineup, Source, SourceKind, StartMode, Station
from rightcast.domain.rights import CarriageRight, Instrument, RightStatus
from rightcast.headend.supervisor import Supervisor
from rightcast.state.feed import FileFeed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from rightcast.contract.reports import ChannelReport
    from rightcast.contract.ring import Announcement
    from rightcast.headend.pictures.rounds import Rounds
    from rightcast.headend.slate.cards import Slates
    from rightcast.headend.sources.receiver import Receiver

START = 1_790_000_000.0


def moment(seconds: float = 0.0) -> datetime:
    """A point of the invented clock."""
    return datetime.fromtimestamp(START + seconds, UTC)


def channel(
    number: int, *urls: str, start: StartMode = StartMode.ALWAYS, name: str = "", service: int | None = None
) -> Channel:
    """A channel with sources at these addresses."""
    sources = tuple(
        Source(id=place, kind=SourceKind.UDP, url=url, service_id=service) for place, url in enumerate(urls, 1)
    )
    return Channel(
        id=number,
        number=number,
        name=name or f"Channel {number}",
        kind=ChannelKind.TV,
        sources=sources,
        added=moment(),
        start=start,
    )


def right(*channels: int, ends_s: float | None = None, status: RightStatus = RightStatus.ACTIVE) -> CarriageRight:
    """A right in force from before the clock began."""
    return CarriageRight(
        id=1,
        reference="own",
        licensor="us",
        instrument=Instrument.OWN_PRODUCTION,
        status=status,
        channel_ids=channels,
        territories=("*",),
        starts=moment() - timedelta(days=1),
        ends=None if ends_s is None else moment(ends_s),
    )


class Looped:
    """A receiver that gives a stream at real pace of the invented clock, over and over, until it is silenced."""

    patience_s = None
    may_rest = False
    lost = 0

    def __init__(self, data: bytes, seconds: float) -> None:
        self.silent = False
        self.closed = False
        self._data = data
        self._step = round(len(data) / 188 / seconds / 10) * 188
        self._at = 0

    async def start(self) -> None:
        self.closed = False

    def drain(self, _now: float) -> list[bytes]:
        if self.silent:
            return []
        block = self._data[self._at : self._at + self._step]
        self._at = (self._at + self._step) if self._at + self._step < len(self._data) else 0
        return [block]

    def close(self) -> None:
        self.closed = True


class Headend:
    """A supervisor that is ticked by hand."""

    def __init__(
        self,
        folder: Path,
        open_receiver: Callable[[str], Receiver],
        slates: Slates | None = None,
        rounds: Rounds | None = None,
        **settings: object,
    ) -> None:
        self.settings = StationSettings(data=folder, ring=folder / "ring-root", **settings)  # type: ignore[arg-type]
        self.now = START
        self.heard: list[Announcement] = []
        self.timeline: list[tuple[float, Announcement]] = []
        self.slates = slates
        self.rounds = rounds
        self.feed = FileFeed(self.settings.feed)
        self.open_receiver = open_receiver
        self.supervisor = self.make()

    def make(self, *, shard: int = 0, budget_bytes: int = 200_000_000) -> Supervisor:
        """A new supervisor on the same folders, as after a restart."""
        return Supervisor(
            self.settings,
            shard,
            feed=self.feed,
            announce=self.hear,
            open_receiver=self.open_receiver,
            budget_bytes=budget_bytes,
            now=self.now,
            slates=self.slates,
            rounds=self.rounds,
        )

    def hear(self, message: Announcement) -> None:
        """An announcement, at the moment of the invented clock."""
        self.heard.append(message)
        self.timeline.append((self.now, message))

    def publish(self, *records: Channel | CarriageRight | Lineup | Station) -> None:
        """Put records into the feed."""
        kinds = {Channel: Kind.CHANNEL, CarriageRight: Kind.RIGHT, Lineup: Kind.LINEUP, Station: Kind.STATION}
        self.feed.publish([Change(kinds[type(record)], getattr(record, "id", 0), record) for record in records])

    async def run(self, seconds: float) -> None:
        """Let the invented clock go on."""
        for _ in range(round(seconds * 10)):
            self.supervisor.tick(self.now)
            await asyncio.sleep(0)
            self.now += 0.1

    def report(self, number: int) -> ChannelReport:
        """The report on one channel."""
        return next(found for found in self.reports() if found.id == number)

    def reports(self) -> Sequence[ChannelReport]:
        """The reports on all channels."""
        return self.supervisor.report(self.now).channels

    def announced(self, kind: type[Announcement], number: int = 1) -> int:
        """How many announcements of a kind were made for a channel."""
        return sum(isinstance(message, kind) and message.channel == number for message in self.heard)
