"""The shows of a day as one compact body of a row: lean JSON, compressed.

At a source shows belong to no channel: they have no number and no guide id. Equal digests are equal shows.
"""

from __future__ import annotations

import hashlib
import zlib
from typing import TYPE_CHECKING

from rightcast.contract import codec
from rightcast.contract.guide_bodies import NEUTRAL, decode_shows, encode_show, encode_shows
from rightcast.domain.guide_merge import first_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rightcast.domain.guide import Show

_LEVEL = 1
"""A day is written often and read seldom; higher levels save a tenth and cost thrice."""
_START = b'"start":'
_SHOW = b'{"id":'
NO_SHOWS = b"[]"
"""A list without any."""


def listed(shows: Iterable[bytes]) -> bytes:
    """Encoded shows as one list."""
    return b"[" + b",".join(shows) + b"]"


def neutral(shows: Iterable[Show]) -> bytes:
    """Shows as a source has them."""
    return listed(map(encode_show, shows))


def numbered(shows: Sequence[Show]) -> bytes:
    """Shows as a channel has them."""
    return encode_shows(shows)


def count_of(plain: bytes) -> int:
    """How many shows are in a list."""
    return plain.count(_SHOW)


def digest_of(plain: bytes) -> bytes:
    """What tells one day from another."""
    return hashlib.blake2b(plain, digest_size=16).digest()


def packed(plain: bytes) -> bytes:
    """A list as it is stored."""
    return zlib.compress(plain, _LEVEL)


def plain_of(body: bytes | memoryview) -> bytes:
    """The list of a body."""
    return zlib.decompress(body)


def unpacked(body: bytes | memoryview) -> tuple[Show, ...]:
    """The shows of a body. Raises ContractError."""
    return decode_shows(plain_of(body))


def given_to(plain: bytes, channel_id: int, guide_id: str) -> bytes:
    """A source's list as a channel has it that had none before: numbered afresh, without decoding the shows."""
    head, *shows = plain.split(NEUTRAL)
    name = codec.encode(guide_id)
    used: set[int] = set()
    parts = [head]
    for one in shows:
        number = first_number(channel_id, int(one[len(_START) : one.index(b",")]), used)
        used.add(number)
        parts.append(b'{"id":%d,"guide_id":%s,%s' % (number, name, one))
    return b"".join(parts)
