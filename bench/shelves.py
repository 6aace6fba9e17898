"""A catalogue for measuring: many channels in a feed, and a library of many titles that an edge can be started with.

`python -m bench.shelves FILMS SERIES` runs an edge as `rightcast serve` does, its library being this one.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from rightcast.contract.catalogue import Change, Kind
from rightcast.contract.station import HANDOVER_VARIABLE, StationSettings
from rightcast.domain.library import Episode, Season, Title, TitleKind
from rightcast.domain.lineup import Channel, ChannelKind, Lineup, LineupEntry, Package, Source, Station
from rightcast.domain.rights import WORLDWIDE, CarriageRight, Instrument, RightStatus
from rightcast.domain.sources import parse_source_url
from rightcast.edge.main import Edge, raise_descriptor_limit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightcast.domain.lineup import Line
    from rightcast.edge.library_port import Wanted

GROUPS = 200
_WORDS = [
    *("river", "stone", "night", "garden", "city", "harbour", "winter", "letter", "island", "summer", "market"),
    *("silver", "window", "mountain", "station", "road", "mirror", "bridge", "forest", "signal", "glass", "morning"),
    *("valley", "thunder", "paper", "ocean", "shadow", "lantern", "orchard", "machine"),
]
_PHRASES = 4_001
"""So many different texts of each length: as many as a list may repeat within the window of its packer."""


def catalogue(count: int) -> list[Change]:
    """So many channels in one lineup of one package, under one right."""
    now = datetime.now(UTC) - timedelta(hours=1)
    ids = tuple(range(1, count + 1))
    changes = [Change(Kind.STATION, 0, Station(name="Bench"))]
    changes += [Change(Kind.CHANNEL, one, _channel(one, now)) for one in ids]
    entries = tuple(
        LineupEntry(channel_id=one, number=one, category_id=one % GROUPS + 1, category_name=f"Group {one % GROUPS}")
        for one in ids
    )
    right = CarriageRight(
        id=1, reference="bench", licensor="Bench", instrument=Instrument.OWN_PRODUCTION, status=RightStatus.ACTIVE,
        channel_ids=ids, territories=(WORLDWIDE,), starts=now,
    )  # fmt: skip
    changes.append(Change(Kind.RIGHT, 1, right))
    changes.append(Change(Kind.LINEUP, 1, Lineup(id=1, name="All", entries=entries)))
    changes.append(Change(Kind.PACKAGE, 1, Package(id=1, name="All", lineup_ids=(1,))))
    return changes


class Library:
    """A library that holds so many titles in memory."""

    def __init__(self, films: int, series: int) -> None:
        counts = {TitleKind.FILM: films, TitleKind.SERIES: series}
        self._titles = {kind: [_title(kind, one + 1) for one in range(count)] for kind, count in counts.items()}

    def mark(self, line: Line) -> str:
        """Always the same."""
        return "bench"

    def categories(self, line: Line, kind: TitleKind) -> Sequence[tuple[int, str]]:
        """A few hundred."""
        return [(number + 1, f"Shelf {number}") for number in range(GROUPS)]

    def titles(self, line: Line, kind: TitleKind) -> Sequence[Title]:
        """All of a kind."""
        return self._titles[kind]

    async def page(self, line: Line, kind: TitleKind, wanted: Wanted) -> tuple[Sequence[Title], int]:
        """The first ones."""
        return self._titles[kind][wanted.start : wanted.start + wanted.count], len(self._titles[kind])

    def title(self, line: Line, kind: TitleKind, title_id: int) -> Title | None:
        """The one of an id."""
        return self._titles[kind][title_id - 1] if 0 < title_id <= len(self._titles[kind]) else None

    def seasons(self, line: Line, series_id: int) -> Sequence[Season]:
        """None are asked for here."""
        return ()

    def episodes(self, line: Line, series_id: int) -> Sequence[Episode]:
        """None are asked for here."""
        return ()


def _channel(number: int, added: datetime) -> Channel:
    url = f"udp://239.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}:5000"
    kind, _ = parse_source_url(url)
    return Channel(
        id=number, number=number, name=f"{_words(number, 2)} {number}", kind=ChannelKind.TV,
        sources=(Source(id=number, kind=kind, url=url),), added=added, guide_id=f"channel{number}.example",
        logo_url=f"http://logos.example/{_mark(number)}.png",
    )  # fmt: skip


def _title(kind: TitleKind, number: int) -> Title:
    return Title(
        id=number, kind=kind, name=f"{_words(number, 3)} {number}", category_id=number % GROUPS + 1,
        poster_url=f"http://posters.example/{_mark(number)}.jpg", year=str(1950 + number % 76),
        added=1_700_000_000 + number, length_s=5400 + number % 3600, stars=f"{number % 100 / 10:g}",
        genres=("Drama",), directors=(_words(number + 1, 2),), actors=(_words(number + 2, 2), _words(number + 3, 2)),
        description=_words(number * 7, 12), release_date=f"{1950 + number % 76}-05-01",
    )  # fmt: skip


def _words(number: int, count: int) -> str:
    return _phrases(count)[number % _PHRASES]


@cache
def _phrases(count: int) -> list[str]:
    """Made once: what is measured is the edge, not its library."""
    chance = random.Random(count)
    return [" ".join(chance.choices(_WORDS, k=count)).capitalize() for _ in range(_PHRASES)]


def _mark(number: int) -> str:
    """Sixteen digits that no packer foresees."""
    return f"{number * 11_400_714_819_323_198_485 & 0xFFFF_FFFF_FFFF_FFFF:016x}"


async def _serve(settings: StationSettings, library: Library) -> None:
    ending = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ending.set)
    raise_descriptor_limit()
    edge = Edge(settings, 0, library=library)
    await edge.start()
    try:
        await edge.work(ending)
    finally:
        await edge.close()


if __name__ == "__main__":
    asyncio.run(
        _serve(
            StationSettings.from_handover(os.environ[HANDOVER_VARIABLE]), Library(int(sys.argv[1]), int(sys.argv[2]))
        )
    )
