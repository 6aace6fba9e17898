"""What each child of XMLTV's `programme` says of a show: one function for each element of the DTD."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rightcast.domain import episodes
from rightcast.domain.guide import (
    Credit,
    Details,
    Link,
    Notation,
    Picture,
    Quality,
    Rating,
    Review,
    Show,
    Subtitling,
    Text,
)
from rightcast.formats.xmltv_oddities import Findings

if TYPE_CHECKING:
    from collections.abc import Callable

_LONG = 8_000
_SHORT = 500
_MANY = 100
_LENGTH_UNITS = {"seconds": 1, "minutes": 60, "hours": 3600}
_CREDITS = frozenset((
    "director", "actor", "writer", "adapter", "producer", "composer", "editor", "presenter", "commentator", "guest",
))  # fmt: skip


@dataclass(slots=True)
class Element:
    """An element as it was read; `line` is where an outermost one began."""

    name: str
    attrs: dict[str, str]
    line: int
    text: str = ""
    children: list[Element] = field(default_factory=list)


@dataclass(slots=True)
class Draft:
    """A show while its elements are read. `fields` are those of Show, `details` those of Details."""

    line: int
    findings: Findings
    fields: dict[str, Any] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, list[Text]] = field(default_factory=dict)
    numbers: list[Notation] = field(default_factory=list)

    def text(self, element: Element, most: int = _SHORT) -> str:
        """The words of an element with single spaces; an empty one and a cut one are noted."""
        words = " ".join(element.text.split())
        if not words:
            self.findings.note("empty-element", self.line, element.name)
        elif len(words) > most:
            self.findings.note("long-text", self.line, element.name)
            words = words[:most]
        return words

    def add(self, name: str, value: object) -> None:
        """One more of a detail."""
        found = self.details.setdefault(name, [])
        if len(found) < _MANY:
            found.append(value)

    def say(self, name: str, element: Element, most: int = _SHORT) -> None:
        """Words in a language, one of several."""
        words = self.text(element, most)
        if words:
            said = self.texts.setdefault(name, [])
            if len(said) < _MANY:
                said.append(Text(words, element.attrs.get("lang", "").strip()[:35]))

    def show(self, guide_id: str, start: int, stop: int) -> Show:
        """The finished show."""
        fields, titles = self.fields, self.texts.get("title", ())
        if titles:
            fields["title"] = titles[0].text
        else:
            fields["title"] = ""
            self.findings.note("no-title", self.line)
        language = next((one.language for said in self.texts.values() for one in said if one.language), "")
        if titles and titles[0].language:
            language = titles[0].language
        if language:
            fields["language"] = language
        for name, one, many in _SAID:
            if name in self.texts:
                self._settle_texts(self.texts[name], one, many, language)
        if self.numbers:
            self._settle_numbers()
        if self.details:
            frozen: dict[str, Any] = {
                key: tuple(value) if isinstance(value, list) else value for key, value in self.details.items()
            }
            fields["details"] = Details(**frozen)
        return Show(id=self.line, guide_id=guide_id, start=start, stop=stop, **fields)

    def _settle_texts(self, said: list[Text], one: str, many: str, language: str) -> None:
        """The show's own language first; what is said in others is a detail."""
        if one in {"categories", "keywords"}:
            own = [text for text in said if text.language in {"", language}] or said
            self.fields[one] = tuple(dict.fromkeys(text.text for text in own))
            others = [text for text in said if text not in own] if len(own) < len(said) else []
        else:
            main = next((text for text in said if text.language in {"", language}), said[0])
            self.fields[one] = main.text
            others = [text for text in said if text is not main]
        if others:
            self.details[many] = list(dict.fromkeys(others))

    def _settle_numbers(self) -> None:
        """Season and episode of all notations together; those that say no more than these are not kept."""
        found = episodes.NOTHING
        for one in sorted(self.numbers, key=lambda number: number.system != "xmltv_ns"):
            found = episodes.joined(found, episodes.read(one.system, one.value))
        if found.season:
            self.fields["season"] = found.season
        if found.episode:
            self.fields["episode"] = found.episode
        if found.series:
            self.fields["series"] = found.series
        written = set(episodes.written(found.season, found.episode))
        kept = [
            one
            for one in self.numbers
            if one.system != episodes.SERIES and (one.system, one.value.replace(" ", "")) not in written
        ]
        if kept:
            self.details["numbers"] = kept[:_MANY]


