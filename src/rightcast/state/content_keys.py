"""Keys of protected channels: derived from the station's key, or imported and kept sealed under it.

Every edge derives the same key for the same channel and period, so nothing is distributed and nobody is asked.
"""

from __future__ import annotations

import base64
import binascii
import os
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from rightcast.domain.errors import InvalidInputError
from rightcast.domain.protection import DrmSignal, KeyOrigin, Protection, VendorKey, period_start, vendor_key
from rightcast.state.keys import derived_key

KEY_BYTES = 16
_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentKey:
    """A key as edges use it. `name` is what its address says: the second at which its period begins.

    `key`, `kid` and `iv` are 16 bytes each. `signals` concern vendors' DRM systems only.
    """

    name: int
    key: bytes
    kid: bytes
    iv: bytes
    signals: tuple[DrmSignal, ...] = ()

    @property
    def kid_uuid(self) -> str:
        """The key id as manifests write it."""
        return str(UUID(bytes=self.kid))


class ContentKeys:
    """Finds keys; stands on the station's key alone."""

    def __init__(self, station: bytes) -> None:
        self._root = derived_key(station, "content")
        self._seal = derived_key(station, "sealed keys")
        self._known: dict[tuple[int, int], ContentKey] = {}
        self._opened: dict[str, bytes] = {}

    def at(self, channel_id: int, protection: Protection, wall: float) -> ContentKey | None:
        """The key for what begins at `wall` (unix seconds); None when a vendor has given none for then."""
        starts = period_start(wall, protection.period_s)
        if protection.origin is KeyOrigin.STATION:
            return self.derived(channel_id, starts)
        found = vendor_key(protection, wall)
        return None if found is None else self._of_vendor(channel_id, found)

    def derived(self, channel_id: int, starts: int) -> ContentKey:
        """The station's own key of a period (HKDF-Expand, RFC 5869 section 2.3; the root is uniformly random)."""
        found = self._known.get((channel_id, starts))
        if found is None:
            found = ContentKey(
                name=starts,
                key=self._expand("key", channel_id, starts),
                kid=self._expand("kid", channel_id, starts),
                iv=self._expand("iv", channel_id, starts),
            )
            self._known[channel_id, starts] = found
            while len(self._known) > 4096:
                del self._known[next(iter(self._known))]
        return found

    def seal(self, key: bytes) -> str:
        """A vendor's key fit to be stored: AES-256-GCM under the station's key, base64."""
        nonce = os.urandom(_NONCE_BYTES)
        return base64.b64encode(nonce + AESGCM(self._seal).encrypt(nonce, key, None)).decode()

    def unseal(self, sealed: str) -> bytes:
        """What `seal` was given. Raises InvalidInputError when it was sealed by another station."""
        found = self._opened.get(sealed)
        if found is None:
            try:
                data = base64.b64decode(sealed, validate=True)
                found = AESGCM(self._seal).decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], None)
            except (InvalidTag, binascii.Error, ValueError) as error:
                raise InvalidInputError(
                    "An imported key was sealed by another station.",
                    remedy="Import the vendor's document again here.",
                    field="keys",
                ) from error
            self._opened[sealed] = found
        return found

    def _of_vendor(self, channel_id: int, found: VendorKey) -> ContentKey:
        name = int(found.starts.timestamp()) if found.starts is not None else 0
        iv = bytes.fromhex(found.iv) if found.iv else self._expand("iv", channel_id, name)
        return ContentKey(
            name=name, key=self.unseal(found.sealed), kid=bytes.fromhex(found.kid), iv=iv, signals=found.signals
        )

    def _expand(self, purpose: str, channel_id: int, starts: int) -> bytes:
        info = f"rightcast {purpose}|{channel_id}|{starts}".encode()
        return HKDFExpand(SHA256(), KEY_BYTES, info).derive(self._root)
