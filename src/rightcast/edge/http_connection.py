"""One viewer's connection: takes requests as they come, writes answers in order.

Plain and TLS alike. Files go out by `os.sendfile` on plain sockets; an endless stream takes the
connection over for good. One answer at a time.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections import deque
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from rightcast.edge.http_message import Prepared, Request, Response, text
from rightcast.edge.http_reader import BadRequestError, RequestReader
from rightcast.edge.slices import SegmentSlice

if TYPE_CHECKING:
    from rightcast.edge.writables import Writables

HEAD_TIMEOUT_S = 10.0
IDLE_TIMEOUT_S = 30.0
STALL_TIMEOUT_S = 30.0
LINGER_S = 2.0
NOTSENT_LOWAT_BYTES = 128 << 10
_PIECES_PER_TURN = 2
_TLS_CHUNK_BYTES = 128 << 10
_LARGE_BYTES = 256 << 10
"""A body of more than this is sent in pieces of so many bytes."""
_NEVER = float("inf")
_READ = memoryview(bytearray(64 << 10))
"""Read buffer of all connections: the loop fills it and hands it over in one go."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Handover:
    """An answer that takes the connection over: `begin` is given it, `dropped` called when it is gone already."""

    begin: Callable[[Connection], None]
    dropped: Callable[[], None]


Answer = Response | Prepared | SegmentSlice | Handover | None
"""None: the handler has taken the connection over."""


class Host(Protocol):
    """What connections share: who answers, who is connected, the loop's clock."""

    loop: asyncio.AbstractEventLoop
    writables: Writables
    connections: set[Connection]
    bytes_sent: int

    def answer(self, request: Request, connection: Connection) -> Answer | Coroutine[Any, Any, Answer]:
        """The answer to a request."""


