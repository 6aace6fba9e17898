"""What every picture coding of NAL units can be asked, so that a fragment is made of all of them in one way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from rightcast.formats.codecs.picture import Picture
from rightcast.formats.mpegts.access_units import Grammar

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from rightcast.formats.mpegts.access_units import Unit

UNREAD_HEADER_BYTES = 256
"""So much of a slice stays in the clear when its header cannot be read."""


@dataclass(frozen=True, slots=True)
class PictureFormat:
    """What a decoder must know: RFC 6381 name, size and so on, and the whole sample entry."""

    codec: str
    picture: Picture
    entry: bytes
    sets: frozenset[bytes]


class Field(NamedTuple):
    """One field that is coded as a picture by itself: the frame it belongs to, and whether it is the lower one."""

    frame: int
    bottom: bool


class PictureCoding(Grammar, Protocol):
    """A codec whose pictures are made of NAL units."""

    def is_set(self, kind: int, /) -> bool:
        """Whether units of the type are parameter sets."""

    def is_left_out(self, kind: int, /) -> bool:
        """Whether a file does without units of the type."""

    def format(self, sets: Sequence[bytes], /) -> PictureFormat | None:
        """The format by parameter sets in the order they came; None while a kind is missing."""

    def starts_decoding(self, data: bytes, unit: Unit, /) -> bool:
        """Whether a decoder may start with the unit."""

    def slice_headers(self, sets: Sequence[bytes], /) -> Callable[[bytes], int]:
        """Tells bytes of a slice's NAL unit up to the end of its header, given all parameter sets in force."""

    def fields(self, data: bytes, units: Sequence[Unit], sets: Collection[bytes], /) -> list[Field | None]:
        """Which units are single fields whose pair makes one sample; empty where the stream can have none."""
