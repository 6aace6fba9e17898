"""Sample entries of pictures: size, shape of a sample and colour beside the decoder's configuration.

ISO/IEC 14496-12 section 12.1.3 (VisualSampleEntry, `pasp`, `colr`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.formats.isobmff.boxes import box, number

if TYPE_CHECKING:
    from rightcast.formats.codecs.picture import Picture

_DOTS_PER_INCH = number(72 << 16, 4)


def picture_entry(kind: bytes, picture: Picture, configuration: bytes) -> bytes:
    """A VisualSampleEntry; `configuration` is the whole box of the decoder's configuration."""
    fixed = b"\0" * 6 + b"\0\1" + b"\0" * 16 + number(picture.width, 2) + number(picture.height, 2)
    shown = _DOTS_PER_INCH * 2 + b"\0\0\0\0\0\1" + b"\0" * 32 + b"\0\x18\xff\xff"
    boxes = [configuration]
    if picture.aspect != (1, 1):
        boxes.append(box(b"pasp", *(number(value, 4) for value in picture.aspect)))
    colour = picture.colour
    if colour is not None:
        numbers = (number(value, 2) for value in (colour.primaries, colour.transfer, colour.matrix))
        boxes.append(box(b"colr", b"nclx", *numbers, bytes((colour.full << 7,))))
    return box(kind, fixed, shown, *boxes)


def shown_size(picture: Picture) -> tuple[int, int]:
    """Width and height on a screen of square dots, as `tkhd` tells them."""
    across, down = picture.aspect
    return min(round(picture.width * across / down), 0xFFFF), picture.height
