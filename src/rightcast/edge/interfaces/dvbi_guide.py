"""The guide for DVB-I clients (ETSI TS 103 770 section 6): schedules by window, now and next, one programme."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rightcast.domain.images import pictured
from rightcast.formats import tva

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rightcast.edge.catalogue import Listed
    from rightcast.edge.guide_port import Guide

_HOUR_S = 3600
_DAY_S = 24 * _HOUR_S
_LONGEST_S = 7 * _DAY_S
_SERVICES = 50
_AROUND_S = 12 * _HOUR_S


class DvbIGuide:
    """Answers for rows that the asking line may watch: the caller has made sure of that."""

    def __init__(self, guide: Guide, *, clock: Callable[[], float] = time.time) -> None:
        self._guide = guide
        self._clock = clock

    def document(
        self, name: str, authority: str, rows: Sequence[Listed], fields: dict[str, str], base_url: str
    ) -> Iterable[str]:
        """`schedule.xml` or `programme.xml`; `base_url` goes before pictures of the station."""
        if name == "schedule.xml":
            return self.schedule(authority, rows, fields, base_url)
        return [self.programme(authority, rows, fields, base_url)]

    def schedule(
        self, authority: str, rows: Sequence[Listed], fields: dict[str, str], base_url: str = ""
    ) -> Iterable[str]:
        """`sid` (or several with commas), then `now_next=true|window`, or `start` and `end` in unix seconds.

        Without a window it is a day from now; without a service all of the list, at most fifty.
        """
        now = int(self._clock())
        chosen = _chosen(rows, fields.get("sid", fields.get("sids[]", fields.get("sids", ""))))
        asked = fields.get("now_next", "")
        if asked in {"true", "window"} and chosen:
            found = self._programmes(chosen[0], now - _AROUND_S, now + _AROUND_S, base_url)
            return [tva.now_next(authority, found, now, window=asked == "window")]
        start = _unix(fields.get("start", fields.get("start_unixtime", "")), now // _HOUR_S * _HOUR_S)
        end = _unix(fields.get("end", fields.get("end_unixtime", "")), start + _DAY_S)
        stop = max(start + 1, min(end, start + _LONGEST_S))
        return tva.schedule(authority, [self._programmes(row, start, stop, base_url) for row in chosen])

    def programme(self, authority: str, rows: Sequence[Listed], fields: dict[str, str], base_url: str = "") -> str:
        """`pid`: everything about a programme of the schedules."""
        asked = tva.of_crid(fields.get("pid", ""))
        if asked is None or all(row.channel.id != asked[0] for row in rows):
            return tva.programme(authority, 0, None)
        channel_id, start = asked
        found = (pictured(one, base_url) for one in self._guide.day(channel_id, start // _DAY_S) if one.start == start)
        return tva.programme(authority, channel_id, next(found, None))

    def _programmes(self, row: Listed, start: int, stop: int, base_url: str) -> tva.Programmes:
        shows = [pictured(one, base_url) for one in self._guide.shows(row.channel.id, start, stop)]
        return tva.Programmes(row.channel.guide_id, row.channel.id, shows, start, stop)


def _chosen(rows: Sequence[Listed], services: str) -> list[Listed]:
    named = {row.channel.guide_id: row for row in reversed(rows) if row.channel.guide_id}
    if not services:
        return list(reversed(named.values()))[:_SERVICES]
    return [named[one] for one in dict.fromkeys(services.split(",")) if one in named][:_SERVICES]


def _unix(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else otherwise
