"""Sources that can be told to fail: endless streams over HTTP or UDP, frozen, refused, damaged or set back at will.

One thread serves them all. Each source has PIDs of its own, so that a viewer can tell which one it sees.
"""

from __future__ import annotations

import contextlib
import random
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import imageio_ffmpeg

from rightcast.formats.mpegts.muxing import split_adts, split_h264
from rightcast.headend.slate.loop import Loop, Player, build_loop

_TICK_S = 0.04
_PACKET = 188
_DATAGRAM = 7 * _PACKET
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: video/mp2t\r\nConnection: close\r\n\r\n"


def moving_loop(first_pid: int) -> Loop:
    """A moving picture of 320x180 with a tone, 0.4 Mbit/s, a key frame every 1.92 s; pictures on `first_pid` + 1."""
    with tempfile.TemporaryDirectory() as folder:
        pictures, sound = Path(folder) / "p.h264", Path(folder) / "s.aac"
        call = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=25"]
        call += ["-f", "lavfi", "-t", "2.5", "-i", "sine=frequency=400:sample_rate=48000", "-map", "0:v"]
        call += ["-frames:v", "48", "-c:v", "libx264", "-preset", "veryfast", "-aud", "1", "-bf", "0", "-g", "48"]
        call += ["-sc_threshold", "0", "-b:v", "300k", "-pix_fmt", "yuv420p", "-f", "h264", str(pictures)]
        call += ["-map", "1:a", "-c:a", "aac", "-b:a", "64k", "-ac", "2", "-f", "adts", str(sound)]
        subprocess.run(call, check=True, stdin=subprocess.DEVNULL)
        loop = build_loop(split_h264(pictures.read_bytes()), split_adts(sound.read_bytes())[8:], first_pid)
    if loop is None:
        raise RuntimeError("ffmpeg made too short a loop")
    return loop


class Feeder:
    """One source. What is told to it holds from its next tick on."""

    def __init__(self, loop: Loop, *, udp_port: int = 0, seed: int = 0) -> None:
        self.frozen = False
        self.lost = 0.0
        self.damaged = 0.0
        self._player = Player(loop, time.time())
        self._shift_s = 0.0
        self._chance = random.Random(seed)
        self._udp_port = udp_port
        self._connections: list[socket.socket] = []
        self._refusing = False
        self._listener: socket.socket | None = None
        self._out: socket.socket | None = None
        self.port = udp_port
        if udp_port:
            self._out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        else:
            self._listen()

    @property
    def url(self) -> str:
        """Where it is received."""
        if self._udp_port:
            return f"udp://127.0.0.1:{self._udp_port}"
        return f"http://127.0.0.1:{self.port}/live.ts"

    def refuse(self) -> None:
        """Hang up, and refuse connections until told to serve; over UDP the same as silence."""
        self._refusing = True
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        for connection in self._connections:
            connection.close()
        self._connections.clear()

    def serve(self) -> None:
        """Be well again."""
        self.frozen, self.lost, self.damaged, self._refusing = False, 0.0, 0.0, False
        if self._listener is None and not self._udp_port:
            self._listen()

    def jump(self, seconds: float) -> None:
        """Let the stream's clock jump."""
        self._shift_s += seconds

    def tick(self, now: float) -> None:
        """Send what is due."""
        data = self._player.take(now + self._shift_s)
        self._accept()
        if self.frozen or self._refusing:
            return
        data = self._spoiled(data)
        if self._out is not None:
            for at in range(0, len(data), _DATAGRAM):
                with contextlib.suppress(OSError):
                    self._out.sendto(data[at : at + _DATAGRAM], ("127.0.0.1", self._udp_port))
        for connection in [*self._connections]:
            try:
                connection.sendall(data)
            except OSError:
                self._connections.remove(connection)
                connection.close()

    def close(self) -> None:
        """Let go of every socket."""
        self.refuse()
        if self._out is not None:
            self._out.close()

    def _listen(self) -> None:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(16)
        listener.setblocking(False)
        self.port, self._listener = listener.getsockname()[1], listener

    def _accept(self) -> None:
        listener = self._listener
        with contextlib.suppress(BlockingIOError, OSError):
            while listener is not None:
                connection, _ = listener.accept()
                connection.settimeout(1)
                connection.sendall(_HEAD)
                self._connections.append(connection)

    def _spoiled(self, data: bytes) -> bytes:
        if not self.lost and not self.damaged:
            return data
        kept = []
        for at in range(0, len(data), _PACKET):
            packet = data[at : at + _PACKET]
            if self._chance.random() < self.lost:
                continue
            if self._chance.random() < self.damaged:
                place = self._chance.randrange(_PACKET)
                packet = packet[:place] + bytes((packet[place] ^ 0xFF,)) + packet[place + 1 :]
            kept.append(packet)
        return b"".join(kept)


class Bank:
    """Feeds several sources from one thread until it is closed; `lock` holds while they are told something."""

    def __init__(self, feeders: list[Feeder]) -> None:
        self.feeders = feeders
        self.lock = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End."""
        self._over.set()
        self._thread.join(5)
        for feeder in self.feeders:
            feeder.close()

    def _run(self) -> None:
        while not self._over.wait(_TICK_S):
            with self.lock:
                for feeder in self.feeders:
                    feeder.tick(time.time())
