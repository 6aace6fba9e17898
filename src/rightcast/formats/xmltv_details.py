"""The elements of XMLTV that few shows have, as they came in: languages, pictures, ratings, reviews, quality.

Values that the DTD enumerates are written only where they are among those.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from rightcast.domain.guide import Picture, Rating
from rightcast.formats.xmltv_text import attribute, clean, element, quoted

if TYPE_CHECKING:
    from rightcast.domain.guide import Credit, Details, Link, Quality, Review, Subtitling, Text

_SUBTITLES = frozenset({"teletext", "onscreen", "deaf-signed"})
_KINDS = frozenset({"poster", "backdrop", "still", "person", "character"})
_SIZES = frozenset({"1", "2", "3"})
_ORIENTS = frozenset({"P", "L"})
_REVIEWS = frozenset({"text", "url"})


def attributes(details: Details) -> str:
    """Those of `programme` beside its times and channel."""
    found = [
        (f' pdc-start="{_moment(details.pdc_start)}"' if details.pdc_start else ""),
        (f' vps-start="{_moment(details.vps_start)}"' if details.vps_start else ""),
        attribute("showview", details.showview),
        attribute("videoplus", details.videoplus),
        attribute("clumpidx", details.clump),
    ]
    return "".join(found)


def texts(name: str, own: tuple[str, ...], language: str, said: tuple[Text, ...]) -> str:
    """Words in the show's language, then in others; where these hold the show's own words they are all there are."""
    if not said:
        return "".join([element(name, text, language) for text in own])
    if any(one.text in own for one in said):
        own = ()
    mine = "".join([element(name, text, language) for text in own])
    return mine + "".join([element(name, one.text, one.language) for one in said])


def languages(details: Details) -> str:
    """What is spoken, what was spoken at first, and how long it is."""
    parts = []
    if details.spoken is not None:
        parts.append(element("language", details.spoken.text, details.spoken.language))
    if details.original is not None:
        parts.append(element("orig-language", details.original.text, details.original.language))
    if details.length_s:
        whole, rest = divmod(details.length_s, 60)
        unit, value = ("seconds", details.length_s) if rest else ("minutes", whole)
        parts.append(f'<length units="{unit}">{value}</length>')
    return "".join(parts)


def icons(first: str, others: tuple[Picture, ...]) -> str:
    """The icon and those beyond it; the first of these is the icon itself where its size is known."""
    if not first:
        return ""
    same = bool(others) and others[0].url == first and bool(others[0].width or others[0].height)
    return "".join([_icon(one) for one in (others if same else (Picture(url=first), *others)) if clean(one.url)])


def links(found: tuple[Link, ...]) -> str:
    """Addresses with more."""
    return "".join(
        [f"<url{attribute('system', one.system)}>{escape(clean(one.url))}</url>" for one in found if clean(one.url)]
    )


def quality(one: Quality) -> str:
    """How it looks, then how it sounds."""
    video = (
        element("present", one.video)
        + element("colour", one.colour)
        + element("aspect", one.aspect)
        + element("quality", one.picture)
    )
    audio = element("present", one.audio) + element("stereo", one.stereo)
    return (f"<video>{video}</video>" if video else "") + (f"<audio>{audio}</audio>" if audio else "")


def previously(details: Details) -> str:
    """That it was shown before, and when and where, if that is known."""
    return (
        f"<previously-shown{attribute('start', details.previous_start)}"
        f"{attribute('channel', details.previous_channel)}/>"
    )


def marked(name: str, words: Text | None) -> str:
    """`premiere` and `last-chance`: a mark that may say more."""
    return (element(name, words.text, words.language) if words is not None else "") or f"<{name}/>"


def subtitlings(ways: tuple[Subtitling, ...]) -> str:
    """Each way; teletext where nothing else is known."""
    if not ways:
        return '<subtitles type="teletext"/>'
    return "".join(
        [
            f"<subtitles{attribute('type', one.kind if one.kind in _SUBTITLES else '')}>"
            f"{element('language', one.words, one.language)}</subtitles>"
            for one in ways
        ]
    )


def ratings(first: tuple[str, str] | None, others: tuple[Rating, ...]) -> str:
    """The rating and those beyond it; the first of these is the rating itself where it has icons."""
    if first is None:
        return ""
    same = bool(others) and (others[0].system, others[0].value) == first and bool(others[0].icon_urls)
    return _marks("rating", others if same else (Rating(*first), *others))


def stars(first: str, others: tuple[Rating, ...]) -> str:
    """The same of stars: the first of the others is the show's own where it has a system or icons."""
    if not first:
        return ""
    same = bool(others) and others[0].value == first and bool(others[0].system or others[0].icon_urls)
    return _marks("star-rating", others if same else (Rating("", first), *others))


def reviews(found: tuple[Review, ...]) -> str:
    """What was thought of it."""
    return "".join(
        [
            f'<review type="{one.kind if one.kind in _REVIEWS else "text"}"{attribute("source", one.source)}'
            f"{attribute('reviewer', one.reviewer)}{attribute('lang', one.language)}>{escape(clean(one.text))}</review>"
            for one in found
            if clean(one.text)
        ]
    )


def images(found: tuple[Picture, ...]) -> str:
    """Pictures of the show, or of a person."""
    return "".join(
        [
            f"<image{attribute('type', one.kind if one.kind in _KINDS else '')}"
            f"{attribute('size', one.size if one.size in _SIZES else '')}"
            f"{attribute('orient', one.orient if one.orient in _ORIENTS else '')}{attribute('system', one.system)}>"
            f"{escape(clean(one.url))}</image>"
            for one in found
            if clean(one.url)
        ]
    )


def person(one: Credit, name: str) -> str:
    """Somebody of the credits; a role, and whether as a guest, only of actors."""
    told = ""
    if one.part == "actor":
        told = attribute("role", one.role) + (' guest="yes"' if one.guest else "")
    return f"<{one.part}{told}>{escape(name)}{images(one.pictures)}{links(one.links)}</{one.part}>"


def _icon(one: Picture) -> str:
    sizes = "".join(f' {side}="{size}"' for side, size in (("width", one.width), ("height", one.height)) if size)
    return f"<icon src={quoted(one.url)}{sizes}/>"


def _marks(name: str, found: tuple[Rating, ...]) -> str:
    return "".join(
        [
            f"<{name}{attribute('system', one.system)}><value>{escape(clean(one.value))}</value>"
            f"{''.join([f'<icon src={quoted(url)}/>' for url in one.icon_urls])}</{name}>"
            for one in found
            if clean(one.value)
        ]
    )


def _moment(unix_s: int) -> str:
    return datetime.fromtimestamp(unix_s, UTC).strftime("%Y%m%d%H%M%S +0000")
