"""What was packaged, once for all who ask, and kept while its segment is in the ring.

Results are files on tmpfs, opened and unlinked at once: `os.sendfile` serves them like the ring's own files, their
bytes never enter this process, and nothing is left behind however the edge ends.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import shutil
import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightcast.edge.cues import cues_of
from rightcast.edge.packaging.covers import Cover
from rightcast.edge.packaging.job import Extent, Job, Place, Recipe
from rightcast.edge.packaging.names import WHOLE
from rightcast.formats.scte35_events import emsg

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from rightcast.edge.packaging.pool import Pool
    from rightcast.edge.ring_reader import Segment

BEFORE_S = 1.0
"""How far back a sound that ends in a segment may have begun."""
TEXT_BEFORE_S = 20.0
"""How far back a subtitle that is still shown may have begun."""

_SUBTITLES = {Recipe.TEXT, Recipe.CAPTIONS, Recipe.BITMAPS}

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to make of a segment: all of it or one part, all tracks or some PIDs; `page`, `ancillary` and `language` of
    subtitles.

    `cover` says how it is encrypted, None: not at all.
    """

    recipe: Recipe
    part: int = WHOLE
    pids: tuple[int, ...] = ()
    page: int = 0
    ancillary: int = 0
    language: str = ""
    cover: Cover | None = None


class Product:
    """Something packaged: an open file without a name. Once its segment left the ring, nothing of it may be read."""

    __slots__ = ("__weakref__", "_segment", "cover", "descriptor", "fragments", "inits", "size")

    def __init__(
        self, segment: Segment, descriptor: int, size: int, inits: Iterable[Place], fragments: Iterable[Place]
    ) -> None:
        self._segment = segment
        self.cover: Cover | None = None
        self.descriptor = descriptor
        self.size = size
        self.inits = {place.pid: place for place in inits}
        self.fragments = {place.pid: place for place in fragments}
        weakref.finalize(self, os.close, descriptor)  # when the last answer that reads it is done

    @property
    def gone(self) -> bool:
        """Whether nothing may be read any more."""
        return self._segment.gone


