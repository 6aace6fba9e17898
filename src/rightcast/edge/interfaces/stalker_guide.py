"""The guide as set-top boxes ask for it: what comes on one channel, or on all of them for some hours."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from rightcast.domain.schedule import zone_named
from rightcast.formats import stalker

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import tzinfo

    from rightcast.domain.guide import Show
    from rightcast.domain.lineup import Line
    from rightcast.edge.catalogue import Listed
    from rightcast.edge.guide_port import Archive, Guide

_HOUR_S = 3600
_MOST_HOURS = 14 * 24
_USUAL_HOURS = 3
_MOST_ROWS = 100
_USUAL_ROWS = 4


class BoxGuide:
    """Programmes of channels that the asking line may see: the caller has made sure of that."""

    def __init__(self, guide: Guide, archive: Archive) -> None:
        self._guide = guide
        self._archive = archive

    def short(self, line: Line, row: Listed | None, size: str, zone: str, now: int) -> list[stalker.Programme]:
        """What is on and what comes within a week; as many as asked for, or four."""
        if row is None:
            return []
        shows = self._guide.now_next(row.channel.id, now, _number(size, _USUAL_ROWS, _MOST_ROWS))
        return self._programmes(line, row, shows, _zone(zone), now)

    def steps(
        self, line: Line, rows: Iterable[Listed], period: str, zone: str, now: int
    ) -> Iterator[tuple[str, list[stalker.Programme]]]:
        """By channel id, of those that have any; `period` in hours. One channel at a step, for there may be many."""
        until, place = now + _number(period, _USUAL_HOURS, _MOST_HOURS) * _HOUR_S, _zone(zone)
        for row in rows:
            shows = self._guide.shows(row.channel.id, now, until)
            if shows:
                yield str(row.channel.id), self._programmes(line, row, shows, place, now)

    def _programmes(
        self, line: Line, row: Listed, shows: Sequence[Show], zone: tzinfo, now: int
    ) -> list[stalker.Programme]:
        channel_id = row.channel.id
        return [
            stalker.programme(one, channel_id, zone, archived=self._archive.has(line, channel_id, one, now))
            for one in shows
        ]


def _number(text: str, usual: int, most: int) -> int:
    usable = text.isascii() and text.isdigit() and len(text) < 9
    return max(1, min(int(text), most)) if usable else usual


def _zone(name: str) -> tzinfo:
    return zone_named(name) if name else UTC
