"""Recordings as titles, in a category of their own, for apps that know films; and the film library beside them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING

from rightcast.domain.library import Title, TitleKind
from rightcast.domain.schedule import zone_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from zoneinfo import ZoneInfo

    from rightcast.domain.library import Episode, Season
    from rightcast.domain.lineup import Line
    from rightcast.edge.library_port import Library, Wanted
    from rightcast.edge.recordings.shelf import Shelf, Shelved
    from rightcast.edge.replica import Replica

CATEGORY = (1_000_000_000, "Recordings")
"""Beyond the ids of collections; below 2^31, as apps keep them."""
FIRST_TITLE = 1_000_000_000
"""Ids of recordings among titles begin here."""


def title_id(recording_id: int) -> int:
    """The id under which a recording is a title."""
    return FIRST_TITLE + recording_id


def recording_of(title: int) -> int | None:
    """The recording that a title is; None: it is a film."""
    return title - FIRST_TITLE if title > FIRST_TITLE else None


class WithRecordings:
    """A Library (see `library_port`): what another one has, and the recordings of the line among its films."""

    def __init__(self, films: Library, shelf: Shelf, replica: Replica) -> None:
        self._films = films
        self._shelf = shelf
        self._replica = replica

    def mark(self, line: Line) -> str:
        """Another one whenever the titles of the line have changed."""
        titles = self.recorded(line)
        if not titles:
            return self._films.mark(line)
        told = hashlib.blake2b(repr(titles).encode(), digest_size=9).hexdigest()
        return f"{self._films.mark(line)}+{told}"

    def categories(self, line: Line, kind: TitleKind) -> Sequence[tuple[int, str]]:
        """Ids and names; that of recordings last, where there are some."""
        found = self._films.categories(line, kind)
        return (*found, CATEGORY) if kind is TitleKind.FILM and self.recorded(line) else found

    def titles(self, line: Line, kind: TitleKind) -> Iterable[Title]:
        """All of a kind, recordings first."""
        found = self._films.titles(line, kind)
        return _Chained(self.recorded(line), found) if kind is TitleKind.FILM else found

    async def page(self, line: Line, kind: TitleKind, wanted: Wanted) -> tuple[Sequence[Title], int]:
        """Some of them; recordings come before films."""
        mine = self._chosen(line, wanted) if kind is TitleKind.FILM else []
        if wanted.category_id == CATEGORY[0]:
            return mine[wanted.start : wanted.start + wanted.count], len(mine)
        shown = mine[wanted.start : wanted.start + wanted.count]
        rest = replace(wanted, start=max(wanted.start - len(mine), 0), count=wanted.count - len(shown))
        films, total = await self._films.page(line, kind, rest)
        return (*shown, *films), len(mine) + total

    def title(self, line: Line, kind: TitleKind, title_id: int) -> Title | None:
        """The one of an id; None of one that the line may not watch."""
        number = recording_of(title_id)
        if number is None or kind is not TitleKind.FILM:
            return self._films.title(line, kind, title_id)
        return next((one for one in self.recorded(line) if one.id == title_id), None)

    def _chosen(self, line: Line, wanted: Wanted) -> list[Title]:
        if wanted.category_id not in {0, CATEGORY[0]}:
            return []
        search = wanted.search.casefold()
        found = [one for one in self.recorded(line) if search in one.name.casefold()]
        return sorted(found, key=lambda one: one.name.casefold()) if wanted.by_name else found

    def seasons(self, line: Line, series_id: int) -> Sequence[Season]:
        """Those of one series."""
        return self._films.seasons(line, series_id)

    def episodes(self, line: Line, series_id: int) -> Sequence[Episode]:
        """The same one by one."""
        return self._films.episodes(line, series_id)

    def recorded(self, line: Line) -> list[Title]:
        """The recordings alone that may be watched now."""
        zone = zone_named(self._replica.station.timezone)
        return [_title(one, zone) for one in self._shelf.playable(line)]


class _Chained:
    """Some titles and then others, gone through as often as wanted."""

    def __init__(self, first: Iterable[Title], then: Iterable[Title]) -> None:
        self._parts = (first, then)

    def __iter__(self) -> Iterator[Title]:
        return chain(*self._parts)


def _title(one: Shelved, zone: ZoneInfo) -> Title:
    recording = one.recording
    shown = datetime.fromtimestamp(recording.start, UTC).astimezone(zone)
    episode = f"S{recording.season:02}E{recording.episode:02}" if recording.episode else ""
    name = " · ".join(filter(None, (recording.title, recording.subtitle or episode, f"{shown:%d.%m. %H:%M}")))
    told = " ".join(filter(None, (one.channel_name, recording.sentence, recording.description)))
    return Title(
        id=title_id(recording.id),
        kind=TitleKind.FILM,
        name=name,
        category_id=CATEGORY[0],
        original_name=recording.title,
        description=told,
        poster_url=recording.icon_url,
        added=recording.start,
        length_s=recording.stop - recording.start,
        age=recording.age,
        year=f"{shown:%Y}",
        release_date=f"{shown:%Y-%m-%d}",
        extension="ts",
    )
