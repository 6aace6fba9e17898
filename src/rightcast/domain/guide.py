"""What is on when: the shows of channels, as every guide that we write tells them.

Empty texts and tuples are what is not known; nothing of them is written.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Credit:
    """A person. `part` is an element of XMLTV's credits: director, actor, writer, presenter, guest and so on."""

    part: str
    name: str
    role: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """One show on one channel, named by its guide id. `start` and `stop` in unix seconds, stop excluded.

    `id` is the same for as long as the show is known. `language` is a tag of BCP 47. `season` and `episode` count
    from 1, 0 is none. `rating` is an age, as (system, value); `stars` is written as it came, "7/10".
    """

    id: int
    guide_id: str
    start: int
    stop: int
    title: str
    subtitle: str = ""
    description: str = ""
    language: str = ""
    credits: tuple[Credit, ...] = ()
    year: str = ""
    categories: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    icon_url: str = ""
    countries: tuple[str, ...] = ()
    season: int = 0
    episode: int = 0
    repeated: bool = False
    premiere: bool = False
    new: bool = False
    subtitled: bool = False
    rating: tuple[str, str] | None = None
    stars: str = ""
