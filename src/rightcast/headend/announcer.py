"""Tells the edges on this machine what the rings hold, over a local stream socket, and hears what they want.

An edge that does not read is cut off; it replays everything when it connects again.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
from typing import TYPE_CHECKING

import msgspec

from rightcast.contract.ring import Announcement, Want, decode_wants, encode_batch

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MAX_UNREAD_BYTES = 8 << 20
_MAX_LINE_BYTES = 1 << 20

_log = logging.getLogger(__name__)


class _Edge:
    """One connection; `wanted` maps a channel to its viewers there."""

    def __init__(self, key: int, writer: asyncio.StreamWriter) -> None:
        self.key = key
        self.writer = writer
        self.wanted: dict[int, int] = {}


class Announcer:
    """`snapshot` says what a new edge must hear; `wants` is told each edge's wishes under a key of its connection.

    When a connection goes, `wants` is called once more with no viewers for all that it had wanted.
    """

    def __init__(
        self,
        path: Path,
        *,
        snapshot: Callable[[], list[Announcement]],
        wants: Callable[[int, list[Want]], None],
    ) -> None:
        self._path = path
        self._snapshot = snapshot
        self._wants = wants
        self._queue: list[Announcement] = []
        self._edges: dict[int, _Edge] = {}
        self._keys = itertools.count(1)
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen; a socket left by an earlier process is replaced. Raises OSError."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, self._path, limit=_MAX_LINE_BYTES)
        self._path.chmod(0o600)

    async def close(self) -> None:
        """Tell what is queued, then end every connection and the socket."""
        self.flush()
        if self._server is None:
            return
        self._server.close()
        for edge in [*self._edges.values()]:
            edge.writer.close()
        for edge in [*self._edges.values()]:
            with contextlib.suppress(OSError, TimeoutError):
                await asyncio.wait_for(edge.writer.wait_closed(), timeout=1)
        await self._server.wait_closed()
        self._path.unlink(missing_ok=True)

    def announce(self, message: Announcement) -> None:
        """Queue a message for the next flush."""
        self._queue.append(message)

    def flush(self) -> None:
        """Send what is queued as one line to each edge."""
        if not self._queue:
            return
        queue, self._queue = self._queue, []
        if not self._edges:
            return
        line = encode_batch(queue)
        for edge in [*self._edges.values()]:
            self._send(edge, line)

    def _send(self, edge: _Edge, line: bytes) -> None:
        transport = edge.writer.transport
        if transport.is_closing():
            return
        if transport.get_write_buffer_size() > MAX_UNREAD_BYTES:
            _log.warning("Edge connection %d does not read what is announced; it is cut off", edge.key)
            transport.abort()
            return
        edge.writer.write(line)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.flush()  # what is queued is in the snapshot already and must not come twice
        edge = _Edge(next(self._keys), writer)
        self._edges[edge.key] = edge
        self._send(edge, encode_batch(self._snapshot()))
        try:
            while line := await reader.readline():
                self._hear(edge, decode_wants(line))
        except (msgspec.DecodeError, ValueError) as error:
            _log.warning("Edge connection %d sent what is no list of wants; it is cut off: %s", edge.key, error)
        except OSError as error:
            _log.info("Edge connection %d broke: %s", edge.key, error)
        finally:
            del self._edges[edge.key]
            if edge.wanted:
                self._wants(edge.key, [Want(channel=channel, viewers=0) for channel in edge.wanted])
            writer.transport.abort()

    def _hear(self, edge: _Edge, wants: list[Want]) -> None:
        for want in wants:
            if want.viewers > 0:
                edge.wanted[want.channel] = want.viewers
            else:
                edge.wanted.pop(want.channel, None)
        self._wants(edge.key, wants)
