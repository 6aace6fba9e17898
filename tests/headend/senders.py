"""Real senders for tests of sources: sockets, small servers and ffmpeg, all on free ports of loopback.

`hear` is the other end: it runs a source as the headend does and gives back what came.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
import socket
import struct
import time
from typing import TYPE_CHECKING

from rightcast.headend.ffmpeg import find_ffmpeg
from rightcast.headend.intake import Intake
from rightcast.headend.sources.opening import Workshop, open_receiver
from tests.headend.signals import FFMPEG, signal_folder

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
    from pathlib import Path

DATAGRAM = 188 * 7
PACE_S = 0.01


def workshop() -> Workshop:
    """ffmpeg and a folder for test cards."""
    return Workshop(find_ffmpeg(), signal_folder() / "cards")


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """A port of loopback that nothing uses at the moment."""
    with socket.socket(socket.AF_INET, kind) as asking:
        asking.bind(("127.0.0.1", 0))
        return int(asking.getsockname()[1])


class Hearing:
    """An intake that is ticked; `data` is what came out of it."""

    def __init__(self, url: str, service_id: int | None = None) -> None:
        self.data = bytearray()
        self.intake = Intake(url, lambda: open_receiver(workshop(), url), jitter=lambda _low, _high: 0.2)
        self.intake.splitter.attach(service_id, self._take)

    def _take(self, block: bytes, _now: float) -> None:
        self.data += block

    async def until(self, condition: Callable[[], bool], within_s: float = 15) -> bool:
        """Tick until the condition holds; whether it did in time."""
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            self.intake.tick(time.time())
            if condition():
                return True
            await asyncio.sleep(0.02)
        return False

    async def gets(self, size: int, within_s: float = 15) -> bool:
        """Whether so many bytes came in time."""
        return await self.until(lambda: len(self.data) >= size, within_s)

    def __enter__(self) -> Hearing:
        return self

    def __exit__(self, *_: object) -> None:
        self.intake.close()


@contextlib.asynccontextmanager
async def sending(work: Awaitable[None]) -> AsyncIterator[None]:
    """Run a sender beside the test."""
    task = asyncio.ensure_future(work)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, OSError):
            await task


def datagrams(data: bytes) -> list[bytes]:
    """A stream as payloads of seven packets."""
    return [data[start : start + DATAGRAM] for start in range(0, len(data), DATAGRAM)]


def rtp(
    payloads: Iterable[bytes], *, first: int = 65_500, extended: bool = False, sources: int = 0, padding: int = 0
) -> Iterator[bytes]:
    """RTP datagrams around payloads (RFC 3550 section 5.1), by default across the wrap of the sequence."""
    for number, payload in zip(itertools.count(first), payloads):
        flags = 0x80 | (0x20 if padding else 0) | (0x10 if extended else 0) | sources
        head = struct.pack("!BBHII", flags, 33, number & 0xFFFF, 90 * number & 0xFFFFFFFF, 0x1234)
        extension = struct.pack("!HH8s", 0xBEDE, 2, b"\x47" * 8) if extended else b""
        tail = b"\0" * (padding - 1) + bytes((padding,)) if padding else b""
        yield head + b"\0\0\0\1" * sources + extension + payload + tail


def shuffled(items: Iterable[bytes], window: int = 4, seed: int = 1) -> list[bytes]:
    """The items, each displaced by less than `window` places."""
    chance = random.Random(seed)
    keyed = sorted((place + chance.random() * (window - 1), item) for place, item in enumerate(items))
    return [item for _, item in keyed]


async def send_datagrams(
    items: Iterable[bytes], host: str, port: int, *, interface: str = "", per_step: int = 10
) -> None:
    """Send, not faster than a receiver's buffer takes, then stay silent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        if interface:
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(interface))
        for number, item in enumerate(items):
            with contextlib.suppress(ConnectionRefusedError):
                sock.sendto(item, (host, port))
            if number % per_step == per_step - 1:
                await asyncio.sleep(PACE_S)
        await asyncio.Event().wait()


class HttpServer:
    """Answers GETs by `answer(path, writer)`, which writes everything itself, head included."""

    def __init__(
        self, answer: Callable[[str, asyncio.StreamWriter], Awaitable[None]], secure: ssl.SSLContext | None = None
    ) -> None:
        self.requests: list[str] = []
        self._answer = answer
        self._secure = secure
        self._server: asyncio.Server | None = None
        self.port = 0

    async def __aenter__(self) -> HttpServer:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._secure)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.requests.append(head)
            await self._answer(head.split(" ")[1], writer)
        writer.close()


def head(status: str = "200 OK", **headers: str) -> bytes:
    """The head of an answer."""
    lines = [f"HTTP/1.1 {status}", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def pour(writer: asyncio.StreamWriter, data: bytes, *, chunked: bool = False, step: int = 10_007) -> None:
    """Write a body in odd pieces, faster than real time."""
    for start in range(0, len(data), step):
        piece = data[start : start + step]
        writer.write(b"%x;note=1\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
        await writer.drain()
        await asyncio.sleep(PACE_S)


def serving(folder: Path) -> Callable[[str, asyncio.StreamWriter], Awaitable[None]]:
    """An answer that serves the files of a folder."""

    async def answer(path: str, writer: asyncio.StreamWriter) -> None:
        file = folder / path.lstrip("/").partition("?")[0]
        if file.is_file():
            data = file.read_bytes()
            writer.write(head(Content_Length=str(len(data)), Connection="close") + data)
        else:
            writer.write(head("404 Not Found", Content_Length="0"))
        await writer.drain()

    return answer


@contextlib.asynccontextmanager
async def ffmpeg(*arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """An ffmpeg that runs beside the test."""
    process = await asyncio.create_subprocess_exec(
        FFMPEG, "-nostdin", "-v", "error", *arguments, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


class RtspServer:
    """Serves one transport stream over RTSP, RTP interleaved in the connection (RFC 2326 section 10.12)."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._server: asyncio.Server | None = None
        self.port = 0

    async def __aenter__(self) -> RtspServer:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                request = (await reader.readuntil(b"\r\n\r\n")).decode()
                method = request.split(" ")[0]
                number = next(line for line in request.split("\r\n") if line.lower().startswith("cseq:"))
                writer.write(self._answer(method, number))
                if method == "PLAY":
                    await self._play(writer)
                    break
        writer.close()

    def _answer(self, method: str, number: str) -> bytes:
        lines, body = [number], ""
        if method == "OPTIONS":
            lines.append("Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN")
        elif method == "DESCRIBE":
            body = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=video 0 RTP/AVP 33\r\na=control:track1\r\n"
            lines += ["Content-Type: application/sdp", f"Content-Length: {len(body)}"]
        elif method == "SETUP":
            lines += ["Transport: RTP/AVP/TCP;unicast;interleaved=0-1", "Session: 1"]
        elif method == "PLAY":
            lines += ["Session: 1"]
        return ("RTSP/1.0 200 OK\r\n" + "\r\n".join(lines) + "\r\n\r\n" + body).encode()

    async def _play(self, writer: asyncio.StreamWriter) -> None:
        for number, datagram in enumerate(rtp(datagrams(self._data), first=1)):
            writer.write(struct.pack("!cBH", b"$", 0, len(datagram)) + datagram)
            if number % 10 == 9:
                await writer.drain()
                await asyncio.sleep(PACE_S)
        await asyncio.sleep(1)
