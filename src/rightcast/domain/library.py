"""Films and series, as every interface that lists them tells of them.

Empty texts and tuples, and 0, are what is not known.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass


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
