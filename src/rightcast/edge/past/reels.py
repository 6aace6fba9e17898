"""The reels of channels as this edge reads them: a few minutes at a time, in a thread, remembered for those who follow.

Index questions never run between viewers; what was read is shared by all who play the same minutes.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from rightcast.state.archive.reel import ReelReader

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rightcast.state.archive.reel import Kept

LENGTH_S = 300
"""How much of a reel is read at once."""
GROWING_S = 120.0
"""What ended longer ago than this grows no more."""
_FRESH_S = 0.5
_STAYS_S = 60.0
_REMEMBERED = 600
_OPEN_READERS = 300

Pages = tuple["Kept", ...]
T = TypeVar("T")

_log = logging.getLogger(__name__)


class Reels:
    """Reads reels by their folders. A page is what began within LENGTH_S seconds of unix time; its number counts."""

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="reels")
        self._readers: OrderedDict[Path, ReelReader] = OrderedDict()
        self._pages: OrderedDict[tuple[Path, int], tuple[float, Pages]] = OrderedDict()
        self._reading: dict[tuple[Path, int], asyncio.Task[Pages]] = {}

    def known(self, folder: Path, number: int) -> Pages | None:
        """A page that was read a short while ago; None: ask `page`."""
        found = self._pages.get((folder, number))
        if found is None:
            return None
        age = self._clock() - found[0]
        if age < 0 or age > (_FRESH_S if self.grows(number) else _STAYS_S):
            return None
        self._pages.move_to_end((folder, number))
        return found[1]

    async def page(self, folder: Path, number: int) -> Pages:
        """The segments that began within a page, in order; none of a channel of which nothing is kept."""
        found = self.known(folder, number)
        if found is not None:
            return found
        key = (folder, number)
        task = self._reading.get(key)
        if task is None:
            task = self._reading[key] = asyncio.get_running_loop().create_task(self._read(key))
            task.add_done_callback(lambda _: self._reading.pop(key, None))
        return await asyncio.shield(task)

    def grows(self, number: int) -> bool:
        """Whether more may still come to a page."""
        return (number + 1) * LENGTH_S > self._clock() - GROWING_S

    async def open_file(self, folder: Path, file: int) -> int | None:
        """A descriptor of a file; None while it is fetched from elsewhere. Raises OSError when there is none."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._descriptor, folder, file)

    async def run(self, folder: Path, ask: Callable[[ReelReader], T]) -> T | None:
        """Ask a reel something else, in the thread; None when it cannot be read."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._asked, folder, ask)

    def close(self) -> None:
        """Let go of all indices; what is still being read is not waited for."""
        self._thread.submit(self._close_readers)
        self._thread.shutdown(wait=True, cancel_futures=False)

    async def _read(self, key: tuple[Path, int]) -> Pages:
        asked = self._clock()
        found = await asyncio.get_running_loop().run_in_executor(self._thread, self._between, *key)
        self._pages[key] = (asked, found)
        self._pages.move_to_end(key)
        while len(self._pages) > _REMEMBERED:
            self._pages.popitem(last=False)
        return found

    def _between(self, folder: Path, number: int) -> Pages:
        """Runs in the thread, which alone touches readers."""
        start, stop = number * LENGTH_S, (number + 1) * LENGTH_S
        found = self._asked(folder, lambda reader: reader.between(start, stop))
        return tuple(one for one in found or () if start <= one.start < stop)

    def _descriptor(self, folder: Path, file: int) -> int | None:
        try:
            return self._reader(folder).open_file(file)
        except sqlite3.Error as error:
            self._drop(folder)
            raise FileNotFoundError(str(folder)) from error

    def _asked(self, folder: Path, ask: Callable[[ReelReader], T]) -> T | None:
        try:
            return ask(self._reader(folder))
        except (sqlite3.Error, OSError) as error:
            self._drop(folder)
            _log.debug("The reel %s cannot be read: %s", folder.name, error)
            return None

    def _reader(self, folder: Path) -> ReelReader:
        reader = self._readers.get(folder)
        if reader is None:
            reader = self._readers[folder] = ReelReader(folder)
            if len(self._readers) > _OPEN_READERS:
                self._readers.popitem(last=False)[1].close()
        self._readers.move_to_end(folder)
        return reader

    def _drop(self, folder: Path) -> None:
        reader = self._readers.pop(folder, None)
        if reader is not None:
            reader.close()

    def _close_readers(self) -> None:
        for reader in self._readers.values():
            reader.close()
        self._readers.clear()
