"""The slates of a headend: made one after another in the background, kept on disk, handed out as loops.

While a channel's own slate is not there yet, it gets a plain one.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Protocol

from rightcast.domain.errors import RightcastError
from rightcast.domain.lineup import ChannelKind
from rightcast.domain.slate import SlateSound
from rightcast.domain.sources import redact
from rightcast.formats.mpegts.muxing import split_adts, split_h264
from rightcast.headend.ffmpeg import Child
from rightcast.headend.slate.loop import Loop, build_loop
from rightcast.headend.slate.making import PLAIN, SKIPPED_FRAMES, Design, arguments, design_of

if TYPE_CHECKING:
    from pathlib import Path

    from rightcast.domain.lineup import Channel

_LONGEST_MAKING_S = 20.0
_LOOK_EVERY_S = 0.05
_KEPT_LOOPS = 1000
_KEPT_S = 90 * 86_400.0
_RADIO = Design("", "", 0, SlateSound.SILENCE, radio=True)

_log = logging.getLogger(__name__)


class Slates(Protocol):
    """Where a channel gets its slate."""

    def prepare(self, channel: Channel) -> None:
        """The channel may need its slate one day."""

    def loop_for(self, channel: Channel) -> Loop | None:
        """The channel's slate, a plain one while it is not made, None while there is none at all."""


class NoSlates:
    """A headend without slates."""

    def prepare(self, channel: Channel) -> None:
        """Nothing is made."""

    def loop_for(self, channel: Channel) -> Loop | None:
        """There is none."""
        return None


class SlateCards:
    """Makes slates with ffmpeg, one at a time, into `folder`; needs a running event loop."""

    def __init__(self, ffmpeg: str, folder: Path) -> None:
        self._ffmpeg = ffmpeg
        self._folder = folder
        self._loops: OrderedDict[str, Loop] = OrderedDict()
        self._failed: set[str] = set()
        self._queue: dict[str, Design] = {}
        self._work: asyncio.Task[None] | None = None
        self._forget_old()
        for plain in (PLAIN, _RADIO):
            self._order(plain)

    def prepare(self, channel: Channel) -> None:
        """Queue the channel's own slate, unless it is there."""
        if channel.slate.shown:
            self._order(design_of(channel))

    def loop_for(self, channel: Channel) -> Loop | None:
        """The channel's own slate as far as it is made."""
        design = design_of(channel)
        self._order(design)
        plain = _RADIO if channel.kind is ChannelKind.RADIO else PLAIN
        return self._loops.get(design.key) or self._loops.get(plain.key)

    def close(self) -> None:
        """End what is being made."""
        if self._work is not None:
            self._work.cancel()

    def _order(self, design: Design) -> None:
        key = design.key
        if key in self._loops:
            self._loops.move_to_end(key)
            return
        if key in self._failed or key in self._queue:
            return
        loop = self._read(design)
        if loop is not None:
            self._keep(key, loop)
            return
        self._queue[key] = design
        if self._work is None or self._work.done():
            self._work = asyncio.get_running_loop().create_task(self._make_all())

    def _keep(self, key: str, loop: Loop) -> None:
        self._loops[key] = loop
        while len(self._loops) > _KEPT_LOOPS:
            self._loops.popitem(last=False)

    def _forget_old(self) -> None:
        """Remove slates that no channel has asked for in a long time."""
        oldest = time.time() - _KEPT_S
        try:
            for file in [*self._folder.glob("*.h264"), *self._folder.glob("*.aac"), *self._folder.glob("*.txt")]:
                if file.stat().st_mtime < oldest:
                    file.unlink(missing_ok=True)
        except OSError as error:
            _log.warning("Old slates in %s stay: %s", self._folder, error)

    async def _make_all(self) -> None:
        while self._queue:
            key, design = next(iter(self._queue.items()))
            try:
                await self._make(design)
            except (RightcastError, OSError) as error:
                _log.warning("A slate could not be made: %s", redact(str(error)))
            loop = self._read(design)
            if loop is None:
                self._failed.add(key)
            else:
                self._keep(key, loop)
            del self._queue[key]

    async def _make(self, design: Design) -> None:
        """Run ffmpeg into drafts and put them in place. Raises OSError, FolderNotWritableError, FfmpegMissingError."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        drafts = [self._folder / f".{design.key}.{ending}" for ending in ("h264", "aac")]
        call = arguments(self._ffmpeg, design, self._folder.absolute(), drafts[0].absolute(), drafts[1].absolute())
        child = Child(call, folder=self._folder, yields=True)
        try:
            for _ in range(round(_LONGEST_MAKING_S / _LOOK_EVERY_S)):
                if child.exit_code is not None:
                    break
                await asyncio.sleep(_LOOK_EVERY_S)
            if child.exit_code != 0:
                _log.warning("ffmpeg made no slate: %s", child.last_words() or "it did not end")
                return
        finally:
            child.close()
        for draft in drafts:
            if draft.exists():
                draft.replace(self._folder / draft.name.removeprefix("."))

    def _read(self, design: Design) -> Loop | None:
        """The loop from its files; None while they are not there or hold too little."""
        try:
            sound = (self._folder / f"{design.key}.aac").read_bytes()
            for ending in ("aac", "h264"):
                with contextlib.suppress(FileNotFoundError):
                    os.utime(self._folder / f"{design.key}.{ending}")
            pictures = b"" if design.radio else (self._folder / f"{design.key}.h264").read_bytes()
        except OSError:
            return None
        if not design.radio and not pictures:
            return None
        return build_loop(split_h264(pictures), split_adts(sound)[SKIPPED_FRAMES:])
