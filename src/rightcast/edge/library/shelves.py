"""The library as interfaces ask for it: what a line may watch now, decided anew when something it rests on changes."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rightcast.domain.library import TitleKind
from rightcast.domain.titles import Coverage, TitleQuestion, coverage, decide_title

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from rightcast.domain.bounds import Standpoint
    from rightcast.domain.entitlement import Allowed, Denied
    from rightcast.domain.library import Episode, Holding, Season, Title
    from rightcast.domain.lineup import Line
    from rightcast.domain.rights import CarriageRight
    from rightcast.edge.library.rows import TitleRows
    from rightcast.edge.library_port import Wanted
    from rightcast.edge.replica import Replica

POSTERS = "library"
"""The first part of the address of posters."""
_LONGEST_S = 600.0
"""A view is made anew at least so often, for the offers of single titles end too."""
_MOST_REMEMBERED = 256


@dataclass(frozen=True, slots=True)
class _View:
    """What lines of the same packages and territory may see, until a moment (unix seconds)."""

    mark: str
    coverage: Coverage
    collections: frozenset[int]
    made: float
    until: float

    def sees(self, title_id: int, collection_id: int, until: float) -> bool:
        """Whether a title is among them; `until` is the end of its offer, 0.0 for none."""
        offered = not until or self.made < until
        return offered and collection_id in self.collections and self.coverage.covers(title_id, collection_id)


class Shelves:
    """A Library (see `library_port`) over the replica."""

    def __init__(self, replica: Replica, clock: Callable[[], float] = time.time) -> None:
        self._replica = replica
        self._clock = clock
        self._views: dict[tuple[tuple[int, ...], str], tuple[tuple[int, int], _View]] = {}
        self._made = 0

    def mark(self, line: Line) -> str:
        """Another one whenever the titles of the line have changed; the same for lines that see the same."""
        return self._view(line).mark

    def categories(self, line: Line, kind: TitleKind) -> Sequence[tuple[int, str]]:
        """Ids and names of the line's collections that hold something of the kind, in the operator's order."""
        view, used = self._view(line), set(self._replica.titles.used(kind))
        found = [one for key, one in self._replica.collections.items() if key in used and key in view.collections]
        return [(one.id, one.name) for one in sorted(found, key=lambda one: (one.position, one.name))]

    def titles(self, line: Line, kind: TitleKind) -> Iterable[Title]:
        """All of a kind, the newest first."""
        return _Seen(self._replica.titles, self._view(line), kind)

    async def page(self, line: Line, kind: TitleKind, wanted: Wanted) -> tuple[Sequence[Title], int]:
        """Some of them, looked up in a thread."""
        seen = _Seen(self._replica.titles, self._view(line), kind)
        return await asyncio.to_thread(seen.page, wanted)

    def title(self, line: Line, kind: TitleKind, title_id: int) -> Title | None:
        """The one of an id; None of one that the line may not watch."""
        holding = self._seen(line, kind, title_id)
        return None if holding is None else shown(holding)

    def seasons(self, line: Line, series_id: int) -> Sequence[Season]:
        """Those of one series; none of a series that the line may not watch."""
        holding = self._seen(line, TitleKind.SERIES, series_id)
        return () if holding is None else holding.seasons

    def episodes(self, line: Line, series_id: int) -> Sequence[Episode]:
        """The same one by one, in order of season and number."""
        holding = self._seen(line, TitleKind.SERIES, series_id)
        found = [] if holding is None else [one.episode for one in holding.episodes]
        return sorted(found, key=lambda one: (one.season, one.number))

    def decide(self, line: Line | None, holding: Holding | None, stand: Standpoint | None = None) -> Allowed | Denied:
        """May the line watch the title now; without a standpoint the bounds of rights are left aside."""
        rights = [] if holding is None else self._rights_of(holding)
        return decide_title(
            TitleQuestion(
                line=line,
                holding=holding,
                offered=frozenset() if line is None else self._offered(line),
                rights=rights,
                stand=stand,
                now=datetime.fromtimestamp(self._clock(), UTC),
                takedowns=() if holding is None else self._replica.takedowns.of_title(holding.title.id),
                country="" if stand is None else stand.place.country,
            )
        )

    def _rights_of(self, holding: Holding) -> list[CarriageRight]:
        key, group = holding.title.id, holding.title.category_id
        return [right for right in self._replica.rights.values() if right.covers_title(key, group)]

    def _seen(self, line: Line, kind: TitleKind, title_id: int) -> Holding | None:
        holding = self._replica.titles.find(title_id) if 0 < title_id < 1 << 63 else None
        if holding is None or holding.title.kind is not kind:
            return None
        until = 0.0 if holding.until is None else holding.until.timestamp()
        return holding if self._view(line).sees(holding.title.id, holding.title.category_id, until) else None

    def _offered(self, line: Line) -> frozenset[int]:
        packages = [self._replica.packages[key] for key in line.package_ids if key in self._replica.packages]
        return frozenset(key for package in packages for key in package.collection_ids)

    def _view(self, line: Line) -> _View:
        key = (line.package_ids, line.territory)
        version = (self._replica.version, self._replica.titles.version)
        found = self._views.get(key)
        now = self._clock()
        if found is not None and found[0] == version and now < found[1].until:
            return found[1]
        covered = coverage(self._replica.rights.values(), line.territory, datetime.fromtimestamp(now, UTC))
        ends = now + _LONGEST_S if covered.until is None else min(covered.until.timestamp(), now + _LONGEST_S)
        self._made += 1
        view = _View(f"{version[0]}.{version[1]}.{self._made}", covered, self._offered(line), now, ends)
        if len(self._views) >= _MOST_REMEMBERED:
            self._views.clear()
        self._views[key] = (version, view)
        return view


class _Seen:
    """The titles of a view, gone through in whatever thread asks."""

    def __init__(self, rows: TitleRows, view: _View, kind: TitleKind) -> None:
        self._rows = rows
        self._view = view
        self._kind = kind

    def __iter__(self) -> Iterator[Title]:
        places = self._rows.places(self._kind)
        ids = [key for key, collection, until in places if self._view.sees(key, collection, until)]
        return (shown(holding) for holding in self._rows.bodies(ids))

    def page(self, wanted: Wanted) -> tuple[list[Title], int]:
        """Some of them, and how many there are."""
        ids = [
            key
            for key, collection, until in self._rows.places(self._kind, search=wanted.search, by_name=wanted.by_name)
            if self._view.sees(key, collection, until) and wanted.category_id in {0, collection}
        ]
        chosen = ids[wanted.start : wanted.start + wanted.count]
        return [shown(holding) for holding in self._rows.bodies(chosen)], len(ids)


def shown(holding: Holding) -> Title:
    """The title as interfaces tell of it: its poster is an address of this edge, without the place before it."""
    return replace(holding.title, poster_url=f"/{POSTERS}/{holding.poster}") if holding.poster else holding.title
