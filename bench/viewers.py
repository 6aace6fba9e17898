"""Crowds of viewers: drives the C sink, and searches the largest crowd that a server feeds without a gap."""

from __future__ import annotations

import json
import socket
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bench.rig import LOAD_CPU, Rig, Running, compiled, cpu_seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MAX_FDS_PER_MESSAGE = 200


class Sink:
    """The C sink on the load's CPU; every command waits for its answer."""

    def __init__(self, rig: Rig) -> None:
        mine, theirs = socket.socketpair()
        self._socket = mine
        self._process = rig.start("sink", [str(compiled("sink"))], cpu=LOAD_CPU, stdin=theirs.fileno())
        theirs.close()
        self._answers = 0

    def connect(self, port: int, channels: int, count: int) -> dict[str, Any]:
        """Open `count` more viewers, spread over the channels; returns how many are open."""
        return self._ask(f"connect {port} {channels} {count}", timeout=60 + count / 100)

    def take(self, sockets: list[socket.socket]) -> dict[str, Any]:
        """Hand connected sockets over to the sink; the caller's copies are closed."""
        answer: dict[str, Any] = {}
        for at in range(0, len(sockets), MAX_FDS_PER_MESSAGE):
            batch = sockets[at : at + MAX_FDS_PER_MESSAGE]
            socket.send_fds(self._socket, [b"take\n"], [one.fileno() for one in batch])
            answer = self._await(30)
            for one in batch:
                one.close()
        return answer

    def hang_up(self, count: int) -> dict[str, Any]:
        """Close `count` viewers."""
        return self._ask(f"hang {count}", timeout=60)

    def window(self, seconds: float) -> dict[str, Any]:
        """Watch all viewers for `seconds`: open, closed, silent (> 1 s), bad_sync, bps, gaps in seconds, cpu share."""
        return self._ask(f"window {seconds * 1000:.0f}", timeout=seconds + 30)

    def close(self) -> None:
        """Let the sink end; its viewers go with it."""
        self._socket.close()

    def _ask(self, line: str, timeout: float) -> dict[str, Any]:
        self._socket.sendall(line.encode() + b"\n")
        return self._await(timeout)

    def _await(self, timeout: float) -> dict[str, Any]:
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            lines = self._process.text().splitlines(keepends=True)
            if len(lines) > self._answers and lines[self._answers].endswith("\n"):
                self._answers += 1
                answer: dict[str, Any] = json.loads(lines[self._answers - 1])
                return answer
            self._process.assert_alive()
            time.sleep(0.02)
        raise TimeoutError("The sink did not answer in time.")


@dataclass(frozen=True, slots=True)
class Crowd:
    """The largest crowd found good: its size, bytes per second it took in all, and the server's CPU share then."""

    viewers: int
    bps: float
    server_cpu: float
    gap_p99: float
    limit_reached: bool


def is_good(seen: dict[str, Any], wanted: int, least_bps: float) -> bool:
    """No viewer missing, closed, silent for over a second or off the packet grid, and the crowd keeps pace."""
    whole = seen["open"] == wanted and not seen["closed"] and not seen["silent"] and not seen["bad_sync"]
    return bool(whole and seen["bps"] >= wanted * least_bps)


def largest_good(
    grow: Callable[[int], None], sink: Sink, server: Running, sizes: Sequence[int], *, least_bps: float, fine: int = 125
) -> Crowd:
    """Grow the crowd through `sizes` until a window is bad twice running, then close in to within `fine` viewers.

    `least_bps` is what each viewer must take on average: a server that sends less falls behind,
    though nobody is silent yet.
    """
    best = Crowd(0, 0.0, 0.0, 0.0, limit_reached=False)
    have, untried, bad = 0, list(sizes), 0
    while True:
        if not bad and untried:
            wanted = untried.pop(0)
        elif bad - best.viewers > fine and best.viewers:
            wanted = (best.viewers + bad) // 2
        else:
            return best
        if wanted > have:
            grow(wanted - have)
        elif wanted < have:
            sink.hang_up(have - wanted)
        have = wanted
        found = _watched(sink, server, wanted, least_bps)
        if found is None:
            bad = wanted
        else:
            best = replace(found, limit_reached=wanted == sizes[-1])


def _watched(sink: Sink, server: Running, wanted: int, least_bps: float, seconds: float = 4.0) -> Crowd | None:
    """The crowd if one of two windows is good, None if both are bad."""
    for _ in range(2):
        sink.window(2.0)
        before, begin = cpu_seconds(server.pid), time.monotonic()
        seen = sink.window(seconds)
        server.assert_alive()
        cpu = (cpu_seconds(server.pid) - before) / (time.monotonic() - begin)
        good = is_good(seen, wanted, least_bps)
        print(
            f"    {wanted} viewers: {seen['bps'] / 1e9:.1f} Gbit/s, server {cpu:.0%}, sink {seen['cpu']:.0%}, "
            f"gap p99 {seen['gap_p99']:.2f} s, max {seen['gap_max']:.2f} s, {seen['silent']} silent, "
            f"{wanted - seen['open']} missing{'' if good else ', BAD'}",
            flush=True,
        )
        if good:
            return Crowd(wanted, seen["bps"], cpu, seen["gap_p99"], limit_reached=False)
    return None
