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
    from 1, 0 is none. `rating` is an age, as (system, value); `stars` is written as it came, "7/10". `genre` is a
    content byte of DVB (EN 300 468 table 28), 0 unknown. `series` is the same for all episodes. `no_catchup`: it may
    be watched live only.
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
    genre: int = 0
    series: str = ""
    no_catchup: bool = False


DAY_S = 86_400
_DAYS_PER_CHANNEL = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideDay:
    """The shows of one channel that start on one day of UTC, oldest first; `day` counts from 1970-01-01."""

    channel_id: int
    day: int
    shows: tuple[Show, ...]

    @property
    def key(self) -> int:
        """Under which it travels."""
        return guide_key(self.channel_id, self.day)


def day_of(moment: float) -> int:
    """The day of UTC that unix seconds lie in, counted from 1970-01-01."""
    return int(moment // DAY_S)


def guide_key(channel_id: int, day: int) -> int:
    """One number for a channel and a day; days end in the year 2243."""
    return channel_id * _DAYS_PER_CHANNEL + day


def of_guide_key(key: int) -> tuple[int, int]:
    """Channel and day of a key."""
    return divmod(key, _DAYS_PER_CHANNEL)
