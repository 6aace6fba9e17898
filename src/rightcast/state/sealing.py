"""Seals a person's texts with a key that can be destroyed, so that what commits to them stays and they go.

AES-256-GCM; the key is HMAC-SHA256(station's key for persons, the person's own random salt). The salt is what is
destroyed: neither the database alone nor the key file alone opens a text.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64Error

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MARK = "sealed:"
NONCE_BYTES = 12
SALT_BYTES = 32


def person_key(station: bytes, salt: str) -> bytes:
    """The key of one person; `station` is `derived_key(station_key, "persons")`, `salt` hex."""
    return hmac.new(station, bytes.fromhex(salt), hashlib.sha256).digest()


def seal(text: str, key: bytes, place: str) -> str:
    """The text as a sealed one. `place` binds it to a person and column: elsewhere it does not open."""
    nonce = os.urandom(NONCE_BYTES)
    return MARK + urlsafe_b64encode(nonce + AESGCM(key).encrypt(nonce, text.encode(), place.encode())).decode()


def unseal(sealed: str, key: bytes, place: str) -> str | None:
    """The text, or None when key, place or text do not fit."""
    try:
        raw = urlsafe_b64decode(sealed.removeprefix(MARK))
        return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], place.encode()).decode()
    except (InvalidTag, NotBase64Error, ValueError):
        return None