class Connection(asyncio.BufferedProtocol):
    """Reads requests, writes answers; see the module."""

    __slots__ = (
        "_busy", "_eof", "_host", "_keep_alive", "_lost", "_on_writable", "_pieces", "_queue", "_reader", "_refusing",
        "_slice", "_slice_at", "_slice_end", "_task", "address", "deadline", "is_full", "plain_descriptor", "secure",
        "streaming", "transport",
    )  # fmt: skip

    transport: asyncio.Transport

    def __init__(self, host: Host, *, secure: bool) -> None:
        self._host = host
        self.secure = secure
        self.address = ""
        self.plain_descriptor = -1
        self.is_full = False
        self.streaming = False
        self.deadline = host.loop.time() + HEAD_TIMEOUT_S
        self._reader = RequestReader()
        self._queue: deque[Request] = deque()
        self._busy = False
        self._eof = False
        self._refusing = False
        self._keep_alive = True
        self._task: asyncio.Task[None] | None = None
        self._lost: Callable[[], None] | None = None
        self._on_writable: Callable[[], None] | None = None
        self._slice: SegmentSlice | None = None
        self._slice_at = self._slice_end = 0
        self._pieces: Iterator[bytes] | Iterator[memoryview] | None = None

    # What the event loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A viewer connected (over TLS: shook hands)."""
        if not isinstance(transport, asyncio.Transport):
            raise TypeError(transport)
        self.transport = transport
        peer = transport.get_extra_info("peername")
        self.address = str(peer[0]) if isinstance(peer, tuple) else ""
        plain = transport.get_extra_info("socket")
        if plain is not None:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, NOTSENT_LOWAT_BYTES)
            if not self.secure:
                self.plain_descriptor = plain.fileno()
        transport.set_write_buffer_limits(high=1 if self.secure else 0, low=0)  # full from the first byte held back
        self._host.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """The viewer went away, or we closed."""
        self._host.connections.discard(self)
        if self.plain_descriptor >= 0:
            self._host.writables.forget(self.plain_descriptor)
        self.deadline = _NEVER
        self._on_writable = self._slice = self._pieces = None
        self._queue.clear()
        if self._task is not None:
            self._task.cancel()
            self._task = None
        lost, self._lost = self._lost, None
        if lost is not None:
            lost()

    def eof_received(self) -> bool:
        """The viewer sends no more. An answer under way is finished; a stream nobody hears is not."""
        self._eof = True
        return self._busy and not self.streaming and not self.secure

    def pause_writing(self) -> None:
        """The transport still holds bytes."""
        self.is_full = True

    def resume_writing(self) -> None:
        """The transport has sent all it held."""
        self.is_full = False
        self.writable()

    def writable(self) -> None:
        """The socket takes bytes again."""
        if self._on_writable is not None:
            self._on_writable()

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where the next bytes go."""
        return _READ

    def buffer_updated(self, nbytes: int) -> None:
        """Bytes came."""
        if self._refusing or self.streaming:
            return
        try:
            self._queue.extend(self._reader.feed(_READ[:nbytes]))
        except BadRequestError as refusal:
            self._refuse(refusal.status, refusal.sentence)
            return
        if self._reader.continue_wanted and not self._busy:
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self._reader.continue_wanted = False
        self._serve()

    # Answers

    def take_over(self, *, lost: Callable[[], None], writable: Callable[[], None], first_bytes: bytes) -> None:
        """From now on an endless stream has this connection: no more requests, no deadline."""
        self.streaming = True
        self.deadline = _NEVER
        self._queue.clear()
        self._lost = lost
        self._on_writable = writable
        self.transport.resume_reading()  # to hear when the viewer hangs up
        self.transport.write(first_bytes)

    def write(self, data: bytes) -> None:
        """Hand bytes to the transport; `is_full` tells when it holds some back."""
        self.transport.write(data)

    def abort(self) -> None:
        """End the connection; bytes on their way are lost."""
        self.transport.abort()

    def close(self) -> None:
        """End the connection when what was written is with the viewer."""
        self.transport.close()

    def close_idle(self, now: float) -> None:
        """End the connection if it has been waiting too long for the viewer."""
        if now < self.deadline:
            return
        if self._busy or self._refusing or not self._reader.has_begun:
            self.transport.abort() if self._busy else self.transport.close()
        else:
            self._refuse(408, "The request did not come in time.")

    def finish(self) -> None:
        """The edge goes down: no further request; an answer under way is finished."""
        self._keep_alive = False
        self._queue.clear()
        if not self._busy:
            self.transport.close()

    def _serve(self) -> None:
        while self._queue and not self._busy and not self.transport.is_closing():
            request = self._queue.popleft()
            request.address, request.secure = self.address, self.secure
            self._busy = True
            self.deadline = _NEVER
            self._keep_alive = self._keep_alive and request.keep_alive
            answer = self._host.answer(request, self)
            if type(answer) is not Prepared and isinstance(answer, Coroutine):  # which costs more than the answer
                self.transport.pause_reading() if self._queue else None
                self._task = self._host.loop.create_task(self._wait(request, answer))
                return
            self._reply(request, answer)
        if self._busy and not self.streaming and self._queue:
            self.transport.pause_reading()

    async def _wait(self, request: Request, answer: Coroutine[Any, Any, Answer]) -> None:
        try:
            found = await answer
        except asyncio.CancelledError:
            raise
        except Exception:  # noqa: BLE001 - a supervisor: one request must not end the edge
            _log.exception("A request could not be answered")
            found = text(500, "The edge failed to answer; its log says why.")
        self._task = None
        self._reply(request, found)
        self._serve()

    def _reply(self, request: Request, answer: Answer) -> None:
        if isinstance(answer, Handover):
            answer.dropped() if self.transport.is_closing() else answer.begin(self)
            return
        if self.transport.is_closing() or answer is None:
            return
        self.deadline = self._host.loop.time() + STALL_TIMEOUT_S
        match answer:
            case Prepared():
                self.transport.write(answer.encode(with_body=not request.is_head))
            case SegmentSlice():
                self._begin_slice(request, answer)
                return
            case Response():
                self._respond(request, answer)
                if self._pieces is not None:
                    return
        self._written()

    def _respond(self, request: Request, answer: Response) -> None:
        chunked = answer.pieces is not None and request.http_1_1
        self._keep_alive = self._keep_alive and (answer.pieces is None or chunked)
        head = answer.head(keep_alive=self._keep_alive, chunked=chunked)
        if request.is_head:
            self.transport.write(head)
            return
        large = len(answer.body) > _LARGE_BYTES
        self.transport.write(head if large else head + answer.body)
        if answer.pieces is not None:
            self._pieces = _chunks(answer.pieces) if chunked else answer.pieces
        elif large:
            self._pieces = _views(answer.body)
        if self._pieces is not None:
            self._on_writable = self._write_pieces
            self._write_pieces()

    def _write_pieces(self) -> None:
        """Some pieces, then it is the turn of others: a fast reader would take a long answer in one go."""
        for _ in range(_PIECES_PER_TURN):
            if self._pieces is None or self.is_full:
                return
            self.deadline = self._host.loop.time() + STALL_TIMEOUT_S
            piece = next(self._pieces, None)
            if piece is None:
                self._pieces = self._on_writable = None
                self._written()
            else:
                self.transport.write(piece)
        if self._pieces is not None and not self.is_full:
            self._host.loop.call_soon(self._write_pieces)

    def _begin_slice(self, request: Request, answer: SegmentSlice) -> None:
        self.transport.write(answer.head)
        if request.is_head:
            self._written()
            return
        self._slice = answer
        self._slice_at, self._slice_end = answer.start, answer.start + answer.size
        self._on_writable = self._write_slice
        if not self.is_full:
            self._write_slice()

    def _write_slice(self) -> None:
        now_slice = self._slice
        if now_slice is None:
            return
        self.deadline = self._host.loop.time() + STALL_TIMEOUT_S
        segment = now_slice.segment
        while self._slice_at < self._slice_end:
            if segment.gone or now_slice.owner.ended:  # who reads slowly gets no more of it than the others
                self.transport.abort()
                return
            wanted = self._slice_end - self._slice_at
            try:
                if self.plain_descriptor >= 0:
                    sent = os.sendfile(self.plain_descriptor, segment.descriptor, self._slice_at, wanted)
                elif self.is_full:
                    return
                else:
                    data = os.pread(segment.descriptor, min(wanted, _TLS_CHUNK_BYTES), self._slice_at)
                    self.transport.write(data)
                    sent = len(data)
            except BlockingIOError:
                self._host.writables.wait(self.plain_descriptor, self.writable)
                return
            except OSError:
                sent = 0
            if not sent:
                self.transport.abort()
                return
            self._slice_at += sent
            self._host.bytes_sent += sent
        self._slice = self._on_writable = None
        self._written()

    def _written(self) -> None:
        """The answer is with the transport. The next request waits until it is with the viewer."""
        if self.is_full:
            self._on_writable = self._answered
        else:
            self._answered()

    def _answered(self) -> None:
        self._on_writable = None
        self._busy = False
        if not self._keep_alive or self._eof:
            self.transport.close()
            return
        self.deadline = self._host.loop.time() + IDLE_TIMEOUT_S
        if not self._queue:
            self.transport.resume_reading()
        elif self._task is None:
            self._host.loop.call_soon(self._serve)

    def _refuse(self, status: int, sentence: str) -> None:
        """Answer garbage once, then only wait for the viewer to stop sending, lest the answer be lost in a reset."""
        self._refusing = True
        self._queue.clear()
        if self._busy or self.transport.is_closing():
            self.transport.close()
            return
        self._keep_alive = False
        self.transport.write(text(status, sentence).head(keep_alive=False) + f"{sentence}\n".encode())
        self.deadline = self._host.loop.time() + LINGER_S
        if self.transport.can_write_eof():
            self.transport.write_eof()
        else:
            self.transport.close()


def _views(body: bytes) -> Iterator[memoryview]:
    """A long body by and by, so that a slow viewer does not make the transport hold a copy of all of it."""
    whole = memoryview(body)
    return (whole[start : start + _LARGE_BYTES] for start in range(0, len(whole), _LARGE_BYTES))


def _chunks(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Chunked coding (RFC 9112 section 7.1)."""
    for piece in pieces:
        if piece:
            yield b"%x\r\n%s\r\n" % (len(piece), piece)
    yield b"0\r\n\r\n"
