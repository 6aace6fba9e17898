"""What a Common Access Token says: claims by their numbers (CTA-5007, RFC 8392), each parsed once.

The numbers of claims were read in two implementations, not in the paid text of the standard.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

VERSION = 1
Network = IPv4Network | IPv6Network


class Claim(enum.IntEnum):
    """Claims that are written and understood here."""

    ISS = 1
    SUB = 2
    AUD = 3
    EXP = 4
    NBF = 5
    IAT = 6
    CTI = 7
    CATREPLAY = 308
    CATV = 310
    CATNIP = 311
    CATU = 312
    CATM = 313
    CATGEOISO3166 = 316
    CATR = 323


RESTRICTING = range(308, 325)
"""Claims of CTA-5007: one of these that is not understood forbids, whatever it says."""


class Part(enum.IntEnum):
    """Parts of an address that `catu` speaks of."""

    SCHEME = 0
    HOST = 1
    PORT = 2
    PATH = 3
    QUERY = 4
    PARENT_PATH = 5
    FILENAME = 6
    STEM = 7
    EXTENSION = 8


class Match(enum.IntEnum):
    """How a part must match. Regular expressions (4) are not read: one of a stranger may take for ever."""

    EXACT = 0
    PREFIX = 1
    SUFFIX = 2
    CONTAINS = 3
    SHA256 = -1
    SHA512_256 = -2


class Renewing(enum.IntEnum):
    """How a delivery network hands out the next token."""

    AUTOMATIC = 0
    COOKIE = 1
    HEADER = 2
    REDIRECT = 3


@dataclass(frozen=True, slots=True)
class UriRule:
    """One part of the address and how it must be; a hash is of the part's UTF-8, lower-case hex."""

    part: Part
    match: Match
    value: str


@dataclass(frozen=True, slots=True)
class Renewal:
    """`catr`: a token may be renewed in its last `deadline_s` seconds, for `add_s` more."""

    way: Renewing
    add_s: int
    deadline_s: int = 60
    header: str = ""
    cookie: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cat:
    """A token's claims. Times are unix seconds; empty or None: not said, so not asked.

    `cti` is the token's own id, `subject` ours for the session. `countries` are ISO 3166 codes. `networks` and
    `systems` (autonomous system numbers) are `catnip`. `replay`: 0 may be used again, 1 not, 2 reuse is watched for.
    `strange`: numbers of claims that are not understood here.
    """

    issuer: str = ""
    subject: str = ""
    audience: tuple[str, ...] = ()
    expires: int | None = None
    not_before: int | None = None
    issued: int | None = None
    cti: bytes = b""
    version: int = VERSION
    uri: tuple[UriRule, ...] = ()
    methods: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    networks: tuple[Network, ...] = ()
    systems: tuple[int, ...] = ()
    replay: int | None = None
    renewal: Renewal | None = None
    strange: tuple[int, ...] = ()


class Fault(enum.StrEnum):
    """Why a token is no good, or not for this request."""

    UNREADABLE = "unreadable"
    UNKNOWN_KEY = "unknown-key"
    TAMPERED = "tampered"
    EXPIRED = "expired"
    TOO_EARLY = "too-early"
    OTHER_ISSUER = "other-issuer"
    OTHER_AUDIENCE = "other-audience"
    OTHER_ADDRESS = "other-address"
    OTHER_METHOD = "other-method"
    OTHER_COUNTRY = "other-country"
    OTHER_NETWORK = "other-network"
    USED_ONCE = "used-once"
    NOT_UNDERSTOOD = "not-understood"


SENTENCES: dict[Fault, str] = {
    Fault.UNREADABLE: "This is no Common Access Token.",
    Fault.UNKNOWN_KEY: "No key that is known here made this token.",
    Fault.TAMPERED: "The token was changed, or made with another key under the same name.",
    Fault.EXPIRED: "The token has run out.",
    Fault.TOO_EARLY: "The token is not in force yet.",
    Fault.OTHER_ISSUER: "Somebody else issued the token.",
    Fault.OTHER_AUDIENCE: "The token is for somebody else.",
    Fault.OTHER_ADDRESS: "The token is for another address.",
    Fault.OTHER_METHOD: "The token does not allow this method.",
    Fault.OTHER_COUNTRY: "The token is not for this country, or the country is not known.",
    Fault.OTHER_NETWORK: "The token is not for this network, or the network is not known.",
    Fault.USED_ONCE: "The token may be used once, which cannot be watched here.",
    Fault.NOT_UNDERSTOOD: "The token holds a restriction that is not understood here.",
}
