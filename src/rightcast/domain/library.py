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
    """A film or a series. `added` in unix seconds, `length_s` of a film; `age` from which it is suitable."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """A season of a series: its number, and those of its episodes."""

    number: int
    name: str = ""
    episodes: tuple[int, ...] = ()
