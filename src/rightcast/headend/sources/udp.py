"""Transport streams in UDP datagrams: the socket is read until it is empty, once a tick.

Draining in batches instead of waking up per datagram is what makes a channel cheap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.headend.sources.receiver import READ_BYTES
from rightcast.headend.sources.sockets import Place, dropped_datagrams, open_datagram_socket

if TYPE_CHECKING:
    import socket

LARGEST_DATAGRAM = 65_536
DATAGRAMS_A_TICK = 20_000
"""More than a full gigabit sends in a tick: a flood must not hold the tick for ever."""

_scratch = memoryview(bytearray(READ_BYTES + LARGEST_DATAGRAM))
"""Where datagrams are laid side by side; one for all sockets, for the tick reads them in turn."""


class UdpReceiver:
    """A bound socket, of a group where the address is one."""

    patience_s = None

    def __init__(self, place: Place) -> None:
        self._place = place
        self._sock: socket.socket | None = None

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
        receive, scratch, filled = self._sock.recv_into, _scratch, 0
        blocks: list[bytes] = []
        try:
            for _ in range(DATAGRAMS_A_TICK):
                filled += receive(scratch[filled:])
                if filled >= READ_BYTES:
                    blocks.append(bytes(scratch[:filled]))
                    filled = 0
        except OSError:  # empty; or a late ICMP error, which says nothing about the signal
            pass
        if filled:
            blocks.append(bytes(scratch[:filled]))
        return blocks

    def close(self) -> None:
        """Leave the group and free the port."""
        if self._sock is not None:
            self._sock.close()
            self._sock = None
