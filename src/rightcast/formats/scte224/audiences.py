"""Audiences of SCTE 224 as audiences of the domain, and back. What this station cannot tell is kept, and in doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.domain.blackouts import DEEPEST, Audience, Match, Term, Trait
from rightcast.domain.rights import DeviceClass
from rightcast.formats.scte224.elements import AUDIENCE, CORE, HREF, OWN, Element, wrong

if TYPE_CHECKING:
    from collections.abc import Mapping

_CLASSES = {
    "mobile": DeviceClass.MOBILE, "phone": DeviceClass.MOBILE, "smartphone": DeviceClass.MOBILE,
    "tablet": DeviceClass.MOBILE, "tv": DeviceClass.TELEVISION, "television": DeviceClass.TELEVISION,
    "connectedtv": DeviceClass.TELEVISION, "smarttv": DeviceClass.TELEVISION, "stb": DeviceClass.SET_TOP_BOX,
    "settopbox": DeviceClass.SET_TOP_BOX, "desktop": DeviceClass.COMPUTER, "computer": DeviceClass.COMPUTER,
    "pc": DeviceClass.COMPUTER, "web": DeviceClass.COMPUTER,
}  # fmt: skip
_RESIDENCE = "Residence"
_LENGTH_OF_COUNTRY = 2


def read_audience(element: Element, known: Mapping[str, Element], depth: int = 0) -> Audience:
    """An Audience and those that it contains or refers to. Raises InvalidInputError naming line and element.

    A reference to one that the document does not hold is a term that nobody can tell.
    """
    if depth > DEEPEST:
        raise wrong(element.line, "Audience", "is nested too deeply, or refers to itself")
    href = element.get(HREF)
    if href:
        target = known.get(href)
        return _doubt(f"Audience:{href}") if target is None else read_audience(target, known, depth + 1)
    parts = tuple(read_audience(one, known, depth + 1) for one in element.all("Audience"))
    terms = tuple(_term(one) for one in element.children if one.namespace in {AUDIENCE, OWN})
    audience = Audience(match=_match(element, len(parts) + len(terms)), terms=terms, parts=parts)
    audience.check(depth)
    return audience


def write_audience(audience: Audience) -> Element:
    """An Audience element; several values of a term become an audience of any of them."""
    children = []
    for term in audience.terms:
        found = tuple(_written(term.trait, value) for value in term.values)
        children.append(found[0] if len(found) == 1 else Element(f"{{{CORE}}}Audience", {"match": "ANY"}, "", found))
    children += [write_audience(one) for one in audience.parts]
    return Element(f"{{{CORE}}}Audience", {"match": audience.match.value}, "", tuple(children))


def _match(element: Element, count: int) -> Match:
    given = element.get("match").upper()
    if not given and count <= 1:
        return Match.ALL
    if given not in set(Match):
        said = f"match='{given[:20]}'" if given else "several terms and no match"
        raise wrong(element.line, "Audience", f"has {said}; it must be ALL, ANY or NONE")
    return Match(given)


def _term(one: Element) -> Term:
    text = one.text.strip()
    if one.namespace == OWN and one.name == _RESIDENCE:
        return Term(Trait.RESIDENCE, (text.upper(),))
    match one.name:
        case "ISO3166" if len(text) == _LENGTH_OF_COUNTRY and text.isascii() and text.isalpha():
            return Term(Trait.PRESENCE, (text.upper(),))
        case "CIDR" | "CIDR_IPV6" if text:
            return Term(Trait.NETWORK, (text,))
        case "Device" if (found := _class(text)) is not None:
            return Term(Trait.DEVICE_CLASS, (found.value,))
    return Term(Trait.OTHER, (f"{one.name}:{text}",))


def _class(text: str) -> DeviceClass | None:
    plain = text.lower().replace("_", "").replace("-", "").replace(" ", "")
    return _CLASSES.get(plain)


def _doubt(what: str) -> Audience:
    return Audience(terms=(Term(Trait.OTHER, (what,)),))


def _written(trait: Trait, value: str) -> Element:
    match trait:
        case Trait.PRESENCE:
            return Element(f"{{{AUDIENCE}}}ISO3166", text=value)
        case Trait.RESIDENCE:
            return Element(f"{{{OWN}}}{_RESIDENCE}", text=value)
        case Trait.NETWORK:
            return Element(f"{{{AUDIENCE}}}{'CIDR_IPV6' if ':' in value else 'CIDR'}", text=value)
        case Trait.DEVICE_CLASS:
            return Element(f"{{{AUDIENCE}}}Device", text=value)
        case Trait.OTHER:
            name, _, text = value.partition(":")
            if name == "Audience":
                return Element(f"{{{CORE}}}Audience", {HREF: text})
            return Element(f"{{{AUDIENCE}}}{name}", text=text)
