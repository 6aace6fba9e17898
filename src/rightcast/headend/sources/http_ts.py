"""Endless transport streams and internet radio over HTTP and HTTPS, read from the bare socket by the tick.

Opening is asynchronous and follows redirects, each checked anew; afterwards no event loop is involved.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from rightcast.domain.errors import InvalidInputError, SourceUnreachableError
from rightcast.domain.sources import redact
from rightcast.formats.codecs.aac import Adts
from rightcast.formats.codecs.mpeg_audio import MpegAudio
from rightcast.formats.mpegts.packets import PACKET_BYTES
from rightcast.formats.mpegts.radio_stream import RadioStream
from rightcast.headend.sources.ending import SourceEndedError
from rightcast.headend.sources.guard import Endpoint, resolve
from rightcast.headend.sources.http_head import Body, Head, build_request, split_head
from rightcast.headend.sources.program import ProgramReceiver
from rightcast.headend.sources.receiver import OPEN_TIMEOUT_S, READ_BYTES
from rightcast.headend.sources.recipe import hls_recipe
from rightcast.headend.sources.sockets import holds_long

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from urllib.parse import SplitResult

    from rightcast.formats.codecs.sound import Coding

MOST_REDIRECTS = 5
_BUFFER_BYTES = 2 << 20
_READS_A_TICK = 256  # secure sockets give at most 16 kB at a time

_MPEG, _AAC = (MpegAudio(), 0x03), (Adts(), 0x0F)
_RADIO: dict[str, tuple[Coding, int]] = {
    **dict.fromkeys(("audio/mpeg", "audio/mp3", "audio/x-mpeg"), _MPEG),
    **dict.fromkeys(("audio/aac", "audio/aacp", "audio/x-aac"), _AAC),
}
"""Bare sound by its media type: how its frames are found, and its stream type (ISO/IEC 13818-1 table 2-34)."""

_scratch = memoryview(bytearray(READ_BYTES))

_REMEDIES = {
    401: "Put user and password into the address: http://USER:PASSWORD@HOST/.",
    403: "Check the credentials, and that the server lets this machine in.",
    404: "Check the path; the server knows no stream there.",
}


class HttpTsReceiver:
    """One GET whose answer never ends. An HLS playlist is handed to its own recipe, bare sound is put into packets."""

    lost = 0
    patience_s = 8.0
    may_rest = False

    def __init__(self, ffmpeg: str, parts: SplitResult) -> None:
        self._ffmpeg = ffmpeg
        self._parts = parts
        self._sock: socket.socket | None = None
        self._secure = False
        self._body: Body | None = None
        self._first: list[bytes] = []
        self._kept = b""
        self._playlist: ProgramReceiver | None = None
        self._radio: RadioStream | None = None

    async def start(self) -> None:
        """Connect and read the head. Raises SourceUnreachableError, InvalidInputError."""
        try:
            async with asyncio.timeout(OPEN_TIMEOUT_S):
                await self._follow()
        except TimeoutError as error:
            self.close()
            raise SourceUnreachableError(
                f"{_where(self._parts)} did not answer within {OPEN_TIMEOUT_S:.0f} seconds.",
                remedy="Check address and firewall, and that the stream is running.",
                field="url",
            ) from error
        except ssl.SSLError as error:
            self.close()
            reason = getattr(error, "verify_message", "") or error.reason
            raise SourceUnreachableError(
                f"No secure connection to {_where(self._parts)}: {reason}.",
                remedy="The server needs a certificate that this machine trusts.",
                field="url",
            ) from error
        except OSError as error:
            self.close()
            raise SourceUnreachableError(
                f"{_where(self._parts)} cannot be reached: {_words(error)}.",
                remedy="Check host and port, and that the server is running.",
                field="url",
            ) from error
        except BaseException:
            self.close()
            raise

    def drain(self, now: float) -> Sequence[bytes]:
        """What came since the last call. Raises SourceEndedError when the server hung up."""
        if self._playlist is not None:
            return self._playlist.drain(now)
        if self._sock is None or self._body is None:
            return []
        if self._first:
            first, self._first = self._first, []
            return first
        if self._body.over:
            raise SourceEndedError("The server's stream came to its end.")
        blocks: list[bytes] = []
        for _ in range(_READS_A_TICK):
            kept = len(self._kept)
            try:
                size = self._sock.recv_into(_scratch[kept:])
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                break
            except OSError as error:
                if blocks:
                    break
                raise SourceEndedError(f"The connection broke: {_words(error)}.") from error
            if size == 0:
                if blocks:
                    break
                raise SourceEndedError("The server closed the connection.")
            blocks.extend(self._content(self._body, size))
            if self._body.over or (kept + size < READ_BYTES and not self._secure):
                break  # a short read emptied the socket; a secure one may hold more in its own buffer
        return blocks

    def _content(self, body: Body, size: int) -> Iterable[bytes]:
        """What was just read, without what the protocol puts around it."""
        if self._radio is not None:
            return filter(None, map(self._radio.feed, body.feed(bytes(_scratch[:size]))))
        return [self._whole(size)] if body.plain else body.feed(bytes(_scratch[:size]))

    def _whole(self, size: int) -> bytes:
        """What was read, with what was kept before it; an unfinished packet is kept for the next time.

        Blocks of whole packets are scanned where they lie; others have to be put together first.
        """
        end = len(self._kept) + size
        _scratch[: len(self._kept)] = self._kept
        over = end % PACKET_BYTES
        self._kept = bytes(_scratch[end - over : end])
        return bytes(_scratch[: end - over])

    def close(self) -> None:
        """Hang up."""
        if self._playlist is not None:
            self._playlist.close()
        if self._sock is not None:
            self._sock.close()
            self._sock = None

    async def _follow(self) -> None:
        parts = self._parts
        for _ in range(MOST_REDIRECTS + 1):
            head, rest = await self._ask(parts)
            if not head.redirects:
                await self._accept(parts, head, rest)
                return
            self.close()
            parts = _redirected(parts, head.headers["location"])
        raise SourceUnreachableError(
            f"{_where(self._parts)} redirects in circles.", remedy="Name the stream's final address.", field="url"
        )

    async def _ask(self, parts: SplitResult) -> tuple[Head, bytes]:
        """Connect, send the request, read the head."""
        self._secure = secure = parts.scheme.lower() == "https"
        endpoints = await resolve(parts.hostname or "", parts.port or (443 if secure else 80))
        self._sock = await _connect(endpoints)
        if secure:
            context = await asyncio.to_thread(ssl.create_default_context)
            plain = self._sock
            self._sock = context.wrap_socket(plain, server_hostname=parts.hostname, do_handshake_on_connect=False)
            await _handshake(self._sock)
        await _send(self._sock, build_request(parts))
        data = b""
        while (found := split_head(data)) is None:
            data += await _receive(self._sock)
        return found

    async def _accept(self, parts: SplitResult, head: Head, rest: bytes) -> None:
        """Check the answer and keep what came with it."""
        if head.status != 200:
            raise SourceUnreachableError(
                f"{_where(parts)} answered {head.status} {head.phrase}".strip() + ".",
                remedy=_REMEDIES.get(head.status, "Check the address in a player."),
                field="url",
            )
        if head.is_playlist or parts.path.lower().endswith((".m3u8", ".m3u")):
            self.close()
            self._playlist = ProgramReceiver(hls_recipe(self._ffmpeg, parts))
            self.patience_s = self._playlist.patience_s or self.patience_s
            await self._playlist.start()
            return
        self._body = Body(head)
        self.may_rest = self._sock is not None and holds_long(self._sock)
        first = self._body.feed(rest) if rest else []
        if head.kind in _RADIO:
            coding, stream_type = _RADIO[head.kind]
            self._radio = RadioStream(coding, stream_type, every_bytes=head.titles_every_bytes)
            first = [*filter(None, map(self._radio.feed, first))]
        elif self._body.plain and first:
            data = b"".join(first)
            whole = len(data) - len(data) % PACKET_BYTES
            first, self._kept = [data[:whole]], data[whole:]
        self._first = first


def _redirected(parts: SplitResult, location: str) -> SplitResult:
    """Where a redirect leads; only to http and https, and never with another host's password."""
    target = urlsplit(urljoin(parts._replace(fragment="").geturl(), location))
    if target.scheme.lower() not in {"http", "https"} or not target.hostname:
        raise InvalidInputError(
            f"{_where(parts)} redirects to {redact(location)[:200]}, which sources may not use.",
            remedy="Only http and https are followed.",
            field="url",
        )
    if target.username is None and parts.username is not None and target.hostname == parts.hostname:
        login = parts.netloc.rpartition("@")[0]
        target = target._replace(netloc=f"{login}@{target.netloc}")
    return target


