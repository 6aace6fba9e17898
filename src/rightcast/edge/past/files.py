"""Files of reels: opened once for all, and read into memory by threads before a viewer's socket takes them.

`sendfile` of what is not in memory would hold up every live viewer for as long as a disk takes.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rightcast.edge.past.reels import Reels

THREADS = 4
AHEAD_BYTES = 4 << 20
"""The system is told to read so much more while one segment is fetched."""
_PROBE_BYTES = 256 << 10
_CHUNK_BYTES = 1 << 20
_OPEN_FILES = 512
ELSEWHERE_S = 60.0
"""A file that lies elsewhere must have come by then."""
_ASK_AGAIN_S = 0.25

_log = logging.getLogger(__name__)


class OpenFile:
    """An open file of a reel; closed when nobody holds it any more."""

    __slots__ = ("descriptor",)

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def __del__(self) -> None:
        os.close(self.descriptor)


class Files:
    """Opens files of reels and has them read."""

    def __init__(self, loop: asyncio.AbstractEventLoop, reels: Reels) -> None:
        self._loop = loop
        self._reels = reels
        self._open: OrderedDict[tuple[Path, int], OpenFile] = OrderedDict()
        self._opening: dict[tuple[Path, int], asyncio.Task[OpenFile | None]] = {}
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="archive")
        self._scratch = threading.local()
        self._asks_memory = hasattr(os, "RWF_NOWAIT")
        self._byte = bytearray(1)

    def known(self, folder: Path, file: int) -> OpenFile | None:
        """A file that is open already; None: ask `open`."""
        found = self._open.get((folder, file))
        if found is not None:
            self._open.move_to_end((folder, file))
        return found

    async def open(self, folder: Path, file: int) -> OpenFile | None:
        """A file of a reel, waited for while it is fetched from elsewhere; None when it is not there."""
        found = self.known(folder, file)
        if found is not None:
            return found
        key = (folder, file)
        task = self._opening.get(key)
        if task is None:
            task = self._opening[key] = self._loop.create_task(self._opened(key))
            task.add_done_callback(lambda _: self._opening.pop(key, None))
        return await asyncio.shield(task)

    async def _opened(self, key: tuple[Path, int]) -> OpenFile | None:
        deadline = self._loop.time() + ELSEWHERE_S
        try:
            while (descriptor := await self._reels.open_file(*key)) is None:
                if self._loop.time() > deadline:
                    return None
                await asyncio.sleep(_ASK_AGAIN_S)
        except OSError as error:
            _log.debug("A file of %s cannot be read: %s", key[0].name, error)
            return None
        found = self._open[key] = OpenFile(descriptor)
        if len(self._open) > _OPEN_FILES:
            self._open.popitem(last=False)
        return found

    def sweep(self) -> None:
        """Let go of files that were deleted meanwhile, lest they take room on the disk; to be called now and then."""
        for key in [key for key, file in self._open.items() if not os.fstat(file.descriptor).st_nlink]:
            del self._open[key]

    def in_memory(self, file: OpenFile, offset: int, size: int) -> bool:
        """Whether bytes can be sent without waiting for a disk, as far as some of them tell."""
        if not self._asks_memory:
            return False
        last = offset + size - 1
        try:
            for place in (*range(offset, last, _PROBE_BYTES), last):
                if not os.preadv(file.descriptor, (self._byte,), place, os.RWF_NOWAIT):
                    return False
        except BlockingIOError:
            return False
        except OSError:  # this file system cannot tell: everything is fetched by threads
            self._asks_memory = False
            return False
        return True

    def fetch(self, file: OpenFile, offset: int, size: int, then: Callable[[], None]) -> None:
        """Have bytes read into memory by a thread; `then` is called in the loop."""
        try:
            future = self._threads.submit(self._fetch, file, offset, size)
        except RuntimeError:  # the edge goes down
            return
        future.add_done_callback(lambda _: self._tell(then))

    def close(self) -> None:
        """Let go of all files."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        self._open.clear()

    def _tell(self, then: Callable[[], None]) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(then)

    def _fetch(self, file: OpenFile, offset: int, size: int) -> None:
        buffer = getattr(self._scratch, "buffer", None)
        if buffer is None:
            buffer = self._scratch.buffer = bytearray(_CHUNK_BYTES)
        end = offset + size
        try:
            os.posix_fadvise(file.descriptor, offset, size + AHEAD_BYTES, os.POSIX_FADV_WILLNEED)
            while offset < end and (got := os.preadv(file.descriptor, (buffer,), offset)):
                offset += got
        except OSError:  # whoever sends it meets the same error, and says so
            return
