"""Whether a request is within a Common Access Token. What is asked and cannot be told, is refused."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from ipaddress import ip_address
from urllib.parse import urlsplit

from rightcast.formats.cat.claims import VERSION, Cat, Fault, Match, Part, UriRule

_PORTS = {"http": "80", "https": "443"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as a delivery network sees it. `country` ISO 3166, `address` and `system` of the player, if known."""

    url: str
    method: str = "GET"
    issuer: str = ""
    audience: str = ""
    country: str = ""
    address: str = ""
    system: int | None = None


def judge(cat: Cat, asked: Asked, now: float) -> Fault | None:
    """The first thing that is against a request; None when it is within the token."""
    if cat.strange or cat.version != VERSION:
        return Fault.NOT_UNDERSTOOD
    if cat.replay:
        return Fault.USED_ONCE
    return _in_time(cat, now) or _for_us(cat, asked) or _within(cat, asked)


def _in_time(cat: Cat, now: float) -> Fault | None:
    """A token without an end is none of ours, and good for nothing."""
    if cat.expires is None or now >= cat.expires:
        return Fault.EXPIRED
    return Fault.TOO_EARLY if cat.not_before is not None and now < cat.not_before else None


def _for_us(cat: Cat, asked: Asked) -> Fault | None:
    if asked.issuer and cat.issuer != asked.issuer:
        return Fault.OTHER_ISSUER
    return Fault.OTHER_AUDIENCE if cat.audience and asked.audience not in cat.audience else None


def _within(cat: Cat, asked: Asked) -> Fault | None:
    if not _address_fits(cat.uri, asked.url):
        return Fault.OTHER_ADDRESS
    if cat.methods and asked.method not in cat.methods:
        return Fault.OTHER_METHOD
    if cat.countries and not any(_lies_in(asked.country, one) for one in cat.countries):
        return Fault.OTHER_COUNTRY
    return Fault.OTHER_NETWORK if (cat.systems or cat.networks) and not _network_fits(cat, asked) else None


def renewed(cat: Cat, now: float) -> Cat | None:
    """The next token of the same session; None when this one may not be renewed now.

    A token is renewed in its last `deadline_s` seconds, not before and not after.
    """
    renewal = cat.renewal
    if renewal is None or cat.expires is None or not cat.expires - renewal.deadline_s <= now < cat.expires:
        return None
    return replace(cat, issued=int(now), expires=int(now) + renewal.add_s)


def parts_of(url: str) -> dict[Part, str]:
    """The parts of an address by the names of `catu`. Raises ValueError for what is no address."""
    split = urlsplit(url)
    filename = split.path.rpartition("/")[2]
    stem, dot, extension = filename.partition(".")
    return {
        Part.SCHEME: split.scheme,
        Part.HOST: split.hostname or "",
        Part.PORT: str(split.port) if split.port else _PORTS.get(split.scheme, ""),
        Part.PATH: split.path,
        Part.QUERY: split.query,
        Part.PARENT_PATH: split.path.rpartition("/")[0],
        Part.FILENAME: filename,
        Part.STEM: stem,
        Part.EXTENSION: dot + extension,
    }


def _address_fits(rules: tuple[UriRule, ...], url: str) -> bool:
    try:
        parts = parts_of(url)
    except ValueError:
        return False
    if rules and ".." in parts[Part.PATH].split("/"):
        return False  # a server may take it for another path than the one that begins so
    return all(_fits(rule, parts[rule.part]) for rule in rules)


def _lies_in(asked: str, granted: str) -> bool:
    """A country, or with a hyphen a part of it (ISO 3166-2): `IT` holds `IT-65`, not the other way round."""
    return asked == granted or asked.startswith(f"{granted}-")


def _fits(rule: UriRule, value: str) -> bool:
    match rule.match:
        case Match.EXACT:
            return value == rule.value
        case Match.PREFIX:
            return value.startswith(rule.value)
        case Match.SUFFIX:
            return value.endswith(rule.value)
        case Match.CONTAINS:
            return rule.value in value
        case Match.SHA256:
            return hashlib.sha256(value.encode()).hexdigest() == rule.value
        case Match.SHA512_256:
            return hashlib.new("sha512_256", value.encode()).hexdigest() == rule.value


def _network_fits(cat: Cat, asked: Asked) -> bool:
    if cat.systems and asked.system in cat.systems:
        return True
    try:
        address = ip_address(asked.address)
    except ValueError:
        return False
    return any(address in network for network in cat.networks if network.version == address.version)
