"""Zapping: GET to first byte and to the whole first key frame, warm and cold, over a real headend."""

from __future__ import annotations

import random
import socket
import statistics
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench import signals
from bench.figures import Figure, at_most
from bench.rig import LOAD_CPU, RigError, Running, compiled, free_udp_range, percentile, rigged, wait_for
from bench.station import SECRET, channels_on_air, fill_feed, settings_in, start_edge, start_room
from rightcast.domain.lineup import StartMode

if TYPE_CHECKING:
    from rightcast.contract.station import StationSettings

PACKET = 188


@dataclass(frozen=True, slots=True)
class Zap:
    """One zap: when it was asked (unix seconds), and how long first TS byte and whole key frame took, in seconds."""

    asked: float
    first_byte: float
    key_frame: float


class KeyFrameWatch:
    """Follows a stream of packets until the first video key frame is whole, that is until the next picture begins."""

    def __init__(self) -> None:
        self._rest = b""
        self._pid: int | None = None
        self.whole = False

    def feed(self, data: bytes) -> None:
        """Look through more bytes of the stream."""
        data = self._rest + data
        usable = len(data) // PACKET * PACKET
        for at in range(0, usable, PACKET):
            if data[at] != 0x47:
                raise RigError("The stream left the packet grid.")
            if not data[at + 1] & 0x40:
                continue
            pid = (data[at + 1] & 0x1F) << 8 | data[at + 2]
            if pid == self._pid:
                self.whole = True
                return
            if self._pid is None and self._begins_key_frame(data[at : at + PACKET]):
                self._pid = pid
        self._rest = data[usable:]

    @staticmethod
    def _begins_key_frame(packet: bytes) -> bool:
        if not packet[3] & 0x20 or not packet[4] or not packet[5] & 0x40:
            return False
        body = 5 + packet[4]
        return packet[body : body + 3] == b"\0\0\1" and packet[body + 3] & 0xF0 == 0xE0


def warm(quick: bool) -> list[Figure]:
    """Zaps among channels that are on air, at random moments."""
    channels = 4 if quick else 10
    zaps: list[Zap] = []
    with rigged(quick) as rig:
        signal = signals.channel()
        port = free_udp_range(channels)
        rig.start("sender", [str(compiled("sender")), *signal.sender_arguments("udp", port, channels)], cpu=LOAD_CPU)
        settings = settings_in(rig.folder)
        fill_feed(settings, [(f"udp://127.0.0.1:{port + one}", None) for one in range(channels)], lines=200)
        start_room(rig, settings, "headend")
        start_edge(rig, settings)
        wait_for(lambda: channels_on_air(settings) == channels, 30, "the channels to be on air")
        time.sleep(1)
        chance = random.Random(7)
        for number in range(30 if quick else 200):
            time.sleep(chance.uniform(0.02, 0.08))
            zaps.append(zap(settings, number % channels + 1, number % 200))
    return [
        _figure("edge.zap_first_byte", [one.first_byte for one in zaps], 10, "first TS byte"),
        _figure("edge.zap_key_frame", [one.key_frame for one in zaps], 25, "whole first key frame"),
    ]


def cold(quick: bool) -> list[Figure]:
    """First zaps to on-demand channels: the time beyond the wait for the source's next key frame."""
    channels = 3 if quick else 10
    beyond: list[float] = []
    with rigged(quick) as rig:
        signal = signals.channel()
        port = free_udp_range(channels)
        command = [str(compiled("sender")), *signal.sender_arguments("udp", port, channels)]
        sender = rig.start("sender", command, cpu=LOAD_CPU, environment={"SENDER_MARKS": "1"})
        settings = settings_in(rig.folder)
        sources = [(f"udp://127.0.0.1:{port + one}", None) for one in range(channels)]
        fill_feed(settings, sources, lines=channels, start=StartMode.ON_DEMAND)
        start_room(rig, settings, "headend")
        start_edge(rig, settings)
        time.sleep(2)
        chance = random.Random(11)
        for number in range(channels):
            time.sleep(chance.uniform(0.1, 0.9))
            watch = PortWatch(port + number)
            one = zap(settings, number + 1, number)
            opened = watch.opened()
            wait = _wait_for_key(sender, number, opened)
            beyond.append(one.key_frame - wait)
            print(
                f"  cold: {one.key_frame:.2f} s, of it {opened - one.asked:.2f} s until the source was open and "
                f"{wait:.2f} s until its next key frame began",
                flush=True,
            )
    return [
        Figure(
            name="edge.zap_cold",
            value=max(beyond),
            unit=f"s from GET to whole key frame less the source's wait for it, worst of {channels} cold channels",
            goal=at_most(1.5),
        )
    ]


def zap(settings: StationSettings, channel: int, line: int) -> Zap:
    """Connect, ask, and read until the first key frame is whole. Raises RigError when it does not come."""
    with socket.create_connection(("127.0.0.1", settings.listen.port), timeout=20) as connection:
        request = f"GET /live/v{line:05d}/{SECRET}/{channel}.ts HTTP/1.1\r\nHost: bench\r\nUser-Agent: zap\r\n\r\n"
        asked, begin = time.time(), time.perf_counter()
        connection.sendall(request.encode())
        head = b""
        while b"\r\n\r\n" not in head or head.endswith(b"\r\n\r\n"):
            more = connection.recv(262_144)
            if not more:
                raise RigError(f"The edge closed after {head[:60]!r}.")
            head += more
        first_byte = time.perf_counter() - begin
        if not head.startswith(b"HTTP/1.1 200"):
            raise RigError(f"The edge answered {head[:40]!r}.")
        watch = KeyFrameWatch()
        watch.feed(head[head.index(b"\r\n\r\n") + 4 :])
        while not watch.whole:
            more = connection.recv(262_144)
            if not more:
                raise RigError("The edge closed before a key frame was whole.")
            watch.feed(more)
        return Zap(asked, first_byte, time.perf_counter() - begin)


class PortWatch:
    """Notes when a UDP port is opened: a source that was cold begins to be received."""

    def __init__(self, port: int) -> None:
        self._mark = f":{port:04X} "
        self._seen = 0.0
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def opened(self) -> float:
        """Unix seconds when the port was first seen open. Raises RigError."""
        self._thread.join(20)
        if not self._seen:
            raise RigError("The headend never opened the source.")
        return self._seen

    def _look(self) -> None:
        deadline = time.time() + 20
        while time.time() < deadline:
            if self._mark in Path("/proc/net/udp").read_text():
                self._seen = time.time()
                return
            time.sleep(0.005)


def _wait_for_key(sender: Running, channel: int, since: float) -> float:
    """Seconds from `since` until the sender began its next key frame on a channel."""

    def begun() -> list[float]:
        marks = [line.split() for line in sender.text().splitlines() if line.startswith(f"key {channel} ")]
        return [float(mark[2]) for mark in marks if len(mark) == 3 and float(mark[2]) >= since]

    wait_for(begun, 5, "the sender's mark of a key frame")
    return begun()[0] - since


def _figure(name: str, seconds: list[float], goal_ms: float, what: str) -> Figure:
    median = statistics.median(seconds) * 1000
    return Figure(
        name=name,
        value=percentile(seconds, 0.95) * 1000,
        unit=f"ms from GET to {what}, p95 of {len(seconds)} warm zaps (median {median:.1f})",
        goal=at_most(goal_ms),
    )
