"""What a ring leaves behind for the next process: an index of its closed segments, replaced as a whole."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import msgspec

from rightcast.contract import codec
from rightcast.contract.ring import Closed, Marker, Opened, Part, Track
from rightcast.domain.errors import ContractError

if TYPE_CHECKING:
    from pathlib import Path

INDEX = "index.json"

_log = logging.getLogger(__name__)


class IndexedSegment(msgspec.Struct, frozen=True):
    """A closed segment as the index remembers it."""

    opened: Opened
    parts: list[Part]
    closed: Closed
    markers: list[Marker] = []


class Index(msgspec.Struct, frozen=True, kw_only=True):
    """What a ring leaves behind for the next process."""

    next_sequence: int
    next_epoch: int
    next_slot: int
    codecs: str = ""
    video: bool = True
    tracks: list[Track] = []
    segments: list[IndexedSegment] = []


def read_index(folder: Path) -> Index:
    """The index in a ring's folder; an empty one where there is none, or none that can be read."""
    try:
        return codec.decode((folder / INDEX).read_bytes(), Index)
    except FileNotFoundError:
        return Index(next_sequence=0, next_epoch=0, next_slot=0)
    except ContractError as error:
        _log.warning("The index of the ring in %s is of no use, the ring starts anew: %s", folder, error)
        return Index(next_sequence=0, next_epoch=0, next_slot=0)


def write_index(folder: Path, index: Index) -> None:
    """Replace the index. A folder that cannot be written costs the next process the ring, not this one its picture."""
    fresh = folder / f"{INDEX}.new"
    try:
        fresh.write_bytes(codec.encode(index))
        fresh.replace(folder / INDEX)
    except OSError as error:
        _log.warning("The index of the ring in %s could not be written: %s", folder, error)
