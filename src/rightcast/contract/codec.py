"""Bytes of the contract: JSON by msgspec, unknown fields ignored, missing ones defaulted.

So that a newer plane may speak to an older one; what cannot be read is a ContractError.
"""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import msgspec

from rightcast.domain.errors import ContractError

T = TypeVar("T")


def encode(message: object) -> bytes:
    """One line of JSON, without the newline."""
    return msgspec.json.encode(message, enc_hook=_encode_path)


def decode(data: bytes | str, kind: type[T]) -> T:
    """Read a message of a known kind; raises ContractError."""
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise ContractError(
            f"A {kind.__name__} of the contract cannot be read: {error}.",
            remedy="Run the same version of Rightcast on panel, headend and edge.",
        ) from error


def _encode_path(value: object) -> object:
    if isinstance(value, Path):
        return str(value)
    raise NotImplementedError(type(value))
