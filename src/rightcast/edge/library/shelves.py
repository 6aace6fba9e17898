"""The library as interfaces ask for it: what a line may watch now, decided anew when something it rests on changes."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rightcast.domain.library import TitleKind
from rightcast.domain.titles import Coverage, TitleQuestion, coverage, decide_title

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rightcast.domain.entitlement import Allowed, Denied
    from rightcast.domain.library import Episode, Holding, Season, Title
    from rightcast.domain.lineup import Line
    from rightcast.domain.rights import CarriageRight
    from rightcast.edge.replica import Replica

POSTERS = "library"
"""The first part of the address of posters."""
_LONGEST_S = 3600.0
_MOST_REMEMBERED = 256


@dataclass(frozen=True, slots=True)
class _View:
    """What lines of the same packages and territory may see, until a moment (unix seconds)."""

    mark: str
    coverage: Coverage
    collections: frozenset[int]
    until: float


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
        """Ids and names of the collections that hold something of the kind, in the operator's order."""
        used = {holding.title.category_id for holding in self._seen(line, kind)}
        found = [one for key, one in self._replica.collections.items() if key in used]
        return [(one.id, one.name) for one in sorted(found, key=lambda one: (one.position, one.name))]

    def titles(self, line: Line, kind: TitleKind) -> Sequence[Title]:
        """All of a kind, the newest first."""
        return [shown(holding) for holding in self._seen(line, kind)]

    def seasons(self, line: Line, series_id: int) -> Sequence[Season]:
        """Those of one series; none of a series that the line may not watch."""
        holding = self._series(line, series_id)
        return () if holding is None else holding.seasons

    def episodes(self, line: Line, series_id: int) -> Sequence[Episode]:
        """The same one by one, in order of season and number."""
        holding = self._series(line, series_id)
        found = [] if holding is None else [one.episode for one in holding.episodes]
        return sorted(found, key=lambda one: (one.season, one.number))

    def decide(self, line: Line | None, holding: Holding | None) -> Allowed | Denied:
        """May the line watch the title now."""
        return decide_title(
            TitleQuestion(
                line=line,
                holding=holding,
                offered=frozenset() if line is None else self._offered(line),
                rights=tuple(self._replica.rights.values()) if holding is None else self._rights_of(holding),
                now=datetime.fromtimestamp(self._clock(), UTC),
            )
        )

    def _rights_of(self, holding: Holding) -> tuple[CarriageRight, ...]:
        key, group = holding.title.id, holding.title.category_id
        return tuple(right for right in self._replica.rights.values() if right.covers_title(key, group))

    def _series(self, line: Line, series_id: int) -> Holding | None:
        holding = self._replica.titles.find(series_id)
        if holding is None or holding.title.kind is not TitleKind.SERIES or not self._sees(self._view(line), holding):
            return None
        return holding

    def _seen(self, line: Line, kind: TitleKind) -> Iterator[Holding]:
        view = self._view(line)
        return (one for one in self._replica.titles.of(view.collections, kind) if self._sees(view, one))

    def _sees(self, view: _View, holding: Holding) -> bool:
        title, now = holding.title, self._clock()
        offered = holding.until is None or now < holding.until.timestamp()
        return offered and title.category_id in view.collections and view.coverage.covers(title.id, title.category_id)

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
        view = _View(f"{version[0]}.{version[1]}.{self._made}", covered, self._offered(line), ends)
        if len(self._views) >= _MOST_REMEMBERED:
            self._views.clear()
        self._views[key] = (version, view)
        return view


def shown(holding: Holding) -> Title:
    """The title as interfaces tell of it: its poster is an address of this edge, without the place before it."""
    return replace(holding.title, poster_url=f"/{POSTERS}/{holding.poster}") if holding.poster else holding.title
