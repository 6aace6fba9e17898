"""What each child of XMLTV's `programme` says of a show: one function for each element of the DTD."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.domain.guide import Credit, Link, Picture, Quality, Rating, Review, Subtitling, Text
from rightcast.formats.xmltv_draft import LONG, MANY, SHORT, Draft, words_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from xml.etree.ElementTree import Element

_LENGTH_UNITS = {"seconds": 1, "minutes": 60, "hours": 3600}
_CREDITS = frozenset((
    "director", "actor", "writer", "adapter", "producer", "composer", "editor", "presenter", "commentator", "guest",
))  # fmt: skip
_Part = "Callable[[Draft, Element], None]"


def _said(name: str, most: int = SHORT) -> Callable[[Draft, Element], None]:
    def read(draft: Draft, element: Element) -> None:
        draft.say(name, element, most)

    return read


def _new(draft: Draft, _element: Element) -> None:
    draft.fields["new"] = True


def _credits(draft: Draft, element: Element) -> None:
    people = []
    for child in element[:MANY]:
        if child.tag not in _CREDITS:
            draft.findings.note("unknown-element", draft.line, f"credits/{child.tag}")
            continue
        name = draft.text(child)
        if not name:
            continue
        attrs = child.attrib
        role = " ".join(attrs["role"].split())[:SHORT] if "role" in attrs else ""
        if len(child) or "guest" in attrs:
            pictures = tuple(made for one in child.iterfind("image") if (made := _picture(draft, one)))
            links = tuple(link for one in child.iterfind("url") if (link := _link(draft, one)))
            people.append(Credit(child.tag, name, role, attrs.get("guest") == "yes", pictures, links))
        else:
            people.append(Credit(child.tag, name, role))
    if people:
        draft.fields["credits"] = (*draft.fields.get("credits", ()), *people)


def _date(draft: Draft, element: Element) -> None:
    written = draft.text(element, 40)
    if written:
        year = written[:4]
        draft.fields["year"] = year if year.isdecimal() else written
        if draft.fields["year"] != written:
            draft.details["date"] = written


def _length(draft: Draft, element: Element) -> None:
    written = words_of(element)
    unit = _LENGTH_UNITS.get(element.get("units", "minutes").strip().lower())
    try:
        length_s = round(float(written) * (unit or 0))
    except (ValueError, OverflowError):
        length_s = 0
    if not unit or not 0 < length_s < 14 * 86_400:
        draft.findings.note("bad-value", draft.line, f"length {written}")
        return
    draft.details["length_s"] = length_s


def _icon(draft: Draft, element: Element) -> None:
    url = element.get("src", "").strip()[:2000]
    if not url:
        draft.findings.note("empty-element", draft.line, "icon")
        return
    first = "icon_url" not in draft.fields
    if first:
        draft.fields["icon_url"] = url
    width, height = _whole(element.get("width", "")), _whole(element.get("height", ""))
    if not first or width or height:
        draft.add("icons", Picture(url=url, width=width, height=height))


def _image(draft: Draft, element: Element) -> None:
    if (made := _picture(draft, element)) is not None:
        draft.add("images", made)


def _picture(draft: Draft, element: Element) -> Picture | None:
    url = draft.text(element, 2000)
    if not url:
        return None
    kind, size, orient, system = (element.get(one, "").strip()[:40] for one in ("type", "size", "orient", "system"))
    return Picture(url=url, kind=kind, size=size, orient=orient, system=system)


def _url(draft: Draft, element: Element) -> None:
    if (made := _link(draft, element)) is not None:
        draft.add("links", made)


def _link(draft: Draft, element: Element) -> Link | None:
    url = draft.text(element, 2000)
    return Link(url, element.get("system", "").strip()[:40]) if url else None


def _country(draft: Draft, element: Element) -> None:
    if name := draft.text(element, 80):
        draft.fields["countries"] = (*draft.fields.get("countries", ()), name)


def _number(draft: Draft, element: Element) -> None:
    if value := draft.text(element, 200):
        draft.number(element.get("system", "onscreen").strip()[:40], value)


def _quality(**names: str) -> Callable[[Draft, Element], None]:
    """`video` and `audio`: which child fills which field."""

    def read(draft: Draft, element: Element) -> None:
        found: dict[str, str] = {}
        for child in element:
            if child.tag not in names:
                draft.findings.note("unknown-element", draft.line, f"{element.tag}/{child.tag}")
            elif words := draft.text(child, 40):
                found[names[child.tag]] = words
        if found:
            before = draft.details.get("quality")
            kept = {} if before is None else {name: getattr(before, name) for name in Quality.__slots__}
            draft.details["quality"] = Quality(**{**kept, **found})

    return read


def _previously(draft: Draft, element: Element) -> None:
    draft.fields["repeated"] = True
    if start := element.get("start", "").strip():
        draft.details["previous_start"] = start[:40]
    if channel := element.get("channel", "").strip():
        draft.details["previous_channel"] = channel[:200]


def _marked(flag: str) -> Callable[[Draft, Element], None]:
    """`premiere` and `last-chance`: a mark that may say more."""

    def read(draft: Draft, element: Element) -> None:
        draft.fields[flag] = True
        if words := words_of(element)[:SHORT]:
            draft.details[flag] = Text(words, element.get("lang", "").strip()[:35])

    return read


def _language(name: str) -> Callable[[Draft, Element], None]:
    def read(draft: Draft, element: Element) -> None:
        if words := draft.text(element, 80):
            draft.details[name] = Text(words, element.get("lang", "").strip()[:35])

    return read


def _subtitles(draft: Draft, element: Element) -> None:
    draft.fields["subtitled"] = True
    kind = element.get("type", "").strip()[:20]
    spoken = element.find("language")
    words = "" if spoken is None else words_of(spoken)[:80]
    tag = "" if spoken is None else spoken.get("lang", "").strip()[:35]
    draft.add("subtitlings", Subtitling(kind, words, tag))


def _rating(draft: Draft, element: Element) -> None:
    made = _mark(draft, element)
    if made is None:
        return
    first = "rating" not in draft.fields
    if first:
        draft.fields["rating"] = (made.system, made.value)
    if not first or made.icon_urls:
        draft.add("ratings", made)


def _stars(draft: Draft, element: Element) -> None:
    made = _mark(draft, element)
    if made is None:
        return
    first = "stars" not in draft.fields
    if first:
        draft.fields["stars"] = made.value
    if not first or made.system or made.icon_urls:
        draft.add("stars", made)


def _mark(draft: Draft, element: Element) -> Rating | None:
    """A rating; some write its value into the element itself."""
    inner = element.find("value")
    value = (words_of(inner) if inner is not None else "") or words_of(element)
    if not value:
        draft.findings.note("empty-element", draft.line, element.tag)
        return None
    icons = tuple(one.attrib["src"][:2000] for one in element.iterfind("icon") if one.get("src"))
    return Rating(element.get("system", "").strip()[:80], value[:80], icons)


def _review(draft: Draft, element: Element) -> None:
    words = draft.text(element, LONG)
    if words:
        kind, source, reviewer, tag = (
            element.get(one, "").strip()[:200] for one in ("type", "source", "reviewer", "lang")
        )
        review = Review(text=words, kind=kind or "text", source=source, reviewer=reviewer, language=tag)
        draft.add("reviews", review)


def _whole(text: str) -> int:
    digits = text.strip()
    return int(digits) if digits.isdecimal() and len(digits) < 6 else 0


PARTS: dict[str, Callable[[Draft, Element], None]] = {
    "title": _said("title"),
    "sub-title": _said("sub-title"),
    "desc": _said("desc", LONG),
    "credits": _credits,
    "date": _date,
    "category": _said("category"),
    "keyword": _said("keyword"),
    "language": _language("spoken"),
    "orig-language": _language("original"),
    "length": _length,
    "icon": _icon,
    "url": _url,
    "country": _country,
    "episode-num": _number,
    "video": _quality(present="video", colour="colour", aspect="aspect", quality="picture"),
    "audio": _quality(present="audio", stereo="stereo"),
    "previously-shown": _previously,
    "premiere": _marked("premiere"),
    "last-chance": _marked("last_chance"),
    "new": _new,
    "subtitles": _subtitles,
    "rating": _rating,
    "star-rating": _stars,
    "review": _review,
    "image": _image,
}
