"""Listens to the headends beside this edge, and tells them which channels are watched here.

While a headend is gone, the edge goes on with what it has and tries again five times a second.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import msgspec

from rightcast.contract.ring import Want, decode_announcements, encode_batch

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from rightcast.edge.ring_reader import Rings

RETRY_S = 0.2
LONGEST_LINE_BYTES = 16 << 20
"""A headend replays all of its rings in one line."""

_log = logging.getLogger(__name__)


class Origin:
    """The connection to one headend process."""

    def __init__(self, path: Path, rings: Rings) -> None:
        self._path = path
        self._rings = rings
        self._writer: asyncio.StreamWriter | None = None
        self._wanted: Mapping[int, int] = {}
        self._told: dict[int, int] = {}

    async def follow(self) -> None:
        """Follow the headend for ever, through its restarts; ends by cancellation."""
        connected = True
        while True:
            try:
                reader, writer = await asyncio.open_unix_connection(self._path, limit=LONGEST_LINE_BYTES)
            except OSError as error:
                if connected:
                    _log.info("No headend at %s (%s); trying again", self._path.name, error.strerror)
                connected = False
                await asyncio.sleep(RETRY_S)
                continue
            connected = True
            _log.info("Connected to the headend at %s", self._path.name)
            try:
                await self._listen(reader, writer)
            finally:
                self._writer = None
                writer.transport.abort()
            await asyncio.sleep(RETRY_S)

    def want(self, wanted: Mapping[int, int]) -> None:
        """Tell how many viewers each channel has here; only differences are sent."""
        self._wanted = wanted
        if self._writer is None or self._writer.transport.is_closing():
            return
        changes = [
            Want(channel=channel, viewers=wanted.get(channel, 0))
            for channel in {*wanted, *self._told}
            if wanted.get(channel, 0) != self._told.get(channel, 0)
        ]
        if changes:
            self._told = dict(wanted)
            self._writer.write(encode_batch(changes))

    async def _listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._told = {}
        self.want(self._wanted)
        try:
            while line := await reader.readline():
                self._rings.apply(decode_announcements(line))
        except (msgspec.DecodeError, ValueError) as error:
            _log.warning("The headend at %s announces what cannot be read: %s", self._path.name, error)
        except OSError as error:
            _log.info("The headend at %s went away: %s", self._path.name, error)
