"""Films and series, as every interface that lists them tells of them.

Empty texts and tuples, and 0, are what is not known. A holding is a title with its files, as edges know it.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime


class TitleKind(enum.StrEnum):
    """What a title is."""

    FILM = "film"
    SERIES = "series"


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """A film or a series. `added` in unix seconds, of a series that of its last episode.

    `length_s` of a film, or of a series' episodes; `age` from which it is suitable; `stars` as "7.5" or "7.5/10";
    `extension` is that of a film's file.
    """

    id: int
    kind: TitleKind
    name: str
    category_id: int
    original_name: str = ""
    description: str = ""
    poster_url: str = ""
    directors: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    year: str = ""
    added: int = 0
    length_s: int = 0
    hd: bool = False
    age: int = 0
    stars: str = ""
    release_date: str = ""
    trailer: str = ""
    backdrop_urls: tuple[str, ...] = ()
    extension: str = "mp4"
    bitrate_bps: int = 0
    adult: bool = False

    @property
    def rating(self) -> float:
        """The stars as a number of ten; 0 when they are none."""
        value, _, best = self.stars.partition("/")
        try:
            found = float(value) / (float(best) if best else 10) * 10
        except (ValueError, ZeroDivisionError):
            return 0.0
        return round(found, 1) if 0 <= found <= 10 else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """A season of a series: its number, and those of its episodes."""

    number: int
    name: str = ""
    episodes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One file of a series; seasons and numbers count from 1, season 0 holds specials."""

    id: int
    season: int
    number: int
    name: str = ""
    added: int = 0
    extension: str = "mp4"
    description: str = ""
    release_date: str = ""
    length_s: int = 0
    image_url: str = ""
    bitrate_bps: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """A selection of titles that packages are made of; apps show it as a category. Lower positions come first."""

    id: int
    name: str
    position: int = 0
    adult: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFile:
    """A file of the library: its name in the library's folder, its size, and how long it plays."""

    name: str
    size_bytes: int
    length_s: float = 0.0

    @property
    def extension(self) -> str:
        """What its name ends with, without the dot."""
        return self.name.rpartition(".")[2]

    @property
    def bitrate_bps(self) -> int:
        """Bits per second on average; 0 when its length is not known."""
        return int(self.size_bytes * 8 / self.length_s) if self.length_s > 0 else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldEpisode:
    """An episode with its file."""

    episode: Episode
    file: MediaFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A title with its files: one of a film, one per episode of a series.

    `poster` is a file of the library. `until` ends the offer before its right does, if it is given (aware UTC).
    """

    title: Title
    file: MediaFile | None = None
    episodes: tuple[HeldEpisode, ...] = ()
    poster: str = ""
    until: datetime | None = None

    @property
    def seasons(self) -> tuple[Season, ...]:
        """The seasons that have episodes, in order."""
        numbers = sorted({one.episode.season for one in self.episodes})
        return tuple(
            Season(
                number=number,
                name=f"Season {number}" if number else "Specials",
                episodes=tuple(one.episode.id for one in self.episodes if one.episode.season == number),
            )
            for number in numbers
        )


_FIRST_WATCHED = 1_000_000_000_000


def watched_as(title_id: int) -> int:
    """The number under which a title is watched, where channels have their id: below zero, so never one of theirs."""
    return -(_FIRST_WATCHED + title_id)


def watched_title(number: int) -> int | None:
    """The title that is watched under a number; None: it is no title's."""
    return -number - _FIRST_WATCHED if number <= -_FIRST_WATCHED else None
