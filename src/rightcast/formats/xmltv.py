"""Writes guides as XMLTV: all channels first, then the shows, elements in the order of the DTD, times in UTC.

Follows xmltv.dtd of the XMLTV project, and what its validator asks besides.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rightcast.domain.guide import Credit, Show

_UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 section 2.2 has no place for."""
_SPACES = re.compile(r"\s+")
CREDITS = (
    "director", "actor", "writer", "adapter", "producer", "composer", "editor", "presenter", "commentator", "guest",
)  # fmt: skip
"""Parts of a show's people, in the order of the DTD; others are not written."""
START = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE tv SYSTEM "xmltv.dtd">\n<tv generator-info-name="Rightcast">\n'
)
END = "</tv>\n"


def channel(guide_id: str, names: Iterable[str], logo_url: str = "") -> str:
    """A channel; names in the order of their worth, empty and double ones left out."""
    told = dict.fromkeys(name for name in map(_clean, names) if name) or {guide_id: None}
    displayed = "".join(f"<display-name>{escape(name)}</display-name>" for name in told)
    icon = f"<icon src={_quoted(logo_url)}/>" if logo_url else ""
    return f"  <channel id={_quoted(guide_id)}>{displayed}{icon}</channel>\n"


def show(one: Show, guide_id: str = "", *, catchup_id: str = "") -> str:
    """A show as `programme` of the channel `guide_id`, or of the one that the show itself names.

    `catchup_id` is an extension of one player and fails the DTD: "" leaves it out.
    """
    extra = f" catchup-id={_quoted(catchup_id)}" if catchup_id else ""
    told = f'start="{moment(one.start)}" stop="{moment(one.stop)}" channel={_quoted(guide_id or one.guide_id)}{extra}'
    return f"  <programme {told}>{''.join(_children(one))}</programme>\n"


def moment(unix_s: int) -> str:
    """`YYYYMMDDhhmmss +0000`."""
    return datetime.fromtimestamp(unix_s, UTC).strftime("%Y%m%d%H%M%S +0000")


def _children(one: Show) -> Iterator[str]:
    yield _element("title", one.title, one.language) or "<title>-</title>"
    yield _element("sub-title", one.subtitle, one.language)
    yield _element("desc", one.description, one.language)
    yield _credits(one.credits)
    yield _element("date", one.year)
    for category in one.categories:
        yield _element("category", category, one.language)
    for keyword in one.keywords:
        yield _element("keyword", keyword, one.language)
    if one.icon_url:
        yield f"<icon src={_quoted(one.icon_url)}/>"
    for country in one.countries:
        yield _element("country", country)
    yield from _numbers(one)
    yield from _flags(one)
    if one.rating is not None and _clean(one.rating[1]):
        system, value = one.rating
        yield f"<rating system={_quoted(system)}><value>{escape(_clean(value))}</value></rating>"
    if _clean(one.stars):
        yield f"<star-rating><value>{escape(_clean(one.stars))}</value></star-rating>"


def _numbers(one: Show) -> Iterator[str]:
    """Both systems that readers know; xmltv_ns counts from nought. A part of its own is misread, so it is empty."""
    if not one.episode:
        return
    season = str(one.season - 1) if one.season else ""
    yield f'<episode-num system="xmltv_ns">{season}.{one.episode - 1}.</episode-num>'
    written = f"S{one.season:02}E{one.episode:02}" if one.season else f"E{one.episode:02}"
    yield f'<episode-num system="onscreen">{written}</episode-num>'


def _flags(one: Show) -> Iterator[str]:
    if one.repeated:
        yield "<previously-shown/>"
    if one.premiere:
        yield "<premiere/>"
    if one.new:
        yield "<new/>"
    if one.subtitled:
        yield '<subtitles type="teletext"/>'


def _credits(people: tuple[Credit, ...]) -> str:
    rows = [
        f"<{part}{f' role={_quoted(one.role)}' if one.role and part == 'actor' else ''}>{escape(name)}</{part}>"
        for part in CREDITS
        for one in people
        if one.part == part and (name := _clean(one.name))
    ]
    return f"<credits>{''.join(rows)}</credits>" if rows else ""


def _element(name: str, text: str, language: str = "") -> str:
    """Nothing for an empty text: readers take an empty title or description for a fault."""
    cleaned = _clean(text)
    if not cleaned:
        return ""
    spoken = f" lang={_quoted(language)}" if language else ""
    return f"<{name}{spoken}>{escape(cleaned)}</{name}>"


def _clean(text: str) -> str:
    return _SPACES.sub(" ", _UNFIT.sub("", text)).strip()


def _quoted(text: str) -> str:
    return quoteattr(_clean(text))
