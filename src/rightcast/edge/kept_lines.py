"""How a line lies in the replica's file: in a quarter of the bytes that it travels in, for there are millions of them.

What is kept holds no names of fields; when those of the records change, KEPT_AS does, and a replica is begun anew.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import fields
from datetime import datetime

import msgspec

from rightcast.domain.lineup import Credential, Line, LineStatus
from rightcast.domain.places import Portability

KEPT_AS = zlib.crc32(
    repr([[field.name for field in fields(kind)] for kind in (Line, Credential, Portability)]).encode()
)
"""A number for the form of what is kept."""
_DIGEST_BYTES = 32
_HEX = re.compile(r"[0-9a-f]*")


class _Kept(msgspec.Struct, array_like=True):
    digest: bytes
    status: LineStatus
    package_ids: tuple[int, ...]
    territory: str
    created: datetime
    max_sessions: int
    expires: datetime | None
    sessions_from: datetime | None
    trial: bool
    credentials: tuple[Credential, ...]
    portability: Portability | None


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Kept)


def packed(line: Line) -> bytes:
    """A line without its id and name, which have columns of their own."""
    return _encoder.encode(
        _Kept(
            _short(line.secret_digest),
            line.status,
            line.package_ids,
            line.territory,
            line.created,
            line.max_sessions,
            line.expires,
            line.sessions_from,
            line.trial,
            line.credentials,
            line.portability,
        )
    )


def unpacked(line_id: int, name: str, body: bytes) -> Line:
    """The line again."""
    kept = _decoder.decode(body)
    return Line(
        id=line_id,
        name=name,
        secret_digest=kept.digest.hex() if len(kept.digest) == _DIGEST_BYTES else kept.digest.decode(),
        status=kept.status,
        package_ids=kept.package_ids,
        territory=kept.territory,
        created=kept.created,
        max_sessions=kept.max_sessions,
        expires=kept.expires,
        sessions_from=kept.sessions_from,
        trial=kept.trial,
        credentials=kept.credentials,
        portability=kept.portability,
    )


def _short(digest: str) -> bytes:
    """Half as many bytes as letters; what is no digest stays as it is, being of another length."""
    if len(digest) == 2 * _DIGEST_BYTES and _HEX.fullmatch(digest):
        return bytes.fromhex(digest)
    if len(digest.encode()) == _DIGEST_BYTES:
        return b""  # nothing that a secret could match
    return digest.encode()
