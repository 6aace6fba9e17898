"""Writes guides as XMLTV: all channels first, then the shows, elements in the order of the DTD, times in UTC.

Follows xmltv.dtd of the XMLTV project, and what its validator asks besides. What the reader reads is written again;
what the DTD has no place for (a role of anybody but an actor) is left out.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from rightcast.domain import episodes
from rightcast.domain.guide import Details
from rightcast.formats import xmltv_details as more
from rightcast.formats.xmltv_text import clean, element, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rightcast.domain.guide import Credit, Show

CREDITS = (
    "director", "actor", "writer", "adapter", "producer", "composer", "editor", "presenter", "commentator", "guest",
)  # fmt: skip
"""Parts of a show's people, in the order of the DTD; others are not written."""
START = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE tv SYSTEM "xmltv.dtd">\n<tv generator-info-name="Rightcast">\n'
)
END = "</tv>\n"


_NOTHING = Details()


def channel(guide_id: str, names: Iterable[str], logo_url: str = "") -> str:
    """A channel; names in the order of their worth, empty and double ones left out."""
    told = dict.fromkeys(name for name in map(clean, names) if name) or {guide_id: None}
    displayed = "".join(f"<display-name>{escape(name)}</display-name>" for name in told)
    icon = f"<icon src={quoted(logo_url)}/>" if logo_url else ""
    return f"  <channel id={quoted(guide_id)}>{displayed}{icon}</channel>\n"


def show(one: Show, guide_id: str = "", *, catchup_id: str = "") -> str:
    """A show as `programme` of the channel `guide_id`, or of the one that the show itself names.

    `catchup_id` is an extension of one player and fails the DTD: "" leaves it out.
    """
    extra = f" catchup-id={quoted(catchup_id)}" if catchup_id else ""
    if one.details is not None:
        extra = more.attributes(one.details) + extra
    told = f'start="{moment(one.start)}" stop="{moment(one.stop)}" channel={quoted(guide_id or one.guide_id)}{extra}'
    return f"  <programme {told}>{''.join(_children(one, one.details or _NOTHING))}</programme>\n"


def moment(unix_s: int) -> str:
    """`YYYYMMDDhhmmss +0000`."""
    return datetime.fromtimestamp(unix_s, UTC).strftime("%Y%m%d%H%M%S +0000")


def _children(one: Show, details: Details) -> Iterator[str]:
    lang = one.language
    yield more.texts("title", (one.title,), lang, details.titles) or "<title>-</title>"
    yield more.texts("sub-title", (one.subtitle,), lang, details.subtitles)
    yield more.texts("desc", (one.description,), lang, details.descriptions)
    yield _credits(one.credits)
    yield element("date", details.date or one.year)
    yield more.texts("category", one.categories, lang, details.categories)
    yield more.texts("keyword", one.keywords, lang, details.keywords)
    yield more.languages(details)
    yield more.icons(one.icon_url, details.icons)
    yield more.links(details.links)
    for country in one.countries:
        yield element("country", country)
    yield _numbers(one, details)
    if details.quality is not None:
        yield more.quality(details.quality)
    yield from _flags(one, details)
    yield more.ratings(one.rating, details.ratings)
    yield more.stars(one.stars, details.stars)
    yield more.reviews(details.reviews)
    yield more.images(details.images)


def _numbers(one: Show, details: Details) -> str:
    """As they came; besides in those systems that readers know, where these say nothing of their own."""
    came = [(number.system, number.value) for number in details.numbers]
    systems = {system for system, _ in came}
    ours = [pair for pair in episodes.written(one.season, one.episode) if pair[0] not in systems]
    if one.series and all(episodes.read(*pair).series != one.series for pair in came):
        ours.append((episodes.SERIES, one.series))
    return "".join(
        f"<episode-num system={quoted(system)}>{escape(clean(value))}</episode-num>"
        for system, value in (*ours, *came)
        if clean(value)
    )


def _flags(one: Show, details: Details) -> Iterator[str]:
    if one.repeated:
        yield more.previously(details)
    if one.premiere:
        yield more.marked("premiere", details.premiere)
    if one.last_chance:
        yield more.marked("last-chance", details.last_chance)
    if one.new:
        yield "<new/>"
    if one.subtitled:
        yield more.subtitlings(details.subtitlings)


def _credits(people: tuple[Credit, ...]) -> str:
    if not people:
        return ""
    rows = [
        more.person(one, name) for part in CREDITS for one in people if one.part == part and (name := clean(one.name))
    ]
    return f"<credits>{''.join(rows)}</credits>" if rows else ""
