"""The shows of a day as one compact body of a row: lean JSON, compressed."""

from __future__ import annotations

import hashlib
import zlib
from typing import TYPE_CHECKING

from rightcast.contract.guide_bodies import decode_shows, encode_shows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightcast.domain.guide import Show

_LEVEL = 1
"""A day is written often and read seldom; higher levels save a tenth and cost thrice."""


def packed(shows: Sequence[Show]) -> tuple[bytes, bytes]:
    """Digest and body of shows: equal digests are equal shows."""
    plain = encode_shows(shows)
    return hashlib.blake2b(plain, digest_size=16).digest(), zlib.compress(plain, _LEVEL)


def unpacked(body: bytes | memoryview) -> tuple[Show, ...]:
    """The shows of a body. Raises ContractError."""
    return decode_shows(zlib.decompress(body))
