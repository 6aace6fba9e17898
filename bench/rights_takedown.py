"""From the order to take a channel down until 5,000 viewers of one edge are hung up on, after which no byte comes."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import statistics
import time
from datetime import UTC, datetime

from bench.figures import Figure, at_most
from bench.rig import LOAD_CPU, RigError, rigged, wait_for
from bench.station import SECRET, fill_feed, settings_in, start_edge, start_writer
from rightcast.contract.catalogue import Change, Kind
from rightcast.contract.reports import DarkReport
from rightcast.domain.takedown import Takedown
from rightcast.state.feed import FileFeed
from rightcast.state.reports import FileReports

VIEWERS = 5_000
QUICK_VIEWERS = 500
BPS = 2_000_000
SETTLE_S = 4.0
LONGEST_S = 10.0
_CHUNK = 1 << 20
_CONNECTING_AT_ONCE = 100


class Watchers:
    """Sockets that take a stream and throw it away, each with the moment of its end (time.monotonic)."""

    def __init__(self) -> None:
        self._poll = select.epoll()
        self._open: dict[int, socket.socket] = {}
        self._scratch = bytearray(_CHUNK)
        self.ended: list[float] = []
        self.heads: dict[int, bytes] = {}

    def __len__(self) -> int:
        return len(self._open)

    def connect(self, port: int, first: int, count: int) -> None:
        """Open streams of channel 1, each of a line of its own."""
        for number in range(first, first + count):
            one = socket.create_connection(("127.0.0.1", port), timeout=10)
            one.sendall(f"GET /live/v{number:05d}/{SECRET}/1.ts HTTP/1.1\r\nHost: bench\r\n\r\n".encode())
            one.setblocking(False)
            self._open[one.fileno()] = one
            self._poll.register(one.fileno(), select.EPOLLIN)

    def watch(self, seconds: float, *, until_empty: bool = False) -> None:
        """Take what comes."""
        end = time.monotonic() + seconds
        while (now := time.monotonic()) < end and not (until_empty and not self._open):
            for number, _ in self._poll.poll(min(0.05, end - now)):
                self._take(number)

    def _take(self, number: int) -> None:
        one = self._open[number]
        try:
            # Linux throws the bytes away in the kernel with MSG_TRUNC (tcp(7)); the head alone is looked at.
            flags = socket.MSG_TRUNC if number in self.heads else 0
            count = one.recv_into(self._scratch, _CHUNK if flags else 64, flags)
        except BlockingIOError:
            return
        except OSError:
            count = 0
        if count:
            self.heads.setdefault(number, bytes(self._scratch[: min(count, 64)]))
            return
        self.ended.append(time.monotonic())
        self._poll.unregister(number)
        del self._open[number]
        one.close()

    def close(self) -> None:
        """Hang up."""
        for one in self._open.values():
            one.close()
        self._poll.close()


def takedown(quick: bool) -> list[Figure]:
    """All watch one channel; the takedown is published as the panel does it, and the edge hears it from its feed."""
    viewers = QUICK_VIEWERS if quick else VIEWERS
    with rigged(quick) as rig, contextlib.closing(Watchers()) as crowd:
        os.sched_setaffinity(0, {LOAD_CPU})
        settings = settings_in(rig.folder)
        fill_feed(settings, [("udp://127.0.0.1:5000", None)], lines=viewers)
        start_writer(rig, settings, 1, bps=BPS)
        start_edge(rig, settings)
        for first in range(0, viewers, _CONNECTING_AT_ONCE):
            crowd.connect(settings.listen.port, first, min(_CONNECTING_AT_ONCE, viewers - first))
            crowd.watch(0.05)
        crowd.watch(SETTLE_S)
        playing = sum(head.startswith(b"HTTP/1.1 200") for head in crowd.heads.values())
        if playing < viewers or len(crowd) < viewers:
            raise RigError(f"{playing} of {viewers} viewers play, {len(crowd)} are connected.")
        ordered, at = time.monotonic(), datetime.now(UTC)
        feed = FileFeed(settings.feed)
        feed.publish([Change(Kind.TAKEDOWN, 1, Takedown(id=1, begins=at, channel_ids=frozenset({1})))])
        feed.close()
        crowd.watch(LONGEST_S, until_empty=True)
        if len(crowd):
            raise RigError(f"{len(crowd)} of {viewers} viewers still watch after {LONGEST_S:.0f} s.")
        times = sorted(moment - ordered for moment in crowd.ended)
        reports = FileReports(settings.reports)
        wait_for(lambda: bool(reports.fetch("takedowns-", DarkReport)), 5, "the edge to acknowledge")
        told = reports.fetch("takedowns-", DarkReport)[0].takedowns[0]
    p99 = times[int(len(times) * 0.99) - 1]
    print(
        f"  ended: median {statistics.median(times):.3f} s, p99 {p99:.3f} s, last {times[-1]:.3f} s; the edge says "
        f"heard after {told.heard - at.timestamp():.3f} s, dark after {told.dark - at.timestamp():.3f} s, "
        f"{told.stopped} sessions",
        flush=True,
    )
    unit = f"s from the order in the feed to the end of the stream, p99 of {viewers:,} viewers of one edge"
    return [Figure(name="rights.takedown", value=p99, goal=at_most(2), unit=unit)]
