"""Secrets of notifiers at rest: sealed by AES-GCM under a key of the station, which is not in the database."""

from __future__ import annotations

import base64
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from rightcast.state.keys import derived_key, station_key

_NONCE_BYTES = 12


def seal(secret: str) -> str:
    """The secret as it is stored; "" stays so."""
    if not secret:
        return ""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return base64.b64encode(nonce + _cipher().encrypt(nonce, secret.encode(), None)).decode()


def unseal(sealed: str) -> str:
    """The secret again; "" when it was sealed by another station's key, so that it must be given anew."""
    if not sealed:
        return ""
    data = base64.b64decode(sealed)
    try:
        return _cipher().decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], None).decode()
    except InvalidTag:
        return ""


def _cipher() -> AESGCM:
    return AESGCM(derived_key(station_key(settings.STATION.keys), "notifiers"))
