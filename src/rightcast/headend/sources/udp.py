"""Transport streams in UDP datagrams: the socket is read until it is empty, once a tick.

Draining in batches instead of waking up per datagram is what makes a channel cheap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.headend.sources.datagrams import AT_ONCE, DatagramReader
from rightcast.headend.sources.sockets import Place, dropped_datagrams, holds_long, open_datagram_socket

if TYPE_CHECKING:
    import socket

DATAGRAMS_A_TICK = 20_000
"""More than a full gigabit sends in a tick: a flood must not hold the tick for ever."""


class UdpReceiver:
    """A bound socket, of a group where the address is one."""

    patience_s = None
    may_rest = False

    def __init__(self, place: Place) -> None:
        self._place = place
        self._sock: socket.socket | None = None
        self._reader: DatagramReader | None = None

    @property
    def lost(self) -> int:
        """Datagrams that the kernel dropped because they were not fetched in time."""
        return 0 if self._sock is None else dropped_datagrams(self._sock)

    async def start(self) -> None:
        """Bind and join. Raises InvalidInputError, PortTakenError, SourceUnreachableError."""
        self._sock = open_datagram_socket(self._place)
        self.may_rest = holds_long(self._sock)
        self._reader = DatagramReader(self._sock)

    def drain(self, _now: float) -> list[bytes]:
        """All datagrams that came, joined to blocks."""
        if self._reader is None:
            return []
        blocks: list[bytes] = []
        for _ in range(DATAGRAMS_A_TICK // AT_ONCE):
            block, more = self._reader.read()
            if block:
                blocks.append(block)
            if not more:
                break
        return blocks

    def close(self) -> None:
        """Leave the group and free the port."""
        if self._sock is not None:
            self._sock.close()
            self._sock = self._reader = None
