"""A station with a channel whose right grants recordings, a line, and a guide in the feed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rightcast.contract.catalogue import Change, Kind
from rightcast.contract.reports import RecorderReport, TakeReport
from rightcast.domain.guide import GuideDay, Show, day_of
from rightcast.domain.rights import Copies, Later
from rightcast.panel.catalogue import operations as catalogue
from rightcast.panel.lines import operations as lines
from rightcast.panel.recordings.guide import PublishedGuide
from rightcast.panel.recordings.keeping import hear
from rightcast.panel.recordings.operations import Order, order
from rightcast.panel.recordings.planning import Planning
from rightcast.panel.rights import operations as rights

if TYPE_CHECKING:
    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.lines.models import Line
    from rightcast.panel.recordings.models import Recording
    from rightcast.state.feed import FileFeed


class RecordingWorld:
    """`now` is the present, `hour` the next whole one; shows begin so many hours after it."""

    def __init__(self, actor: Actor, feed: FileFeed, **later: object) -> None:
        self.actor, self.feed = actor, feed
        self.now = int(time.time())
        self.hour = (self.now // 3600 + 1) * 3600
        self.channel = catalogue.create_channel(
            actor, name="One", sources=[catalogue.SourceInput("udp://239.1.1.1:5000")]
        )
        lineup = catalogue.create_lineup(actor, name="All", entries=[(self.channel.id, None, None)])
        self.package = catalogue.create_package(actor, name="Base", lineup_ids=[lineup.id])
        granted = {"recordings": Copies.PRIVATE, "recording_days": 30} | later
        self.right = rights.record_right(
            actor,
            reference="R1",
            licensor="L",
            instrument="contract",
            channel_ids=[self.channel.id],
            territories=["IT"],
            later=Later(**granted),  # type: ignore[arg-type]
        )
        self.line = self.add_line("anna")
        self.planning = Planning(PublishedGuide(feed))

    def add_line(self, name: str) -> Line:
        """Another customer."""
        return lines.create_line(self.actor, name=name, package_ids=[self.package.id]).line

    def show(self, number: int, hours: float, *, episode: int = 0, title: str = "Il porto", **more: object) -> Show:
        """A show of an hour; with an episode it is one of the series "porto"."""
        start = self.hour + int(hours * 3600)
        series = {"series": "porto", "season": 1, "episode": episode} if episode else {}
        return Show(id=number, guide_id="g", start=start, stop=start + 3600, title=title, **series | more)  # type: ignore[arg-type]

    def publish(self, *shows: Show) -> None:
        """Make these the whole guide of the channel for three days, as the feed has it."""
        today = day_of(self.now)
        days = {day: [show for show in shows if day_of(show.start) == day] for day in range(today, today + 4)}
        records = [GuideDay(channel_id=self.channel.id, day=day, shows=tuple(found)) for day, found in days.items()]
        self.feed.publish([Change(Kind.GUIDE, record.key, record) for record in records])

    def look(self) -> int:
        """Let planning look."""
        return self.planning.look(float(self.now))

    def order(self, hours: float, *, line: Line | None = None, length_h: float = 1, **more: object) -> Recording:
        """Order a stretch of time without padding."""
        start = self.hour + int(hours * 3600)
        wanted = {"before_s": 0, "after_s": 0} | more
        asked = Order(channel_id=self.channel.id, start=start, stop=start + int(length_h * 3600), **wanted)  # type: ignore[arg-type]
        return order(self.actor, (line or self.line).id, asked)


def told(world: RecordingWorld, row: Recording, *, over: bool = True, spans: list[tuple[float, float]]) -> None:
    """The recorder says what it keeps of a recording's take."""
    row.refresh_from_db()
    report = TakeReport(id=row.take_id or 0, spans=spans, size_bytes=1000, over=over)
    hear(RecorderReport(pid=1, at=world.now, started=0, takes=[report]))
    row.refresh_from_db()
