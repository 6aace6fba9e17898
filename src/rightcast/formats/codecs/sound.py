"""Frames of sound: how each codec's frames are found in a stream, and how its format stands in a file.

A frame carries its own length, so that frames may lie across PES packets in any way (ISO/IEC 13818-1 section 2.4.3.7).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol


class Frame(NamedTuple):
    """A frame of sound: `header` bytes that a file leaves out, all its bytes, and how many samples it lasts."""

    header: int
    size: int
    samples: int


@dataclass(frozen=True, slots=True)
class SoundFormat:
    """What a decoder must know. `rate` is the media timescale; `entry` the whole sample entry box."""

    codec: str
    rate: int
    channels: int
    entry: bytes


class Coding(Protocol):
    """One codec's frames. `sync` is the byte with which every frame begins."""

    sync: bytes

    def frame(self, data: bytes, place: int, /) -> Frame | None:
        """The frame whose header lies at `place`; None when none does, or not all of its header is there."""

    def format(self, data: bytes, place: int, /) -> SoundFormat | str:
        """The format of the frame at `place`, or why no file can carry it."""

    def body(self, data: bytes, start: int, end: int, /) -> bytes:
        """The sample that a frame's bytes behind its header make; empty when they make none."""
        return data[start:end]
