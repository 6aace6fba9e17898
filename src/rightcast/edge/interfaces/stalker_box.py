"""Which box asks: its MAC address in a cookie, its session by a token that every edge of the station knows.

A token is made of the address and the moment it was given; which line the address opens is looked up every time.
"""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from rightcast.domain.credentials import check_mac
from rightcast.domain.errors import InvalidInputError

if TYPE_CHECKING:
    from rightcast.edge.http_message import Request

TOKEN_LIFE_S = 7 * 86_400
_TOKEN = re.compile(r"[0-9A-F]{32}")
_SIGNATURE_BYTES = 12
_EARLIEST_S = 60
"""Another edge's clock may be a little ahead."""


@dataclass(frozen=True, slots=True)
class Box:
    """Who says to be asking: `mac` as 00:1A:79:AB:CD:EF, "" when it is none; the rest as the box sent it."""

    mac: str
    token: str
    zone: str


def box_of(request: Request, fields: dict[str, str]) -> Box:
    """What a request says of its box: in cookies, or in fields for clients that cannot set any."""
    cookies = _cookies(request.header(b"cookie"))
    scheme, _, bearer = request.header(b"authorization").partition(" ")
    token = bearer.strip() if scheme.lower() == "bearer" else ""
    return Box(
        mac=_mac(cookies.get("mac") or fields.get("mac", "")),
        token=(token or cookies.get("token", "") or fields.get("token", "")).upper(),
        zone=cookies.get("timezone", ""),
    )


def new_random() -> str:
    """Forty hexadecimal digits, which boxes expect and nobody uses."""
    return secrets.token_hex(20)


class BoxTokens:
    """Makes and knows the tokens of boxes; `key` is that of path tokens."""

    def __init__(self, key: bytes) -> None:
        self._key = hmac.digest(key, b"boxes", "sha256")

    def make(self, mac: str, now: float) -> str:
        """A token of 32 hexadecimal digits in capitals: four bytes of time, twelve of HMAC-SHA256."""
        return self._signed(mac, int(now))

    def knows(self, token: str, mac: str, now: float) -> bool:
        """Whether a token is ours, of this box, and not too old."""
        if not _TOKEN.fullmatch(token):
            return False
        given = int(token[:8], 16)
        fresh = given - _EARLIEST_S <= now < given + TOKEN_LIFE_S
        return hmac.compare_digest(token, self._signed(mac, given)) and fresh

    def _signed(self, mac: str, given: int) -> str:
        moment = (given & 0xFFFFFFFF).to_bytes(4, "big")
        return (moment + hmac.digest(self._key, moment + mac.encode(), "sha256")[:_SIGNATURE_BYTES]).hex().upper()


def _cookies(header: str) -> dict[str, str]:
    """Cookies by name, percent-encoded or not; the first of a name wins."""
    found: dict[str, str] = {}
    for one in header.split(";"):
        name, _, value = one.partition("=")
        found.setdefault(name.strip().lower(), unquote(value.strip().strip('"')))
    return found


def _mac(text: str) -> str:
    try:
        return check_mac(text)
    except InvalidInputError:
        return ""
