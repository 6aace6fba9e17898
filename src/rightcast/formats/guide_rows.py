"""The guide as JSON for the television application of our own, and for whoever writes an app: docs/reference/guide.md.

Moments are unix seconds, for a screen knows its own zone; what is not known is left out of a row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightcast.domain.guide import Show


class Row(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A show in a list. `id` names it for `show`; `archive` 1: it could be watched from its beginning now."""

    id: str
    channel: int
    start: int
    stop: int
    title: str
    subtitle: str = ""
    genre: int = 0
    archive: int = 0


class Person(msgspec.Struct, frozen=True, omit_defaults=True):
    """Somebody of a show; `part` as in XMLTV."""

    part: str
    name: str
    role: str = ""


class Details(Row, frozen=True, kw_only=True, omit_defaults=True):
    """Everything that is known of a show."""

    description: str = ""
    categories: tuple[str, ...] = ()
    people: tuple[Person, ...] = ()
    year: str = ""
    countries: tuple[str, ...] = ()
    icon: str = ""
    season: int = 0
    episode: int = 0
    series: str = ""
    rating: str = ""
    stars: str = ""
    repeated: bool = False
    premiere: bool = False
    new: bool = False


class ByChannel(msgspec.Struct, frozen=True):
    """Answer of `now` and `window`: rows by the channel's id as a string, those without shows left out."""

    now: int
    channels: dict[str, list[Row]]


class Found(msgspec.Struct, frozen=True):
    """Answer of `search`: the soonest first."""

    now: int
    shows: list[Row]


class One(msgspec.Struct, frozen=True):
    """Answer of `show`; null when it is not known any more."""

    now: int
    show: Details | None


def show_id(channel_id: int, show: Show) -> str:
    """Under which a show is asked for: the same for as long as it begins at that moment."""
    return f"{channel_id}_{show.start}"


def of_show_id(text: str) -> tuple[int, int] | None:
    """Channel and start of an id; None for what is none."""
    channel_id, _, start = text.partition("_")
    usable = all(part.isascii() and part.isdigit() and len(part) < 16 for part in (channel_id, start))
    return (int(channel_id), int(start)) if usable else None


def row(channel_id: int, show: Show, *, archived: bool = False) -> Row:
    """A show in a list."""
    return Row(
        id=show_id(channel_id, show),
        channel=channel_id,
        start=show.start,
        stop=show.stop,
        title=show.title,
        subtitle=show.subtitle,
        genre=show.genre,
        archive=int(archived),
    )


def details(channel_id: int, show: Show, *, archived: bool = False) -> Details:
    """A show whole."""
    return Details(
        id=show_id(channel_id, show),
        channel=channel_id,
        start=show.start,
        stop=show.stop,
        title=show.title,
        subtitle=show.subtitle,
        genre=show.genre,
        archive=int(archived),
        description=show.description,
        categories=show.categories,
        people=tuple(Person(one.part, one.name, one.role) for one in show.credits),
        year=show.year,
        countries=show.countries,
        icon=show.icon_url,
        season=show.season,
        episode=show.episode,
        series=show.series,
        rating=show.rating[1] if show.rating else "",
        stars=show.stars,
        repeated=show.repeated,
        premiere=show.premiere,
        new=show.new,
    )


def encode(answer: ByChannel | Found | One) -> bytes:
    """The answer as JSON."""
    return msgspec.json.encode(answer)


def by_channel(now: int, rows: Sequence[tuple[int, list[Row]]]) -> ByChannel:
    """Rows of channels, those that have some."""
    return ByChannel(now, {str(channel_id): shows for channel_id, shows in rows if shows})
