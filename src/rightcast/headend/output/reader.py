"""Follows the headends' announcements and hands each new part of a wanted ring on, as bytes.

What a headend replays on connecting is history: sending begins with the next part.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from rightcast.contract.ring import SCTE35, Announcement, Described, Down, Dropped, Marker, Opened, Part, Up
from rightcast.formats.mpegts.units import CLOCK_HZ

if TYPE_CHECKING:
    from collections.abc import Collection

_log = logging.getLogger(__name__)


class Listener(Protocol):
    """Who is told of parts."""

    def part(self, channel_id: int, data: bytes, duration_s: float, *, continues: bool) -> None:
        """The next part of a channel."""

    def tall(self, channel_id: int, height: int | None) -> None:
        """A channel's picture has so many lines, 0: it has none, None: how many is not known."""

    def cue(self, channel_id: int, section: bytes, at: float) -> None:
        """A cue (SCTE 35) of a channel takes effect at this moment, in unix seconds; it may be told again."""

    def down(self, channel_id: int) -> None:
        """The channel is no longer carried."""


class RingFiles:
    """Where the segments of each channel lie, and how far each has been handed on."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._folders: dict[int, Path] = {}
        self._opened: dict[tuple[int, int], Opened] = {}
        self._position: dict[int, tuple[int, int, int]] = {}
        self._epoch: dict[int, int] = {}
        self.wanted: Collection[int] = frozenset()

    def apply(self, batch: list[Announcement]) -> None:
        """Follow one batch; in one with an Up of a ring, that ring's parts are history."""
        replayed = {message.channel for message in batch if isinstance(message, Up) and not message.rendition}
        for channel_id in replayed:
            self._begin_anew(channel_id, batch)
        for message in batch:
            if message.rendition:
                continue
            match message:
                case Up():
                    self._folders[message.channel] = Path(message.path)
                    self._tell_height(message)
                case Described():
                    self._tell_height(message)
                case Opened():
                    self._opened[message.channel, message.sequence] = message
                case Part():
                    self._part(message)
                case Marker(kind=kind) if kind == SCTE35:
                    self._cue(message)
                case Down():
                    self._down(message.channel)
                case Dropped():
                    self._opened.pop((message.channel, message.sequence), None)

    def _tell_height(self, message: Up | Described) -> None:
        """Of tracks that are not known yet nothing is told."""
        if message.tracks:
            heights = [one.height for one in message.tracks if one.kind == "video"]
            self._listener.tall(message.channel, max(heights, default=0) if all(heights) else None)

    def _begin_anew(self, channel_id: int, batch: list[Announcement]) -> None:
        """A ring is replayed: what it no longer holds is forgotten, and a ring that began anew is believed."""
        for key in [key for key in self._opened if key[0] == channel_id]:
            del self._opened[key]
        mine = [one for one in batch if one.channel == channel_id and not one.rendition]
        epochs = {one.sequence: one.epoch for one in mine if isinstance(one, Opened)}
        held = [(epochs.get(one.sequence, -1), one.sequence, one.index) for one in mine if isinstance(one, Part)]
        known = self._position.get(channel_id)
        if not held:
            self._position.pop(channel_id, None)
        elif known is None or max(held) < known:
            self._position[channel_id] = max(held)

    def _part(self, part: Part) -> None:
        opened = self._opened.get((part.channel, part.sequence))
        if opened is None:
            return
        position = (opened.epoch, part.sequence, part.index)
        known = self._position.get(part.channel)
        if known is not None and position <= known:
            return
        self._position[part.channel] = position
        if part.channel not in self.wanted:
            return
        data = self._read(part, opened)
        continues = self._epoch.get(part.channel) == opened.epoch
        self._epoch[part.channel] = opened.epoch
        if data:
            self._listener.part(part.channel, data, part.duration, continues=continues)

    def _cue(self, marker: Marker) -> None:
        opened = self._opened.get((marker.channel, marker.sequence))
        if opened is not None:
            at = opened.wall + (marker.time - opened.time) / CLOCK_HZ
            self._listener.cue(marker.channel, marker.body, at)

    def _read(self, part: Part, opened: Opened) -> bytes:
        path = self._folders.get(part.channel, Path()) / f"{opened.slot}.ts"
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                return os.pread(descriptor, part.size, part.offset)
            finally:
                os.close(descriptor)
        except OSError as error:
            _log.warning("A part of channel %d cannot be read: %s", part.channel, error)
            return b""

    def _down(self, channel_id: int) -> None:
        self._position.pop(channel_id, None)
        self._epoch.pop(channel_id, None)
        for key in [key for key in self._opened if key[0] == channel_id]:
            del self._opened[key]
        self._listener.down(channel_id)
