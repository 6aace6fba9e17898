"""The viewers' port: listening sockets shared by the edge processes, time limits, an orderly end."""

from __future__ import annotations

import asyncio
import logging
import socket
from asyncio import sslproto
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from rightcast.domain.errors import PortTakenError
from rightcast.edge.http_connection import Answer, Connection
from rightcast.edge.writables import Writables

if TYPE_CHECKING:
    from rightcast.contract.station import Address
    from rightcast.edge.certificates import Certificate
    from rightcast.edge.http_message import Request

BACKLOG = 4096
HANDSHAKE_TIMEOUT_S = 10.0
TLS_BUFFER_BYTES = 4 << 10

_log = logging.getLogger(__name__)

Answerer = Callable[["Request", Connection], "Answer | Coroutine[Any, Any, Answer]"]


class Listener:
    """Accepts viewers and hands their requests to `answer`."""

    def __init__(self, loop: asyncio.AbstractEventLoop, answer: Answerer) -> None:
        self.loop = loop
        self.answer = answer
        self.writables = Writables(loop)
        self.connections: set[Connection] = set()
        self.bytes_sent = 0
        self._servers: list[asyncio.Server] = []
        # asyncio gives every TLS connection a read buffer of 256 kB; a viewer sends a request and then listens.
        sslproto.SSLProtocol.max_size = TLS_BUFFER_BYTES

    async def listen(self, address: Address, certificate: Certificate | None = None) -> int:
        """Accept viewers on an address, by TLS when there is a certificate; returns the port. Raises PortTakenError."""
        try:
            listening = _bind(address)
        except OSError as error:
            raise PortTakenError(
                f"The viewers' address {address} cannot be used: {error.strerror}.",
                remedy="End the program that listens there, or choose another address with --listen.",
                field="listen",
            ) from error
        secure = certificate is not None
        self._servers.append(
            await self.loop.create_server(
                lambda: Connection(self, secure=secure),
                sock=listening,
                backlog=BACKLOG,
                ssl=certificate.context if certificate else None,
                ssl_handshake_timeout=HANDSHAKE_TIMEOUT_S if secure else None,
                ssl_shutdown_timeout=2.0 if secure else None,
            )
        )
        return int(listening.getsockname()[1])

    def sweep(self) -> None:
        """End connections whose time is up; to be called about once a second."""
        now = self.loop.time()
        for connection in [one for one in self.connections if one.deadline <= now]:
            connection.close_idle(now)

    async def close(self, *, grace_s: float = 2.0) -> None:
        """Accept nobody any more, finish what is under way, then cut."""
        for server in self._servers:
            server.close()
        for connection in list(self.connections):
            connection.finish()
        deadline = self.loop.time() + grace_s
        while any(not one.streaming for one in self.connections) and self.loop.time() < deadline:  # noqa: ASYNC110 - at the very end, briefly
            await asyncio.sleep(0.02)
        for connection in list(self.connections):
            connection.abort()
        await asyncio.sleep(0)
        self.writables.close()


def _bind(address: Address) -> socket.socket:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    host = socket.getaddrinfo(address.host, address.port, family, socket.SOCK_STREAM)[0][4]
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if family == socket.AF_INET6:
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listening.setblocking(False)
        listening.bind(host)
    except OSError:
        listening.close()
        raise
    return listening
