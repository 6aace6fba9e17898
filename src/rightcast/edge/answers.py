"""Long answers that many lines share: made once, kept compressed, served with a tag until something changes.

Whoever takes no gzip gets the same bytes, unpacked piece by piece as they are sent.
"""

from __future__ import annotations

import asyncio
import hashlib
import zlib
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightcast.edge.http_message import Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rightcast.edge.http_message import Request

GZIP = 31
"""Window bits by which zlib writes and reads the gzip form."""
_LEVEL = 4
"""Takes as long as level 3 on lists like these, and makes a tenth less of them."""
_UNPACKED_BYTES = 64 << 10
_WHOLE_BYTES = 256 << 10
"""An answer of so many bytes is unpacked at once and gets a Content-Length."""
_KEPT_BYTES = 128 << 20
_ROWS_PER_PIECE = 200

Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """An answer as it is kept: gzip bytes, its size unpacked, and its tag."""

    packed: bytes
    size: int
    tag: str


class Answers:
    """Keeps answers by key; a key must change with whatever the answer is made of."""

    def __init__(self, kept_bytes: int = _KEPT_BYTES) -> None:
        self._kept_bytes = kept_bytes
        self._made: OrderedDict[Key, Made] = OrderedDict()
        self._making: dict[Key, asyncio.Task[Made]] = {}
        self._held = 0

    async def get(self, key: Key, pieces: Callable[[], Iterable[bytes]]) -> Made:
        """The answer of a key, made in a thread by those who ask first; others wait for the same one."""
        return await self.built(key, lambda: _make(pieces))

    async def built(self, key: Key, build: Callable[[], Made]) -> Made:
        """The same where whoever makes the answer packs it, too."""
        found = self._made.get(key)
        if found is not None:
            self._made.move_to_end(key)
            return found
        task = self._making.get(key)
        if task is None:
            task = self._making[key] = asyncio.get_running_loop().create_task(asyncio.to_thread(build))
            task.add_done_callback(lambda done: self._keep(key, done))
        return await asyncio.shield(task)

    def _keep(self, key: Key, task: asyncio.Task[Made]) -> None:
        del self._making[key]
        if task.cancelled() or task.exception() is not None:
            return
        made = self._made[key] = task.result()
        self._held += len(made.packed)
        while self._held > self._kept_bytes and len(self._made) > 1:
            self._held -= len(self._made.popitem(last=False)[1].packed)


def response(request: Request, made: Made, content_type: str, *headers: tuple[str, str]) -> Response:
    """The answer for one request: nothing new, packed, or unpacked (RFC 9110 sections 8.8.3, 12.5.3 and 13.1.2)."""
    common = (("ETag", made.tag), ("Cache-Control", "private, no-cache"), ("Vary", "Accept-Encoding"), *headers)
    if holds_tag(request, made.tag):
        return Response(status=304, content_type=content_type, headers=common)
    if takes_gzip(request):
        packed = (*common, ("Content-Encoding", "gzip"))
        return Response(body=made.packed, content_type=content_type, headers=packed)
    if made.size <= _WHOLE_BYTES:
        return Response(body=zlib.decompress(made.packed, GZIP), content_type=content_type, headers=common)
    return Response(pieces=_unpacked(made.packed), content_type=content_type, headers=common)


def packed_file(request: Request, made: Made, content_type: str) -> Response:
    """The gzip bytes as a file of their own, for those who fetch `.gz` and unpack it themselves."""
    tag = f'{made.tag[:-1]}-gz"'
    headers = (("ETag", tag), ("Cache-Control", "private, no-cache"))
    if holds_tag(request, tag):
        return Response(status=304, content_type=content_type, headers=headers)
    return Response(body=made.packed, content_type=content_type, headers=headers)


def holds_tag(request: Request, tag: str) -> bool:
    """Whether the sender says that it has the answer of this tag; weak ones compare alike."""
    held = request.header(b"if-none-match")
    return bool(held) and tag in {one.strip().removeprefix("W/") for one in held.split(",")}


def takes_gzip(request: Request) -> bool:
    """Whether the sender of a request unpacks gzip."""
    for one in request.header(b"accept-encoding").lower().split(","):
        coding, _, weight = one.partition(";")
        if coding.strip() in {"gzip", "x-gzip"}:
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def in_pieces(texts: Iterable[str]) -> Iterator[bytes]:
    """Texts in pieces of some rows each, so that no long list stands in memory whole."""
    piece: list[str] = []
    for text in texts:
        piece.append(text)
        if len(piece) >= _ROWS_PER_PIECE:
            yield "".join(piece).encode()
            piece.clear()
    yield "".join(piece).encode()


def packed_pieces(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Pieces in gzip form as they come, so that a long text never stands in memory whole."""
    packer = zlib.compressobj(1, zlib.DEFLATED, GZIP)
    for piece in pieces:
        if ready := packer.compress(piece):
            yield ready
    yield packer.flush()


def _make(pieces: Callable[[], Iterable[bytes]]) -> Made:
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, GZIP)
    digest, size = hashlib.blake2b(digest_size=12), 0
    packed = []
    for piece in pieces():
        size += len(piece)
        digest.update(piece)
        packed.append(packer.compress(piece))
    packed.append(packer.flush())
    return Made(b"".join(packed), size, f'"{digest.hexdigest()}"')


def _unpacked(packed: bytes) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(GZIP)
    rest = packed
    while not unpacker.eof:
        yield unpacker.decompress(rest, _UNPACKED_BYTES)
        rest = unpacker.unconsumed_tail
