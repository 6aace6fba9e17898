"""Transport streams in RTP: headers stripped, datagrams put back in order, losses counted.

RFC 3550 section 5.1 for the header, RFC 2250 for the payload.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from rightcast.headend.sources.datagrams import LARGEST_DATAGRAM
from rightcast.headend.sources.sockets import Place, dropped_datagrams, holds_long, open_datagram_socket
from rightcast.headend.sources.udp import DATAGRAMS_A_TICK

if TYPE_CHECKING:
    import socket

WINDOW_DATAGRAMS = 64
"""How far ahead others may run before a missing datagram is given up."""
WINDOW_S = 0.25
"""How long a missing datagram is waited for."""
_JUMP = 3_000
"""RFC 3550 appendix A.1 (MAX_DROPOUT): a step beyond this is a restarted sender, not a loss."""

_HEADER = struct.Struct("!BBHII")
_scratch = memoryview(bytearray(LARGEST_DATAGRAM))


def parse_rtp(datagram: memoryview | bytes) -> tuple[int, int, bytes] | None:
    """Sequence number, SSRC and payload; None when the bytes are no RTP datagram."""
    length = len(datagram)
    if length < 12 or datagram[0] >> 6 != 2:
        return None
    flags, _, sequence, _, ssrc = _HEADER.unpack_from(datagram)
    start = 12 + 4 * (flags & 15)  # CSRC list
    if flags & 0x10:  # header extension: its length counts 32-bit words after its own four bytes
        if length < start + 4:
            return None
        start += 4 + 4 * int.from_bytes(datagram[start + 2 : start + 4], "big")
    end = length - datagram[length - 1] if flags & 0x20 else length  # padding: the last byte counts it
    if start > end:
        return None
    return sequence, ssrc, bytes(datagram[start:end])


class Reorderer:
    """Payloads in, payloads out in sequence; a gap is waited for as long as the window allows."""

    def __init__(self) -> None:
        self.lost = 0
        self._next: int | None = None
        self._ssrc = 0
        self._held: dict[int, tuple[float, bytes]] = {}

    def push(self, sequence: int, ssrc: int, payload: bytes, now: float, out: list[bytes]) -> None:
        """Take one datagram; append to `out` whatever is in order now."""
        if self._next is None or ssrc != self._ssrc:
            self._restart(sequence, ssrc, out)
        ahead = (sequence - (self._next or 0)) & 0xFFFF
        if ahead == 0:
            out.append(payload)
            self._next = (sequence + 1) & 0xFFFF
            if self._held:
                self._follow(out)
        elif ahead < _JUMP:
            self._held.setdefault(sequence, (now, payload))
            if len(self._held) >= WINDOW_DATAGRAMS:
                self._give_up(out)
        elif ahead < 0x10000 - _JUMP:
            self._restart(sequence, ssrc, out)
            out.append(payload)
            self._next = (sequence + 1) & 0xFFFF
        # else: older than what was handed out, a duplicate or too late

    def expire(self, now: float, out: list[bytes]) -> None:
        """Once a tick: stop waiting for what is overdue."""
        while self._held and now - self._held[self._nearest()[1]][0] > WINDOW_S:
            self._give_up(out)

    def _follow(self, out: list[bytes]) -> None:
        while self._next is not None and (held := self._held.pop(self._next, None)) is not None:
            out.append(held[1])
            self._next = (self._next + 1) & 0xFFFF

    def _give_up(self, out: list[bytes]) -> None:
        """Skip to the nearest datagram held."""
        gap, nearest = self._nearest()
        self.lost += gap
        self._next = nearest
        self._follow(out)

    def _nearest(self) -> tuple[int, int]:
        """How many are missing before the first datagram held, and its number."""
        expected = self._next or 0
        return min(((sequence - expected) & 0xFFFF, sequence) for sequence in self._held)

    def _restart(self, sequence: int, ssrc: int, out: list[bytes]) -> None:
        """Another sender, or the same one started anew: hand out what is held and begin here."""
        while self._held:
            self._give_up(out)
        self._next, self._ssrc = sequence, ssrc


class RtpReceiver:
    """A bound socket whose datagrams carry RTP."""

    patience_s = None
    may_rest = False

    def __init__(self, place: Place) -> None:
        self._place = place
        self._order = Reorderer()
        self._sock: socket.socket | None = None

    @property
    def lost(self) -> int:
        """Gaps in the sequence, which the kernel's own drops show up in too, and these when no gap shows."""
        dropped = 0 if self._sock is None else dropped_datagrams(self._sock)
        return max(self._order.lost, dropped)

    async def start(self) -> None:
        """Bind and join. Raises InvalidInputError, PortTakenError, SourceUnreachableError."""
        self._sock = open_datagram_socket(self._place)
        self.may_rest = holds_long(self._sock)

    def drain(self, now: float) -> list[bytes]:
        """The payloads that are in order by now, as one block."""
        if self._sock is None:
            return []
        out: list[bytes] = []
        receive, scratch, push = self._sock.recv_into, _scratch, self._order.push
        try:
            for _ in range(DATAGRAMS_A_TICK):
                parsed = parse_rtp(scratch[: receive(scratch)])
                if parsed is not None:
                    push(*parsed, now, out)
        except OSError:  # empty; or a late ICMP error, which says nothing about the signal
            pass
        self._order.expire(now, out)
        return [b"".join(out)] if out else []

    def close(self) -> None:
        """Leave the group and free the port."""
        if self._sock is not None:
            self._sock.close()
            self._sock = None
