"""The station's signing key: Ed25519, made once beside the station's key; its public half is for everybody."""

from __future__ import annotations

import os
from hashlib import sha256
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from rightcast.domain.errors import FolderNotWritableError

if TYPE_CHECKING:
    from pathlib import Path

SECRET_FILE, PUBLIC_FILE = "signing.key", "signing.pub"
KEY_BYTES = 32


class Signer:
    """Signs what the station vouches for."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        """The 32 bytes of RFC 8032."""

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the public key, hex: what an auditor notes down."""
        return fingerprint(self.public)

    def sign(self, text: str) -> str:
        """The signature of a text's UTF-8, hex."""
        return self._key.sign(text.encode()).hex()


def signer(folder: Path) -> Signer:
    """The station's signer, its key made on first use in the folder of keys. Raises FolderNotWritableError."""
    path = folder / SECRET_FILE
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            _make(path)
        made = Signer(bytes.fromhex(path.read_text().strip()))
        public = folder / PUBLIC_FILE
        if not public.exists():
            public.touch(mode=0o600)
            public.write_text(made.public.hex() + "\n")
    except (OSError, ValueError) as error:
        raise FolderNotWritableError(
            f"The signing key {path} cannot be used: {error}.",
            remedy="Give its owner access, or bring it back from a backup; a new key would be strange to auditors.",
            field="data",
        ) from error
    return made


def public_key(folder: Path) -> bytes | None:
    """The public key that lies in the folder of keys, None where none does."""
    try:
        found = bytes.fromhex((folder / PUBLIC_FILE).read_text().strip())
    except (OSError, ValueError):
        return None
    return found if len(found) == KEY_BYTES else None


def fingerprint(public: bytes) -> str:
    """SHA-256 of a public key, hex."""
    return sha256(public).hexdigest()


def signed_by(public: bytes, text: str, signature: str) -> bool:
    """Whether `signature` (hex) is that of the text under the key."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(bytes.fromhex(signature), text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def _make(path: Path) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(os.urandom(KEY_BYTES).hex() + "\n")
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # another process of the station was first; its key counts
    finally:
        draft.unlink()
