"""What is published at this moment, read from the feed without database or panel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.domain.lineup import Channel
from rightcast.state.feed import FileFeed

if TYPE_CHECKING:
    from rightcast.contract.catalogue import Record
    from rightcast.contract.station import StationSettings


def feed_records(settings: StationSettings) -> list[Record]:
    """Every record in the feed, in order of publication; none before the first."""
    if not settings.feed.exists():
        return []
    found: list[Record] = []
    feed = FileFeed(settings.feed)
    try:
        after = 0
        while batch := feed.read(after):
            found += [record for revision in batch if (record := revision.record()) is not None]
            after = batch[-1].number
    finally:
        feed.close()
    return found


def published_channels(settings: StationSettings) -> list[Channel]:
    """The channels that headend and edges know of, by number."""
    channels = (record for record in feed_records(settings) if isinstance(record, Channel))
    return sorted(channels, key=lambda found: found.number)
