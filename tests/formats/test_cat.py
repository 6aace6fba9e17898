"""Common Access Tokens: what was said is read, nothing else is, and no request outside of what was said fits."""

from __future__ import annotations

import base64
import hmac
from dataclasses import replace
from ipaddress import ip_network

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.formats.cat.claims import Cat, Claim, Fault, Match, Part, Renewal, Renewing, UriRule
from rightcast.formats.cat.judging import Asked, judge, renewed
from rightcast.formats.cat.token import CatKey, read, write

KEY = CatKey("acme-2", b"k" * 32)
NOW = 1_800_000_000
URL = "https://cdn.example/live/42/1.ts"
CAT = Cat(
    issuer="rightcast",
    subject="e0.Qx",
    audience=("acme",),
    issued=NOW - 1,
    expires=NOW + 300,
    cti=b"0123456789abcdef",
    uri=(
        UriRule(Part.SCHEME, Match.EXACT, "https"),
        UriRule(Part.HOST, Match.EXACT, "cdn.example"),
        UriRule(Part.PATH, Match.PREFIX, "/live/42/"),
    ),
    methods=("GET", "HEAD"),
    countries=("IT", "SM"),
)
ASKED = Asked(url=URL, audience="acme", country="IT", issuer="rightcast", address="192.0.2.7", system=64500)

_texts = st.text("abcdefghij/.-", min_size=1, max_size=12)
_numbers = st.integers(0, 2**40)
_cats = st.builds(
    Cat,
    issuer=st.just("") | _texts,
    subject=st.just("") | _texts,
    audience=st.lists(_texts, max_size=3).map(tuple),
    expires=st.none() | _numbers,
    not_before=st.none() | _numbers,
    issued=st.none() | _numbers,
    cti=st.binary(max_size=16),
    uri=st.dictionaries(st.sampled_from(Part), st.tuples(st.sampled_from(Match), _texts), max_size=4).map(
        lambda found: tuple(UriRule(part, *found[part]) for part in sorted(found))
    ),
    methods=st.lists(_texts, max_size=3).map(tuple),
    countries=st.lists(_texts, max_size=3).map(tuple),
    networks=st.lists(st.sampled_from([ip_network("192.0.2.0/24"), ip_network("2001:db8::/32")]), max_size=2).map(
        tuple
    ),
    systems=st.lists(_numbers, max_size=2).map(tuple),
    replay=st.none() | st.integers(0, 2),
    renewal=st.none() | st.builds(Renewal, st.sampled_from(Renewing), st.integers(1, 900), st.integers(0, 90)),
)


@given(_cats)
def test_what_was_said_is_read(cat: Cat) -> None:
    assert read([CatKey("other", b"o" * 32), KEY], write(KEY, cat)) == cat


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_no_changed_token_is_read(place: int, change: int) -> None:
    token = write(KEY, CAT)
    data = bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    data[place % len(data)] ^= change
    changed = base64.urlsafe_b64encode(bytes(data)).decode()
    assert not isinstance(read([KEY], changed), Cat)


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda data: base64.urlsafe_b64encode(data).decode()))
def test_anything_else_is_no_token(text: str) -> None:
    assert read([KEY], text) in {Fault.UNREADABLE, Fault.UNKNOWN_KEY}


@pytest.mark.parametrize("claim", [314, 315, 319, 322])
def test_a_restriction_that_is_not_understood_forbids(claim: int) -> None:
    assert judge(replace(CAT, strange=(claim,)), ASKED, NOW) is Fault.NOT_UNDERSTOOD


def test_a_regular_expression_of_a_stranger_is_not_run() -> None:
    payload = {int(Claim.EXP): NOW + 9, int(Claim.CATU): {3: {4: ["(a+)+$", ""]}}}
    found = read([KEY], _made_of(payload))
    assert isinstance(found, Cat)
    assert judge(found, ASKED, NOW) is Fault.NOT_UNDERSTOOD


@pytest.mark.parametrize("alg", [4, -7, 1, None])
def test_a_key_makes_one_kind_of_mac_whatever_the_header_says(alg: int | None) -> None:
    assert read([KEY], _made_of({int(Claim.EXP): NOW + 9}, alg)) is Fault.UNREADABLE


