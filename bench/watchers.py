"""Viewers that say what they see: which PID pictures came on, when, and how long nothing came.

One thread reads all sockets. A viewer whose socket the station closes is noted, and not reconnected.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
import time
from dataclasses import dataclass, field

_PACKET = 188


@dataclass(slots=True)
class Watcher:
    """One endless stream. `pictures`: when pictures last began, by PID; times of the monotonic clock."""

    name: str
    path: str
    port: int
    connection: socket.socket | None = None
    pictures: dict[int, float] = field(default_factory=dict)
    first_after: dict[int, float] = field(default_factory=dict)
    last: float = 0.0
    dark_s: float = 0.0
    closed: bool = False
    received: int = 0
    rest: bytes = b""
    head: bytes = b""

    def connect(self) -> None:
        """Ask for the stream."""
        self.connection = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        request = f"GET {self.path} HTTP/1.1\r\nHost: bench\r\nUser-Agent: watcher-{self.name}\r\n\r\n"
        self.connection.sendall(request.encode())
        self.connection.setblocking(False)

    def hear(self, data: bytes, now: float) -> None:
        """Look through what came."""
        if not self.head.endswith(b"\r\n\r\n"):
            head, mark, data = (self.head + data).partition(b"\r\n\r\n")
            self.head = head + mark
            if not mark:
                return
        self.received += len(data)
        data = self.rest + data
        usable = len(data) // _PACKET * _PACKET
        for at in range(0, usable, _PACKET):
            if data[at + 1] & 0x40 and data[at + 3] & 0x10:
                start = at + 4 + (1 + data[at + 4] if data[at + 3] & 0x20 else 0)
                if data[start : start + 3] == b"\0\0\1" and data[start + 3] & 0xF0 == 0xE0:
                    self._picture((data[at + 1] & 0x1F) << 8 | data[at + 2], now)
        self.rest = data[usable:]

    def _picture(self, pid: int, now: float) -> None:
        self.first_after.setdefault(pid, now)
        self.pictures[pid] = now
        if self.last:
            self.dark_s = max(self.dark_s, now - self.last)
        self.last = now


class Audience:
    """Reads for all watchers until it is closed."""

    def __init__(self, watchers: list[Watcher]) -> None:
        self.watchers = watchers
        self._over = threading.Event()
        self._selector = selectors.DefaultSelector()
        for watcher in watchers:
            watcher.connect()
            if watcher.connection is not None:
                self._selector.register(watcher.connection, selectors.EVENT_READ, watcher)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Hang up."""
        self._over.set()
        self._thread.join(5)
        for watcher in self.watchers:
            if watcher.connection is not None:
                watcher.connection.close()

    def _run(self) -> None:
        while not self._over.is_set():
            for key, _ in self._selector.select(0.05):
                watcher: Watcher = key.data
                data = b""
                with contextlib.suppress(OSError):
                    data = key.fileobj.recv(262_144)  # type: ignore[union-attr]
                if not data:
                    watcher.closed = True
                    self._selector.unregister(key.fileobj)
                    continue
                watcher.hear(data, time.monotonic())
