"""One channel's datagrams: the pacer that orders them, and a socket per address that they leave by."""

from __future__ import annotations

import errno
import logging
import secrets
import struct
from typing import TYPE_CHECKING

from rightcast.contract.reports import OutputReport
from rightcast.domain.outputs import Pace
from rightcast.headend.output.pacing import Pacer
from rightcast.headend.output.sockets import open_output

if TYPE_CHECKING:
    import socket
    from collections.abc import Sequence

    from rightcast.domain.outputs import Output
    from rightcast.headend.output.pacing import Datagram

MOST_PER_TURN = 16
REOPEN_S = 5.0
LATE_S = 0.02
_RTP_VERSION, _RTP_MP2T = 0x80, 33
_CLOCK_HZ = 90_000

_log = logging.getLogger(__name__)


class Destination:
    """One address. A socket that cannot be opened is tried again; what the network refuses is counted."""

    def __init__(self, output: Output) -> None:
        self.output = output
        self.sent = 0
        self.failed = 0
        self.bytes_sent = 0
        self.trouble = ""
        self._socket: socket.socket | None = None
        self._retry_at = 0.0
        self._sequence = secrets.randbits(16)
        self._offset = secrets.randbits(32)
        self._source = secrets.randbits(32)

    def send(self, datagram: Datagram, now: float) -> None:
        """Send, or count that it could not be sent; never waits."""
        way = self._socket or self._open(now)
        if way is None:
            self.failed += 1
            return
        try:
            if self.output.rtp:
                size = way.sendmsg((self._header(datagram.media_s), datagram.payload))
            else:
                size = way.send(datagram.payload)
        except OSError as error:
            self._refused(error, now)
            return
        self.sent += 1
        self.bytes_sent += size
        self.trouble = ""

    def close(self) -> None:
        """Nothing more leaves."""
        if self._socket is not None:
            self._socket.close()
        self._socket = None

    def _open(self, now: float) -> socket.socket | None:
        if now < self._retry_at:
            return None
        self._retry_at = now + REOPEN_S
        try:
            self._socket = open_output(self.output)
        except OSError as error:
            self._complain(error)
        return self._socket

    def _refused(self, error: OSError, now: float) -> None:
        self.failed += 1
        if error.errno == errno.ECONNREFUSED:  # nobody listens at a unicast address; somebody may later
            self.trouble = "Nobody listens at this address."
        elif error.errno not in {errno.EAGAIN, errno.ENOBUFS}:
            self._complain(error)
            self.close()
            self._retry_at = now + REOPEN_S

    def _complain(self, error: OSError) -> None:
        sentence = f"Cannot be sent: {error.strerror or error}."
        if sentence != self.trouble:
            _log.warning("Output %s: %s", self.output.url, sentence)
        self.trouble = sentence

    def _header(self, media_s: float) -> bytes:
        """RTP (RFC 3550 section 5.1); the time stamp says when the first byte should leave (RFC 2250 section 2)."""
        self._sequence = (self._sequence + 1) & 0xFFFF
        stamp = (int(media_s * _CLOCK_HZ) + self._offset) & 0xFFFFFFFF
        return struct.pack(">BBHII", _RTP_VERSION, _RTP_MP2T, self._sequence, stamp, self._source)


class ChannelSender:
    """All addresses of one channel; the stream is read and paced once for all of them."""

    def __init__(self, channel_id: int, name: str) -> None:
        self.channel_id = channel_id
        self.name = name
        self.pacer = Pacer()
        self.late_datagrams = 0
        self._destinations: dict[str, Destination] = {}

    def follow(self, outputs: Sequence[Output]) -> None:
        """These are the addresses from now on; those that stay go on without a gap."""
        wanted = {output.url: output for output in outputs}
        for url in self._destinations.keys() - wanted.keys():
            self._destinations.pop(url).close()
        for url, output in wanted.items():
            if url not in self._destinations:
                self._destinations[url] = Destination(output)
        if not wanted:
            self.pacer.clear()

    def feed(self, data: bytes, duration_s: float, now: float, *, continues: bool) -> None:
        """A part came; without an address it is passed over."""
        if not self._destinations:
            return
        self.pacer.feed(data, duration_s, now, continues=continues)
        if all(one.output.pace is Pace.NONE for one in self._destinations.values()):
            self.turn(float("inf"), now, most=len(self.pacer))

    def turn(self, until: float, now: float, *, most: int = MOST_PER_TURN) -> None:
        """Send what is due by `until`."""
        for datagram in self.pacer.due(until, most):
            if now - datagram.due > LATE_S:
                self.late_datagrams += 1
            for destination in self._destinations.values():
                destination.send(datagram, now)

    def close(self) -> None:
        """Nothing more leaves, queued datagrams included."""
        self.pacer.clear()
        for destination in self._destinations.values():
            destination.close()
        self._destinations.clear()

    def reports(self) -> list[OutputReport]:
        """How each address does."""
        return [
            OutputReport(
                channel_id=self.channel_id,
                channel=self.name,
                url=one.output.url,
                sent=one.sent,
                failed=one.failed,
                late=self.late_datagrams,
                gaps=self.pacer.late,
                bytes_sent=one.bytes_sent,
                detail=one.trouble,
            )
            for one in self._destinations.values()
        ]