def test_a_token_fits_the_requests_it_was_made_for() -> None:
    assert judge(CAT, ASKED, NOW) is None


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"url": "https://cdn.example/live/43/1.ts"}, Fault.OTHER_ADDRESS),
        ({"url": "https://cdn.example/live/42/../43/1.ts"}, Fault.OTHER_ADDRESS),
        ({"url": "https://cdn.example.evil/live/42/1.ts"}, Fault.OTHER_ADDRESS),
        ({"url": "http://cdn.example/live/42/1.ts"}, Fault.OTHER_ADDRESS),
        ({"url": "https://[broken/live/42/1.ts"}, Fault.OTHER_ADDRESS),
        ({"method": "PUT"}, Fault.OTHER_METHOD),
        ({"country": "CH"}, Fault.OTHER_COUNTRY),
        ({"country": ""}, Fault.OTHER_COUNTRY),
        ({"audience": "other"}, Fault.OTHER_AUDIENCE),
        ({"issuer": "somebody"}, Fault.OTHER_ISSUER),
    ],
)
def test_a_token_fits_no_other_request(changed: dict[str, str], fault: Fault) -> None:
    assert judge(CAT, replace(ASKED, **changed), NOW) is fault  # type: ignore[arg-type] # texts, all of them


def test_a_token_is_good_for_its_time_only() -> None:
    assert judge(CAT, ASKED, NOW + 299.9) is None
    assert judge(CAT, ASKED, NOW + 300) is Fault.EXPIRED
    assert judge(replace(CAT, expires=None), ASKED, NOW) is Fault.EXPIRED
    assert judge(replace(CAT, not_before=NOW + 5), ASKED, NOW) is Fault.TOO_EARLY


def test_networks_bind_by_number_or_by_address() -> None:
    assert judge(replace(CAT, systems=(64500,)), ASKED, NOW) is None
    assert judge(replace(CAT, networks=(ip_network("192.0.2.0/24"),)), ASKED, NOW) is None
    assert judge(replace(CAT, systems=(1,), networks=(ip_network("2001:db8::/32"),)), ASKED, NOW) is Fault.OTHER_NETWORK


def test_a_part_of_a_country_is_not_the_country() -> None:
    assert judge(replace(CAT, countries=("IT-65",)), ASKED, NOW) is Fault.OTHER_COUNTRY
    assert judge(CAT, replace(ASKED, country="IT-65"), NOW) is None


_narrower = st.sampled_from(
    [
        {"not_before": NOW - 5},
        {"methods": ("GET",)},
        {"countries": ("IT",)},
        {"systems": (64500,)},
        {"replay": 1},
        {"uri": (*CAT.uri, UriRule(Part.EXTENSION, Match.EXACT, ".ts"))},
        {"strange": (315,)},
    ]
)


@given(
    _narrower, st.sampled_from(["GET", "HEAD", "PUT"]), st.sampled_from(["IT", "SM", "CH", ""]), st.integers(-9, 400)
)
def test_a_further_restriction_never_allows_more(
    narrower: dict[str, object], method: str, country: str, after_s: int
) -> None:
    asked = replace(ASKED, method=method, country=country)
    if judge(CAT, asked, NOW + after_s) is not None:
        assert judge(replace(CAT, **narrower), asked, NOW + after_s) is not None  # type: ignore[arg-type] # fields


def test_a_token_is_renewed_in_its_last_seconds_only() -> None:
    renewing = replace(CAT, renewal=Renewal(Renewing.HEADER, 120, 60))
    assert renewed(CAT, NOW + 299) is None
    assert renewed(renewing, NOW + 239) is None
    assert renewed(renewing, NOW + 300) is None
    following = renewed(renewing, NOW + 240)
    assert following is not None
    assert following.expires == NOW + 360


def _made_of(payload: dict[int, object], alg: int | None = 5) -> str:
    """A token with a right MAC (RFC 9052 section 6.3) whatever it says."""
    protected, body = cbor2.dumps({} if alg is None else {1: alg}), cbor2.dumps(payload)
    tag = hmac.digest(KEY.secret, cbor2.dumps(["MAC0", protected, b"", body]), "sha256")
    message = cbor2.CBORTag(61, cbor2.CBORTag(17, [protected, {4: KEY.kid.encode()}, body, tag]))
    return base64.urlsafe_b64encode(cbor2.dumps(message)).rstrip(b"=").decode()
