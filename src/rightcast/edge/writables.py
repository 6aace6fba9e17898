"""Tells when a socket takes bytes again, for sockets that the event loop's transports own.

An epoll of our own, because `loop.add_writer` refuses such descriptors and a duplicate would cost one more each.
"""

from __future__ import annotations

import select
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

_BATCH = 256


class Writables:
    """One callback per descriptor, called once when it can be written."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._epoll = select.epoll()
        self._known: set[int] = set()
        self._callbacks: dict[int, Callable[[], None]] = {}
        loop.add_reader(self._epoll.fileno(), self._ready)

    def wait(self, descriptor: int, callback: Callable[[], None]) -> None:
        """Call `callback` once when `descriptor` takes bytes; replaces an earlier wish."""
        self._callbacks[descriptor] = callback
        wanted = select.EPOLLOUT | select.EPOLLONESHOT
        if descriptor in self._known:
            self._epoll.modify(descriptor, wanted)
        else:
            self._epoll.register(descriptor, wanted)
            self._known.add(descriptor)

    def forget(self, descriptor: int) -> None:
        """The descriptor is about to be closed."""
        self._callbacks.pop(descriptor, None)
        if descriptor in self._known:
            self._known.remove(descriptor)
            self._epoll.unregister(descriptor)

    def close(self) -> None:
        """Stop watching."""
        self._loop.remove_reader(self._epoll.fileno())
        self._epoll.close()

    def _ready(self) -> None:
        for descriptor, _ in self._epoll.poll(0, _BATCH):
            callback = self._callbacks.pop(descriptor, None)
            if callback is not None:
                callback()
