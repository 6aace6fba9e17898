"""What every source looks like to the tick: started once, drained ten times a second, closed.

A receiver lives for one connection. Reconnecting, back-off and sharing are the intake's business.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

READ_BYTES = 1 << 18
"""How much one read may take: five ticks of a 10 Mbit/s signal."""

OPEN_TIMEOUT_S = 8.0
"""How long a source may take to resolve, connect and answer."""


class Receiver(Protocol):
    """One connection to one source.

    `patience_s`: after so many seconds without a byte the intake starts the receiver anew; None
    for a source whose silence tells nothing (a bound socket, a listener without its encoder).
    `may_rest`: what comes waits in the kernel for half a second at least, so that every second tick may pass it over.
    `lost` counts datagrams that the network or the kernel dropped.
    """

    @property
    def patience_s(self) -> float | None:
        """Seconds of silence after which a new connection is worth trying."""

    @property
    def may_rest(self) -> bool:
        """Whether it need not be drained at every tick."""

    @property
    def lost(self) -> int:
        """Datagrams lost so far."""

    async def start(self) -> None:
        """Open the source. Raises a RightcastError that says what failed and what to do."""

    def drain(self, now: float) -> Sequence[bytes]:
        """Everything that arrived since the last call, never waiting.

        Raises SourceEndedError when the connection is over; bytes that came before have been
        handed out by earlier calls.
        """

    def close(self) -> None:
        """Let go of everything; harmless when repeated."""
