"""Line names and secrets: how they are made, which are accepted, how a secret is kept.

Apps paste both into URLs unencoded, so only URL-safe letters are accepted.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

from rightcast.domain.errors import InvalidInputError
from rightcast.domain.lineup import CredentialKind

RESERVED_NAMES = frozenset(
    {"live", "movie", "series", "timeshift", "streaming", "hls", "play", "c", "s", "stalker_portal", "auto"}
    | {"tv", "activate", "edge", "api", "dvbi", "guide", "notice"}
)
_ALLOWED = re.compile(r"[A-Za-z0-9_-]{3,64}")
_CLEAR_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
SHORT_LENGTH = 9
"""Letters of a short address: five million of them are still found by one guess in five million."""
_TOKEN_LENGTH = 28
_MAC = re.compile(r"[0-9A-F]{12}")


def digest_secret(key: bytes, name: str, secret: str) -> str:
    """Keyed digest (HMAC-SHA256, hex) under which a line's secret is stored."""
    return hmac.new(key, f"{name}\0{secret}".encode(), hashlib.sha256).hexdigest()


def secret_matches(key: bytes, name: str, secret: str, digest: str) -> bool:
    """Whether `secret` is the one behind `digest`, compared in constant time."""
    return hmac.compare_digest(digest_secret(key, name, secret), digest)


def new_secret(length: int = 14) -> str:
    """A random secret without letters that are confused when read aloud or typed."""
    return "".join(secrets.choice(_CLEAR_LETTERS) for _ in range(length))


def new_handle(kind: CredentialKind) -> str:
    """What a device is given: a short address, a token, or the name of a further Xtream login."""
    if kind is CredentialKind.XTREAM:
        return f"tv-{new_secret(8)}"
    return new_secret(SHORT_LENGTH if kind is CredentialKind.SHORT else _TOKEN_LENGTH)


def stored_handle(key: bytes, kind: CredentialKind, shown: str) -> str:
    """How a credential is found again: names and MAC addresses as they are, the others by a keyed digest."""
    if kind in {CredentialKind.XTREAM, CredentialKind.MAC}:
        return shown
    return hmac.new(key, f"{kind.value}\0{shown}".encode(), hashlib.sha256).hexdigest()[:40]


def check_mac(text: str) -> str:
    """A hardware address as 00:1A:79:AB:CD:EF, however it was written; raises InvalidInputError."""
    plain = re.sub(r"[:.\-\s]", "", text).upper()
    if not _MAC.fullmatch(plain) or plain in {"0" * 12, "F" * 12}:
        raise InvalidInputError(
            f"'{text}' is not a MAC address.",
            remedy="Write its twelve digits as the box shows them, for example 00:1A:79:AB:CD:EF.",
            field="mac",
        )
    return ":".join(plain[place : place + 2] for place in range(0, 12, 2))


def check_name(name: str) -> str:
    """The name itself when it is fit for URLs; raises InvalidInputError otherwise."""
    if name.lower() in RESERVED_NAMES:
        raise InvalidInputError(
            f"'{name}' is a word that viewers' addresses use themselves.", remedy="Choose another name.", field="name"
        )
    return _check(name, "name")


def check_secret(secret: str) -> str:
    """The secret itself when it is fit for URLs; raises InvalidInputError otherwise."""
    return _check(secret, "secret")


def _check(value: str, field: str) -> str:
    if not _ALLOWED.fullmatch(value):
        raise InvalidInputError(
            f"The {field} must be 3 to 64 letters, digits, '-' or '_'.",
            remedy="Apps paste it into addresses as it is; leave out spaces, accents and signs.",
            field=field,
        )
    return value
