"""Bytes of the contract: JSON by msgspec, unknown fields ignored, missing ones defaulted.

So that a newer plane may speak to an older one; what cannot be read is a ContractError.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from rightcast.domain.errors import ContractError

T = TypeVar("T")


def encode(message: object) -> bytes:
    """One line of JSON, without the newline."""
    return msgspec.json.encode(message, enc_hook=_encode_path)


def decode(data: bytes | str, kind: type[T]) -> T:
    """Read a message of a known kind; raises ContractError."""
    try:
        return _decoder(kind).decode(data)  # type: ignore[arg-type,no-any-return] # kinds are hashable
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise ContractError(
            f"A {kind.__name__} of the contract cannot be read: {error}.",
            remedy="Run the same version of Rightcast on panel, headend and edge.",
        ) from error


@functools.lru_cache(maxsize=256)
def _decoder(kind: type) -> msgspec.json.Decoder[Any]:
    """Made once for each kind: what it finds out about a kind costs as much as a small message."""
    return msgspec.json.Decoder(kind)


def _encode_path(value: object) -> object:
    if isinstance(value, Path):
        return str(value)
    raise NotImplementedError(type(value))
