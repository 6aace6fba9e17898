"""Transport streams in UDP datagrams: the socket is read until it is empty, once a tick.

Draining in batches instead of waking up per datagram is what makes a channel cheap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.headend.sources.datagrams import DATAGRAMS_A_TICK, MOST_AT_ONCE, USUAL_BYTES, batch_of
from rightcast.headend.sources.sockets import Place, dropped_datagrams, open_datagram_socket

if TYPE_CHECKING:
    import socket


class UdpReceiver:
    """A bound socket, of a group where the address is one."""

    patience_s = None

    def __init__(self, place: Place) -> None:
        self._place = place
        self._sock: socket.socket | None = None
        self._batch = batch_of(USUAL_BYTES)

    @property
    def lost(self) -> int:
        """Datagrams that the kernel dropped because they were not fetched in time."""
        return 0 if self._sock is None else dropped_datagrams(self._sock)

    async def start(self) -> None:
        """Bind and join. Raises InvalidInputError, PortTakenError, SourceUnreachableError."""
        self._sock = open_datagram_socket(self._place)

    def drain(self, _now: float) -> list[bytes]:
        """All datagrams that came, joined to blocks."""
        if self._sock is None:
            return []
        blocks: list[bytes] = []
        for _ in range(DATAGRAMS_A_TICK // MOST_AT_ONCE):
            count, block, size = self._batch.receive(self._sock.fileno())
            if count:
                blocks.append(block)
            if size and size != self._batch.expected_bytes:
                self._batch = batch_of(size)
            if count < MOST_AT_ONCE:
                break
        return blocks

    def close(self) -> None:
        """Leave the group and free the port."""
        if self._sock is not None:
            self._sock.close()
            self._sock = None
