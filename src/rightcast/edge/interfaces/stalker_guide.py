"""The guide as set-top boxes ask for it: what comes on one channel, or on all of them for some hours."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from rightcast.domain.schedule import zone_named
from rightcast.formats import stalker
from rightcast.formats import stalker_tables as tables

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
_MOST_PAGES = 10_000
_LONGEST_GRID_S = 24 * _HOUR_S


class BoxGuide:
    """Programmes of channels that the asking line may see: the caller has made sure of that."""

    def __init__(self, guide: Guide, archive: Archive) -> None:
        self._guide = guide
        self._archive = archive

    def kept(self, line: Line, channel_id: int, start: int, now: int) -> Show | None:
        """The programme that began then, if the line can watch it now."""
        found = next((one for one in self._guide.shows(channel_id, start, start + 1) if one.start == start), None)
        return found if found is not None and self._archive.has(line, channel_id, found, now) else None

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

    def day(self, line: Line, row: Listed | None, fields: dict[str, str], zone: str, now: int) -> tables.DayTable:
        """A page of what one channel shows on `date`, a day of the box's zone; page 0 is that of the present show."""
        place = _zone(zone)
        if row is None:
            return tables.day_table((), 1, now)
        start, stop = tables.day_window(fields.get("date", ""), place, now)
        shows = [one for one in self._guide.shows(row.channel.id, start, stop) if one.start >= start]
        rows = self._programmes(line, row, shows, place, now)
        return tables.day_table(rows, _number(fields.get("p", ""), 0, _MOST_PAGES, least=0), now)

    def grid(self, line: Line, rows: Sequence[Listed], fields: dict[str, str], zone: str, now: int) -> tables.GridTable:
        """A page of channels, ten at a time, with what runs on them from `from` to `to`; the page of `from_ch_id`."""
        place = _zone(zone)
        start = tables.moment(fields.get("from", fields.get("from_ts", "")), place, now // 1800 * 1800)
        until = tables.moment(fields.get("to", fields.get("to_ts", "")), place, start + _USUAL_HOURS * _HOUR_S)
        stop = max(start + 1800, min(until, start + _LONGEST_GRID_S))
        page = _number(fields.get("p", ""), 0, _MOST_PAGES, least=0)
        if page < 1:
            ids = [str(row.channel.id) for row in rows]
            wanted = fields.get("from_ch_id", "")
            page = (ids.index(wanted) if wanted in ids else 0) // tables.DAY_ROWS + 1
        shown = rows[(page - 1) * tables.DAY_ROWS : page * tables.DAY_ROWS]
        return tables.GridTable(
            total_items=len(rows),
            max_page_items=tables.DAY_ROWS,
            cur_page=page,
            time_marks=tables.time_marks(start, stop, place),
            from_ts=start,
            to_ts=stop,
            from_=stalker.clock(start, place),
            to=stalker.clock(stop, place),
            data=[self._grid_row(line, row, (start, stop), place, now) for row in shown],
        )

    def week(self, zone: str, now: int) -> list[tables.WeekDay]:
        """The days that may be chosen."""
        return tables.week(_zone(zone), now)

    def _grid_row(self, line: Line, row: Listed, window: tuple[int, int], zone: tzinfo, now: int) -> tables.GridRow:
        shows = self._guide.shows(row.channel.id, *window)
        return tables.GridRow(
            ch_id=str(row.channel.id),
            name=row.channel.name,
            number=str(row.number),
            epg=self._programmes(line, row, shows, zone, now),
        )

    def _programmes(
        self, line: Line, row: Listed, shows: Sequence[Show], zone: tzinfo, now: int
    ) -> list[stalker.Programme]:
        channel_id = row.channel.id
        return [
            stalker.programme(one, channel_id, zone, archived=self._archive.has(line, channel_id, one, now))
            for one in shows
        ]


def _number(text: str, usual: int, most: int, least: int = 1) -> int:
    usable = text.isascii() and text.isdigit() and len(text) < 9
    return max(least, min(int(text), most)) if usable else usual


def _zone(name: str) -> tzinfo:
    return zone_named(name) if name else UTC
