"""A station's public key as people name it at the shell."""

from __future__ import annotations

from pathlib import Path

from rightcast.domain.errors import InvalidInputError
from rightcast.state.signing import KEY_BYTES


def read_key(text: str) -> bytes:
    """64 hex digits, or a file of them. Raises InvalidInputError."""
    path = Path(text)
    try:
        found = bytes.fromhex(path.read_text().strip() if path.is_file() else text)
    except (OSError, ValueError):
        found = b""
    if len(found) != KEY_BYTES:
        raise InvalidInputError(
            f"'{text}' is no public key.", remedy="Give 64 hex digits or a file of them.", field="key"
        )
    return found