_SAID = (
    ("title", "title", "titles"),
    ("sub-title", "subtitle", "subtitles"),
    ("desc", "description", "descriptions"),
    ("category", "categories", "categories"),
    ("keyword", "keywords", "keywords"),
)


def _said(name: str, most: int = _SHORT) -> Callable[[Draft, Element], None]:
    return lambda draft, element: draft.say(name, element, most)


def _flag(name: str) -> Callable[[Draft, Element], None]:
    return lambda draft, _element: draft.fields.__setitem__(name, True)


def _credits(draft: Draft, element: Element) -> None:
    people = []
    for child in element.children[:_MANY]:
        if child.name not in _CREDITS:
            draft.findings.note("unknown-element", draft.line, f"credits/{child.name}")
            continue
        name = draft.text(child)
        if not name:
            continue
        pictures = tuple(made for one in child.children if one.name == "image" and (made := _picture(draft, one)))
        links = tuple(link for one in child.children if one.name == "url" and (link := _link(draft, one)))
        role = " ".join(child.attrs.get("role", "").split())[:_SHORT]
        people.append(Credit(child.name, name, role, child.attrs.get("guest") == "yes", pictures, links))
    if people:
        draft.fields["credits"] = tuple(people)


def _date(draft: Draft, element: Element) -> None:
    written = draft.text(element, 40)
    if written:
        year = written[:4]
        draft.fields["year"] = year if year.isdecimal() else written
        if draft.fields["year"] != written:
            draft.details["date"] = written


def _length(draft: Draft, element: Element) -> None:
    unit = _LENGTH_UNITS.get(element.attrs.get("units", "minutes").strip().lower())
    try:
        length_s = round(float(element.text.strip()) * (unit or 0))
    except (ValueError, OverflowError):
        length_s = 0
    if not unit or not 0 < length_s < 14 * 86_400:
        draft.findings.note("bad-value", draft.line, f"length {element.text.strip()}")
        return
    draft.details["length_s"] = length_s


def _icon(draft: Draft, element: Element) -> None:
    url = element.attrs.get("src", "").strip()
    if not url:
        draft.findings.note("empty-element", draft.line, "icon")
        return
    sizes = [_whole(element.attrs.get(side, "")) for side in ("width", "height")]
    if "icon_url" not in draft.fields:
        draft.fields["icon_url"] = url[:2000]
        if any(sizes):
            draft.details["icons"] = [Picture(url=url[:2000], width=sizes[0], height=sizes[1])]
    else:
        draft.add("icons", Picture(url=url[:2000], width=sizes[0], height=sizes[1]))


def _image(draft: Draft, element: Element) -> None:
    if (made := _picture(draft, element)) is not None:
        draft.add("images", made)


def _picture(draft: Draft, element: Element) -> Picture | None:
    url = draft.text(element, 2000)
    if not url:
        return None
    kind, size, orient, system = (
        element.attrs.get(one, "").strip()[:40] for one in ("type", "size", "orient", "system")
    )
    return Picture(url=url, kind=kind, size=size, orient=orient, system=system)


def _url(draft: Draft, element: Element) -> None:
    if (made := _link(draft, element)) is not None:
        draft.add("links", made)


def _link(draft: Draft, element: Element) -> Link | None:
    url = draft.text(element, 2000)
    return Link(url, element.attrs.get("system", "").strip()[:40]) if url else None


def _country(draft: Draft, element: Element) -> None:
    if name := draft.text(element, 80):
        draft.fields["countries"] = (*draft.fields.get("countries", ()), name)


def _number(draft: Draft, element: Element) -> None:
    if value := draft.text(element, 200):
        draft.numbers.append(Notation(element.attrs.get("system", "onscreen").strip()[:40], value))


