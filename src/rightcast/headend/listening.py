"""The connection to a headend of a process beside it: hears what is announced, says which channels it wants.

Of the sender and of the archivist; edges have their own, which serve viewers in the same loop.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Protocol

import msgspec

from rightcast.contract.ring import Want, decode_announcements, encode_batch

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from rightcast.contract.ring import Announcement

RETRY_S = 0.2
LONGEST_LINE_BYTES = 16 << 20

_log = logging.getLogger(__name__)


class Listener(Protocol):
    """Who is told of announcements; `wanted` are the channels that it needs."""

    wanted: Collection[int]

    def apply(self, batch: list[Announcement]) -> None:
        """Follow one batch."""


class Headend:
    """The connection to one headend process; tells it which channels are wanted, as an edge tells what is watched."""

    def __init__(self, path: Path, listener: Listener) -> None:
        self._path = path
        self._listener = listener
        self._writer: asyncio.StreamWriter | None = None
        self._told: frozenset[int] = frozenset()

    async def follow(self) -> None:
        """Follow the headend for ever, through its restarts; ends by cancellation."""
        while True:
            try:
                reader, writer = await asyncio.open_unix_connection(self._path, limit=LONGEST_LINE_BYTES)
            except OSError:
                await asyncio.sleep(RETRY_S)
                continue
            try:
                await self._listen(reader, writer)
            finally:
                self._writer = None
                writer.transport.abort()
            await asyncio.sleep(RETRY_S)

    def want(self) -> None:
        """Tell what is wanted; only differences are sent."""
        wanted = frozenset(self._listener.wanted)
        if self._writer is None or self._writer.transport.is_closing() or wanted == self._told:
            return
        wants = [Want(channel=channel, viewers=1) for channel in sorted(wanted - self._told)]
        wants += [Want(channel=channel, viewers=0) for channel in sorted(self._told - wanted)]
        self._told = wanted
        self._writer.write(encode_batch(wants))

    async def _listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer, self._told = writer, frozenset()
        self.want()
        try:
            while line := await reader.readline():
                self._listener.apply(decode_announcements(line))
        except (msgspec.DecodeError, ValueError) as error:
            _log.warning("The headend at %s announces what cannot be read: %s", self._path.name, error)
        except OSError as error:
            _log.info("The headend at %s went away: %s", self._path.name, error)
