"""What the station's processes report now: the living picture beside the records."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings

from rightcast.contract.reports import (
    ArchivistReport,
    ChannelReport,
    EdgeReport,
    HeadendReport,
    SenderReport,
    WatchReport,
)
from rightcast.state.reports import FileReports

if TYPE_CHECKING:
    from pathlib import Path

ALIVE_S = 10.0
_KEPT_S = 0.5
_kept: dict[Path, tuple[float, Live]] = {}


@dataclass(frozen=True, slots=True)
class Live:
    """Reports no older than ALIVE_S."""

    headends: tuple[HeadendReport, ...]
    edges: tuple[EdgeReport, ...]
    senders: tuple[SenderReport, ...] = ()
    watches: tuple[WatchReport, ...] = ()
    archivists: tuple[ArchivistReport, ...] = ()

    @property
    def channels(self) -> dict[int, ChannelReport]:
        """How each channel does at its headend, by id."""
        return {one.id: one for headend in self.headends for one in headend.channels}

    @property
    def viewers(self) -> int:
        """Sessions running now, over all edges."""
        return sum(len(edge.sessions) for edge in self.edges)

    def viewers_of(self, channel_id: int) -> int:
        """Sessions that watch one channel now."""
        return sum(1 for edge in self.edges for one in edge.sessions if one.channel_id == channel_id)

    def sessions_of(self, line_id: int) -> int:
        """Sessions of one line now."""
        return sum(1 for edge in self.edges for one in edge.sessions if one.line_id == line_id)


def live(now: float | None = None) -> Live:
    """The present picture, read anew at most twice a second."""
    moment = time.time() if now is None else now
    folder = settings.STATION.reports
    kept = _kept.get(folder)
    if kept is not None and 0 <= moment - kept[0] < _KEPT_S:
        return kept[1]
    reports = FileReports(folder)
    found = Live(
        tuple(one for one in reports.fetch("headend-", HeadendReport) if moment - one.at < ALIVE_S),
        tuple(one for one in reports.fetch("edge-", EdgeReport) if moment - one.at < ALIVE_S),
        tuple(one for one in reports.fetch("sender", SenderReport) if moment - one.at < ALIVE_S),
        tuple(one for one in reports.fetch("watch", WatchReport) if moment - one.at < ALIVE_S),
        tuple(one for one in reports.fetch("archivist", ArchivistReport) if moment - one.at < ALIVE_S),
    )
    _kept[folder] = (moment, found)
    return found
