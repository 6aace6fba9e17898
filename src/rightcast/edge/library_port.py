"""What interfaces ask of films and series: a few questions, answered "nothing" until that room exists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightcast.domain.library import Episode, Season, Title, TitleKind
    from rightcast.domain.lineup import Line


class Library(Protocol):
    """Answers what a line may watch now, and nothing else."""

    def mark(self, line: Line) -> str:
        """Another one whenever the titles of the line have changed; the same for lines that see the same."""

    def categories(self, line: Line, kind: TitleKind) -> Sequence[tuple[int, str]]:
        """Ids and names, in the order in which they are shown."""

    def titles(self, line: Line, kind: TitleKind) -> Sequence[Title]:
        """All of a kind, the newest first."""

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

    def titles(self, line: Line, kind: TitleKind) -> Sequence[Title]:
        """None."""
        return ()

    def seasons(self, line: Line, series_id: int) -> Sequence[Season]:
        """None."""
        return ()

    def episodes(self, line: Line, series_id: int) -> Sequence[Episode]:
        """None."""
        return ()


NO_LIBRARY = NoLibrary()
