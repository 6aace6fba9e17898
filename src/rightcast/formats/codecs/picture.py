"""What a picture's parameter sets say that a file or a playlist repeats: size, aspect, colour, rate.

ISO/IEC 14496-10 annex E; the numbers of colour are those of ISO/IEC 23091-2 in every codec.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rightcast.formats.codecs.bits import Bits

_EXTENDED_SAR = 255
_ASPECTS = (
    (1, 1),
    (1, 1),
    (12, 11),
    (10, 11),
    (16, 11),
    (40, 33),
    (24, 11),
    (20, 11),
    (32, 11),
    (80, 33),
    (18, 11),
    (15, 11),
    (64, 33),
    (160, 99),
    (4, 3),
    (3, 2),
    (2, 1),
)


@dataclass(frozen=True, slots=True)
class Colour:
    """Primaries, transfer and matrix by their numbers; `full`: samples use their whole range."""

    primaries: int
    transfer: int
    matrix: int
    full: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """Size shown in luma samples, shape of a sample, colour where it is told, pictures per second or 0."""

    width: int
    height: int
    aspect: tuple[int, int] = (1, 1)
    colour: Colour | None = None
    frame_rate: float = 0.0


def take_aspect(bits: Bits) -> tuple[int, int]:
    """Sample aspect ratio of usability information, from its presence flag on; 1:1 when it is not told."""
    if not bits.take(1):
        return 1, 1
    number = bits.take(8)
    if number == _EXTENDED_SAR:
        across, down = bits.take(16), bits.take(16)
        return (across, down) if across and down else (1, 1)
    return _ASPECTS[number] if number < len(_ASPECTS) else (1, 1)


def take_colour(bits: Bits) -> Colour | None:
    """Overscan and video signal type of usability information; None when colour is not described."""
    if bits.take(1):
        bits.take(1)
    if not bits.take(1):
        return None
    bits.take(3)
    full = bool(bits.take(1))
    if not bits.take(1):
        return None
    return Colour(bits.take(8), bits.take(8), bits.take(8), full)
