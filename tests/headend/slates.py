"""Slates that are there at once: a loop of hand-made pictures and frames of sound."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from rightcast.headend.slate.loop import LOOP_FRAMES, LOOP_PICTURES, Loop, build_loop

if TYPE_CHECKING:
    from rightcast.domain.lineup import Channel


@functools.cache
def made_loop(*, radio: bool = False) -> Loop:
    """A loop as an encoder would give it, its pictures not decodable."""
    delimiter = b"\0\0\0\1\x09\xf0"
    key = delimiter + b"\0\0\0\1\x65" + b"\x55" * 900
    pictures = (
        [] if radio else [key, *(delimiter + b"\0\0\0\1\x41\x9a" + b"\x55" * 40 for _ in range(LOOP_PICTURES - 1))]
    )
    size = 120
    frame = bytes((0xFF, 0xF1, 0x4C, 0x80 | size >> 11, size >> 3 & 0xFF, (size & 7) << 5 | 0x1F, 0xFC)).ljust(
        size, b"\x21"
    )
    loop = build_loop(pictures, [frame] * LOOP_FRAMES)
    assert loop is not None
    return loop


class MadeSlates:
    """Gives every channel the same slate."""

    def prepare(self, channel: Channel) -> None:
        pass

    def loop_for(self, channel: Channel) -> Loop | None:
        return made_loop()