def _quality(**names: str) -> Callable[[Draft, Element], None]:
    """`video` and `audio`: which child fills which field."""

    def read(draft: Draft, element: Element) -> None:
        found = {"present": ""}
        for child in element.children:
            if child.name not in names:
                draft.findings.note("unknown-element", draft.line, f"{element.name}/{child.name}")
            elif words := draft.text(child, 40):
                found[names[child.name]] = words
        found.pop("present")
        before = draft.details.get("quality")
        if found:
            draft.details["quality"] = _joined(before, found)

    return read


def _joined(before: Quality | None, found: dict[str, str]) -> Quality:
    kept = {} if before is None else {name: getattr(before, name) for name in Quality.__slots__}
    return Quality(**{**kept, **found})


def _previously(draft: Draft, element: Element) -> None:
    draft.fields["repeated"] = True
    if start := element.attrs.get("start", "").strip():
        draft.details["previous_start"] = start[:40]
    if channel := element.attrs.get("channel", "").strip():
        draft.details["previous_channel"] = channel[:200]


def _marked(flag: str, detail: str) -> Callable[[Draft, Element], None]:
    """`premiere` and `last-chance`: a mark that may say more."""

    def read(draft: Draft, element: Element) -> None:
        draft.fields[flag] = True
        if words := " ".join(element.text.split())[:_SHORT]:
            draft.details[detail] = Text(words, element.attrs.get("lang", "").strip()[:35])

    return read


def _language(name: str) -> Callable[[Draft, Element], None]:
    def read(draft: Draft, element: Element) -> None:
        if words := draft.text(element, 80):
            draft.details[name] = Text(words, element.attrs.get("lang", "").strip()[:35])

    return read


def _subtitles(draft: Draft, element: Element) -> None:
    draft.fields["subtitled"] = True
    kind = element.attrs.get("type", "").strip()[:20]
    language = next((" ".join(one.text.split())[:80] for one in element.children if one.name == "language"), "")
    if kind != "teletext" or language or "subtitlings" in draft.details:
        draft.add("subtitlings", Subtitling(kind, language))


def _rating(draft: Draft, element: Element) -> None:
    made = _mark(draft, element)
    if made is None:
        return
    if "rating" in draft.fields:
        draft.add("ratings", made)
        return
    draft.fields["rating"] = (made.system, made.value)
    if made.icon_urls:
        draft.add("ratings", made)


def _stars(draft: Draft, element: Element) -> None:
    made = _mark(draft, element)
    if made is None:
        return
    if "stars" in draft.fields:
        draft.add("stars", made)
        return
    draft.fields["stars"] = made.value
    if made.system or made.icon_urls:
        draft.add("stars", made)


def _mark(draft: Draft, element: Element) -> Rating | None:
    """A rating; some write its value into the element itself."""
    value = next((" ".join(one.text.split()) for one in element.children if one.name == "value"), "")
    value = (value or " ".join(element.text.split()))[:80]
    if not value:
        draft.findings.note("empty-element", draft.line, element.name)
        return None
    icons = tuple(one.attrs["src"][:2000] for one in element.children if one.name == "icon" and one.attrs.get("src"))
    return Rating(element.attrs.get("system", "").strip()[:80], value, icons)


def _review(draft: Draft, element: Element) -> None:
    words = draft.text(element, _LONG)
    if words:
        kind, source, reviewer, lang = (
            element.attrs.get(one, "").strip()[:200] for one in ("type", "source", "reviewer", "lang")
        )
        draft.add("reviews", Review(text=words, kind=kind or "text", source=source, reviewer=reviewer, language=lang))


def _whole(text: str) -> int:
    digits = text.strip()
    return int(digits) if digits.isdecimal() and len(digits) < 6 else 0


PARTS: dict[str, Callable[[Draft, Element], None]] = {
    "title": _said("title"),
    "sub-title": _said("sub-title"),
    "desc": _said("desc", _LONG),
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
    "premiere": _marked("premiere", "premiere"),
    "last-chance": _marked("last_chance", "last_chance"),
    "new": _flag("new"),
    "subtitles": _subtitles,
    "rating": _rating,
    "star-rating": _stars,
    "review": _review,
    "image": _image,
}