class Workshop:
    """Makes and keeps products, at most `max_bytes` of them; the ones longest not asked for go first."""

    def __init__(self, pool: Pool, folder: Path, *, max_bytes: int) -> None:
        self._pool = pool
        self._folder = folder
        self._max_bytes = max_bytes
        self._kept: dict[tuple[Segment, Wanted], Product] = {}
        self._making: dict[tuple[Segment, Wanted], asyncio.Task[Product | None]] = {}
        self._numbers = itertools.count(1)
        self.bytes_held = 0
        self.jobs = 0

    def warm(self) -> None:
        """Something will be wanted soon."""
        self._pool.warm()

    def have(self, segment: Segment, wanted: Wanted) -> Product | None:
        """A product that is there already."""
        product = self._kept.pop((segment, wanted), None)
        if product is not None:
            self._kept[segment, wanted] = product  # asked for last
        return product

    def of_epoch(
        self, epoch: int, pid: int, channel: int, rendition: int, cover: Cover | None = None
    ) -> Product | None:
        """Any product that holds the initialization section of a PID in an epoch, for this encryption."""
        for (segment, wanted), product in self._kept.items():
            ring = segment.ring
            if wanted.cover != cover:
                continue
            here = (segment.epoch, ring.channel_id, ring.rendition) == (epoch, channel, rendition)
            if here and pid in product.inits and not product.gone:
                return product
        return None

    def make(self, segment: Segment, wanted: Wanted) -> asyncio.Task[Product | None]:
        """Have something made, or wait for the same as others; the result is None when it could not be."""
        key = segment, wanted
        task = self._making.get(key)
        if task is None:
            task = self._making[key] = asyncio.create_task(self._make(segment, wanted))
            task.add_done_callback(lambda _: self._making.pop(key, None))
        return task

    def sweep(self) -> None:
        """Let go of what left the ring; to be called about once a second."""
        for key in [key for key, product in self._kept.items() if product.gone]:
            self._let_go(key)

    async def close(self) -> None:
        """End the workers and let go of everything."""
        await self._pool.close()
        for key in list(self._kept):
            self._let_go(key)
        shutil.rmtree(self._folder, ignore_errors=True)

    async def _make(self, segment: Segment, wanted: Wanted) -> Product | None:
        source = extent_of(segment, wanted.part)
        if source is None or segment.gone:
            return None
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        out = self._folder / f"{next(self._numbers)}"
        back_s = TEXT_BEFORE_S if wanted.recipe in _SUBTITLES else BEFORE_S
        job = Job(
            recipe=wanted.recipe, source=source, before=before(segment, source.start, back_s), time=segment.time,
            sequence=segment.sequence, out=str(out), pids=wanted.pids, page=wanted.page, language=wanted.language,
            ancillary=wanted.ancillary, duration_s=segment.duration, after=after(segment),
            hide=wanted.cover.hide(segment.sequence) if wanted.cover is not None else None,
            ahead=_events(segment) if wanted.recipe is Recipe.FRAGMENTS and wanted.part == WHOLE else b"",
        )  # fmt: skip
        self.jobs += 1
        try:
            made = await self._pool.make(job)
            if made is None or segment.gone:
                return None
            descriptor = os.open(out, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            _log.warning("A package cannot be kept: %s", error)
            return None
        finally:
            out.unlink(missing_ok=True)
        product = Product(segment, descriptor, made.size, made.inits, made.fragments)
        product.cover = wanted.cover
        self._keep((segment, wanted), product)
        return product

    def _keep(self, key: tuple[Segment, Wanted], product: Product) -> None:
        self._kept[key] = product
        self.bytes_held += product.size
        while self.bytes_held > self._max_bytes and len(self._kept) > 1:
            self._let_go(next(iter(self._kept)))

    def _let_go(self, key: tuple[Segment, Wanted]) -> None:
        product = self._kept.pop(key)
        self.bytes_held -= product.size


def _events(segment: Segment) -> bytes:
    """The cues that came in a segment, as boxes for its fragments; parts go without, for they may be made before."""
    return b"".join(emsg(one) for one in cues_of([segment]))


def extent_of(segment: Segment, part: int) -> Extent | None:
    """Where the bytes of a closed segment lie, or of one of its parts; None when they are not there."""
    if part == WHOLE:
        return Extent(str(segment.path), 0, segment.end) if segment.closed and segment.end else None
    if part >= len(segment.parts):
        return None
    start, end = segment.parts[part]
    return Extent(str(segment.path), start, end - start)


def after(segment: Segment) -> tuple[Extent, ...]:
    """The first part behind a segment, where it is there already and of the same epoch."""
    following = segment.following
    if following is None or following.epoch != segment.epoch or not following.parts:
        return ()
    start, end = following.parts[0]
    return (Extent(str(following.path), start, end - start),)


def before(segment: Segment, start: int, back_s: float = BEFORE_S) -> tuple[Extent, ...]:
    """The bytes before a place in a segment, back into the segments before it as far as they are of one epoch."""
    found: list[Extent] = []
    lasting, previous = 0.0, segment.ring.segments.get(segment.sequence - 1)
    while previous is not None and previous.epoch == segment.epoch and previous.parts and lasting < back_s:
        begin = previous.end
        for (at, _), part_s in zip(reversed(previous.parts), reversed(previous.part_s), strict=True):
            if lasting >= back_s:
                break
            begin, lasting = at, lasting + part_s
        found.insert(0, Extent(str(previous.path), begin, previous.end - begin))
        previous = segment.ring.segments.get(previous.sequence - 1)
    if start > 0:
        found.append(Extent(str(segment.path), 0, start))
    return tuple(found)