async def _connect(endpoints: list[Endpoint]) -> socket.socket:
    """A connected, non-blocking socket to the first endpoint that answers. Raises OSError."""
    failure: OSError = OSError("the host has no address")
    for endpoint in endpoints:
        sock = socket.socket(endpoint.family, socket.SOCK_STREAM)
        sock.setblocking(False)
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)
            await asyncio.get_running_loop().sock_connect(sock, endpoint.sockaddr)
        except OSError as error:
            sock.close()
            failure = error
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise failure


async def _ready(sock: socket.socket, *, to_write: bool) -> None:
    """Wait until the socket can be read or written."""
    loop = asyncio.get_running_loop()
    waiter: asyncio.Future[None] = loop.create_future()
    add, remove = (loop.add_writer, loop.remove_writer) if to_write else (loop.add_reader, loop.remove_reader)
    add(sock.fileno(), _resolve, waiter)
    try:
        await waiter
    finally:
        remove(sock.fileno())


def _resolve(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)


async def _handshake(sock: ssl.SSLSocket) -> None:
    while True:
        try:
            sock.do_handshake()
        except ssl.SSLWantReadError:
            await _ready(sock, to_write=False)
        except ssl.SSLWantWriteError:
            await _ready(sock, to_write=True)
        else:
            return


async def _send(sock: socket.socket, data: bytes) -> None:
    while data:
        try:
            data = data[sock.send(data) :]
        except (BlockingIOError, ssl.SSLWantWriteError):
            await _ready(sock, to_write=True)
        except ssl.SSLWantReadError:
            await _ready(sock, to_write=False)


async def _receive(sock: socket.socket) -> bytes:
    while True:
        try:
            data = sock.recv(READ_BYTES)
        except (BlockingIOError, ssl.SSLWantReadError):
            await _ready(sock, to_write=False)
        except ssl.SSLWantWriteError:
            await _ready(sock, to_write=True)
        else:
            if not data:
                raise SourceUnreachableError(
                    "The server hung up without an answer.", remedy="Check the port and http or https.", field="url"
                )
            return data


def _where(parts: SplitResult) -> str:
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)


def _words(error: OSError) -> str:
    """The system's words; asyncio puts addresses in their place."""
    return os.strerror(error.errno) if error.errno else str(error)
