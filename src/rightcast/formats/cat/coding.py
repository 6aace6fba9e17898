"""Claims of a Common Access Token as CBOR maps, and back. What is not of its type makes the token unreadable."""

from __future__ import annotations

import math
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TYPE_CHECKING, TypeVar

import cbor2

from rightcast.formats.cat.claims import RESTRICTING, Cat, Claim, Match, Part, Renewal, Renewing, UriRule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rightcast.formats.cat.claims import Network

_IPV4, _IPV6 = 52, 54
"""Tags of RFC 9164."""
_MOST_ENTRIES = 64
T = TypeVar("T")


class MalformedError(ValueError):
    """A claim is not of the type that it must have."""


def payload_of(cat: Cat) -> bytes:
    """The claims as deterministically encoded CBOR (RFC 8949 section 4.2); strange ones are not written."""
    said: dict[int, object] = {
        Claim.ISS: cat.issuer or None,
        Claim.SUB: cat.subject or None,
        Claim.AUD: (cat.audience[0] if len(cat.audience) == 1 else list(cat.audience)) if cat.audience else None,
        Claim.EXP: cat.expires,
        Claim.NBF: cat.not_before,
        Claim.IAT: cat.issued,
        Claim.CTI: cat.cti or None,
        Claim.CATREPLAY: cat.replay,
        Claim.CATV: cat.version,
        Claim.CATNIP: [*cat.systems, *map(_tagged, cat.networks)] or None,
        Claim.CATU: _uri(cat.uri) or None,
        Claim.CATM: list(cat.methods) or None,
        Claim.CATGEOISO3166: list(cat.countries) or None,
        Claim.CATR: None if cat.renewal is None else _renewal(cat.renewal),
    }
    return cbor2.dumps({int(key): value for key, value in said.items() if value is not None}, canonical=True)


def claims_of(payload: bytes) -> Cat:
    """The claims of a payload. Raises ValueError, of which MalformedError is one."""
    try:
        said = cbor2.loads(payload)
    except (cbor2.CBORError, ValueError, RecursionError, OverflowError) as error:
        raise MalformedError("not CBOR") from error
    if not isinstance(said, dict) or len(said) > _MOST_ENTRIES or not all(type(key) is int for key in said):
        raise MalformedError("not a map of claims")
    uri, strange_uri = _read_uri(said.get(Claim.CATU))
    systems, networks = _read_networks(said.get(Claim.CATNIP))
    known = set(Claim)
    strange = [key for key in said if key not in known and key in RESTRICTING]
    return Cat(
        issuer=_one(said, Claim.ISS, str) or "",
        subject=_one(said, Claim.SUB, str) or "",
        audience=_texts(said, Claim.AUD),
        expires=_seconds(said, Claim.EXP),
        not_before=_seconds(said, Claim.NBF),
        issued=_seconds(said, Claim.IAT),
        cti=_one(said, Claim.CTI, bytes) or b"",
        version=_default(_one(said, Claim.CATV, int), 1),
        uri=uri,
        methods=_texts(said, Claim.CATM),
        countries=_texts(said, Claim.CATGEOISO3166),
        networks=networks,
        systems=systems,
        replay=_one(said, Claim.CATREPLAY, int),
        renewal=_read_renewal(said.get(Claim.CATR)),
        strange=tuple(strange + ([Claim.CATU] if strange_uri else [])),
    )


def _uri(rules: tuple[UriRule, ...]) -> dict[int, dict[int, str]]:
    found: dict[int, dict[int, str]] = {}
    for rule in rules:
        found.setdefault(int(rule.part), {})[int(rule.match)] = rule.value
    return found


def _read_uri(value: object) -> tuple[tuple[UriRule, ...], bool]:
    """The rules of `catu`, and whether there are some of a kind that is not understood."""
    rules, strange = [], False
    for part, matches in _entries(value).items():
        for match, wanted in _entries(matches).items():
            if part not in set(Part) or match not in set(Match):
                strange = True
                continue
            text = wanted.hex() if isinstance(wanted, bytes) and match < 0 else wanted
            if not isinstance(text, str):
                raise MalformedError("a part of an address is matched by text")
            rules.append(UriRule(Part(part), Match(match), text))
    return tuple(rules), strange


def _renewal(renewal: Renewal) -> dict[int, object]:
    said: dict[int, object] = {0: int(renewal.way), 1: renewal.add_s, 2: renewal.deadline_s}
    if renewal.cookie:
        said[3] = renewal.cookie
    if renewal.header:
        said[4] = renewal.header
    return said


def _read_renewal(value: object) -> Renewal | None:
    if value is None:
        return None
    said = _entries(value)
    way, add_s = _one(said, 0, int), _one(said, 1, int)
    if way is None or add_s is None or add_s <= 0:
        raise MalformedError("a renewal says how, and for how long")
    deadline_s = _default(_one(said, 2, int), 60)
    return Renewal(Renewing(way), add_s, deadline_s, header=_one(said, 4, str) or "", cookie=_one(said, 3, str) or "")


def _tagged(network: Network) -> cbor2.CBORTag:
    """A prefix as RFC 9164 section 3.1.2 writes it: without the zero bytes at its end."""
    tag = _IPV4 if isinstance(network, IPv4Network) else _IPV6
    return cbor2.CBORTag(tag, [network.prefixlen, network.network_address.packed.rstrip(b"\0")])


def _read_networks(value: object) -> tuple[tuple[int, ...], tuple[Network, ...]]:
    systems, networks = [], []
    for one in [] if value is None else _listed(value):
        if type(one) is int:
            systems.append(one)
        elif isinstance(one, cbor2.CBORTag) and one.tag in {_IPV4, _IPV6}:
            networks.append(_network(one))
        elif isinstance(one, IPv4Network | IPv6Network):
            networks.append(one)
        else:
            raise MalformedError("a network is a number or a tagged address")
    return tuple(systems), tuple(networks)


def _network(one: cbor2.CBORTag) -> Network:
    size = 4 if one.tag == _IPV4 else 16
    prefix, packed = one.value if isinstance(one.value, list) and len(one.value) == 2 else (size * 8, one.value)
    if not isinstance(packed, bytes) or type(prefix) is not int or len(packed) > size:
        raise MalformedError("an address is bytes (RFC 9164)")
    return ip_network((packed.ljust(size, b"\0"), prefix))


def _one(said: Mapping[int, object], key: int, wanted: type[T]) -> T | None:
    value = said.get(key)
    if value is None:
        return None
    if not isinstance(value, wanted) or isinstance(value, bool):
        raise MalformedError(f"claim {key} is not of its type")
    return value


def _seconds(said: Mapping[int, object], key: int) -> int | None:
    """A time (RFC 8392 section 2): whole seconds, or with a fraction, which is dropped."""
    value = said.get(key)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise MalformedError("a time is a number")
        return int(value)
    return _one(said, key, int)


def _texts(said: Mapping[int, object], key: int) -> tuple[str, ...]:
    value = said.get(key)
    listed = [] if value is None else [value] if isinstance(value, str) else _listed(value)
    return tuple(_text(one) for one in listed)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise MalformedError("text was expected")
    return value


def _listed(value: object) -> list[object]:
    if not isinstance(value, list) or not 0 < len(value) <= _MOST_ENTRIES:
        raise MalformedError("a list was expected")
    return value


def _entries(value: object) -> dict[int, object]:
    if value is None:
        return {}
    if not isinstance(value, dict) or len(value) > _MOST_ENTRIES or not all(type(key) is int for key in value):
        raise MalformedError("a map was expected")
    return value


def _default(value: T | None, other: T) -> T:
    return other if value is None else value
