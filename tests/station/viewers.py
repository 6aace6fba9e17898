"""Viewers: one that keeps reading an endless stream beside the test, and real players that judge a picture."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.station.rig import until

if TYPE_CHECKING:
    from collections.abc import Iterator


class Viewer:
    """Reads a stream in a thread; remembers all bytes, the longest silence, and when the stream was closed."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._socket = socket.create_connection((parts.hostname or "", parts.port or 80), timeout=30)
        request = f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nUser-Agent: viewer-{id(self)}\r\n\r\n"
        self._socket.sendall(request.encode())
        head = b""
        while b"\r\n\r\n" not in head:
            block = self._socket.recv(4096)
            assert block, f"closed before an answer: {head!r}"
            head += block
        head, _, rest = head.partition(b"\r\n\r\n")
        self.status = int(head.split()[1])
        self.head = head.decode()
        self._blocks: list[bytes] = [rest]
        self.last = time.monotonic()
        self.longest_silence_s = 0.0
        self.closed_at: float | None = None
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        while True:
            try:
                block = self._socket.recv(262_144)
            except OSError:
                block = b""
            now = time.monotonic()
            if not block:
                self.closed_at = now
                return
            self.longest_silence_s = max(self.longest_silence_s, now - self.last)
            self.last = now
            self._blocks.append(block)

    @property
    def received(self) -> int:
        """Bytes of the stream so far."""
        return sum(map(len, self._blocks))

    def stream(self) -> bytes:
        """Whole packets received so far."""
        data = b"".join(self._blocks)
        return data[: len(data) - len(data) % 188]

    def until_more(self, count: int, within_s: float = 15) -> None:
        """Wait until `count` more bytes came."""
        wanted = self.received + count
        until(lambda: self.received >= wanted or self.closed_at, within_s=within_s, what=f"{count} more bytes")
        assert self.received >= wanted, "the stream was closed"

    def until_closed(self, within_s: float) -> float:
        """Wait until the station closes the stream; returns when, on the monotonic clock."""
        return until(lambda: self.closed_at, within_s=within_s, what="the stream is closed")

    def close(self) -> None:
        """Stop watching."""
        self._socket.close() if self.closed_at else self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)
        self._socket.close()


@contextmanager
def watching(url: str) -> Iterator[Viewer]:
    """A viewer that has its first packets when the block begins."""
    viewer = Viewer(url)
    try:
        assert viewer.status == 200, viewer.head
        viewer.until_more(188 * 20)
        yield viewer
    finally:
        viewer.close()


def part(name: str) -> str:
    """The path of a real player; skips the test, naming the part, when it is not installed."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed; scripts/real-parts.sh brings it")
    return found


def decode_errors(stream: bytes, *maps: str) -> str:
    """What ffmpeg complains about when it decodes the streams chosen by `maps` (default: all it can)."""
    chosen = [item for one in maps or ("0:v?", "0:a?") for item in ("-map", one)]
    done = subprocess.run(
        [part("ffmpeg"), "-hide_banner", "-v", "error", "-f", "mpegts", "-i", "-", *chosen, "-f", "null", "-"],
        input=stream,
        capture_output=True,
        timeout=100,
        check=False,
    )
    return done.stderr.decode(errors="replace")


def streams_of(url_or_bytes: str | bytes) -> list[dict[str, str]]:
    """The streams that ffprobe finds behind an address or in a piece of transport stream."""
    source = "-" if isinstance(url_or_bytes, bytes) else url_or_bytes
    done = subprocess.run(
        [part("ffprobe"), "-v", "error", "-of", "json", "-show_streams", "-i", source],
        input=url_or_bytes if isinstance(url_or_bytes, bytes) else None,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return list(json.loads(done.stdout)["streams"])


def play_with_ffmpeg(url: str, seconds: float) -> str:
    """Play an address for some seconds with ffmpeg, all streams decoded; returns what it complained about."""
    arguments = [part("ffmpeg"), "-hide_banner", "-nostdin", "-v", "error", "-i", url, "-t", str(seconds)]
    arguments += ["-map", "0:v?", "-map", "0:a?", "-f", "null", "-"]
    done = subprocess.run(arguments, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stderr.decode(errors="replace")


def play_with_mpv(url: str, frames: int) -> str:
    """Play an address with mpv without window and sound card until `frames` frames passed; returns its words."""
    done = subprocess.run(
        [part("mpv"), "--no-config", "--vo=null", "--ao=null", f"--frames={frames}", "--msg-level=all=warn", url],
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout.decode(errors="replace") + done.stderr.decode(errors="replace")
    return done.stdout.decode(errors="replace")
