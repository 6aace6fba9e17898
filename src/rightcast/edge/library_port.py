"""What interfaces ask of films and series: a few questions, answered "nothing" where there is no library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rightcast.domain.library import Episode, Season, Title, TitleKind
    from rightcast.domain.lineup import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Some titles of many: of one category (0: of all), whose name holds some words, from a place on, so many."""

    category_id: int = 0
    search: str = ""
    by_name: bool = False
    start: int = 0
    count: int = 14


class Library(Protocol):
    """Answers what a line may watch now, and nothing else."""

    def mark(self, line: Line) -> str:
        """Another one whenever the titles of the line have changed; the same for lines that see the same."""

    def categories(self, line: Line, kind: TitleKind) -> Sequence[tuple[int, str]]:
        """Ids and names, in the order in which they are shown."""

    def titles(self, line: Line, kind: TitleKind) -> Iterable[Title]:
        """All of a kind, the newest first. To be asked for on the loop; may be gone through in a thread."""

    async def page(self, line: Line, kind: TitleKind, wanted: Wanted) -> tuple[Sequence[Title], int]:
        """Some of them, the newest first or by name, and how many there are in all."""

    def title(self, line: Line, kind: TitleKind, title_id: int) -> Title | None:
        """The one of an id; None of one that the line may not watch."""

    def seasons(self, line: Line, series_id: int) -> Sequence[Season]:
        """Those of one series; none of a series that the line may not watch."""

    def episodes(self, line: Line, series_id: int) -> Sequence[Episode]:
        """The same one by one, in order of season and number."""


class NoLibrary:
    """The library of a station that has none."""

    def mark(self, line: Line) -> str:
        """Always the same."""
        return ""

    def categories(self, line: Line, kind: TitleKind) -> Sequence[tuple[int, str]]:
        """None."""
        return ()

    def titles(self, line: Line, kind: TitleKind) -> Iterable[Title]:
        """None."""
        return ()

    async def page(self, line: Line, kind: TitleKind, wanted: Wanted) -> tuple[Sequence[Title], int]:
        """None."""
        return (), 0

    def title(self, line: Line, kind: TitleKind, title_id: int) -> Title | None:
        """None."""
        return None

    def seasons(self, line: Line, series_id: int) -> Sequence[Season]:
        """None."""
        return ()

    def episodes(self, line: Line, series_id: int) -> Sequence[Episode]:
        """None."""
        return ()


NO_LIBRARY = NoLibrary()
