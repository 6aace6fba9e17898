"""What a ring leaves behind for the next process: an index of its closed segments, replaced as a whole."""

from __future__ import annotations

import logging
import os
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


class _Head(msgspec.Struct, frozen=True, kw_only=True):
    next_sequence: int
    next_epoch: int
    next_slot: int
    codecs: str = ""
    video: bool = True
    tracks: list[Track] = []


class Index(_Head, frozen=True, kw_only=True):
    """What a ring leaves behind for the next process."""

    segments: list[IndexedSegment] = []


class PackedIndex(_Head, frozen=True, kw_only=True):
    """The same as it is written: each segment is packed once, and written for as long as the ring holds it."""

    segments: list[msgspec.Raw] = []


def packed(segment: IndexedSegment) -> msgspec.Raw:
    """A segment for a `PackedIndex`."""
    return msgspec.Raw(codec.encode(segment))


def read_index(folder: Path) -> Index:
    """The index in a ring's folder; an empty one where there is none, or none that can be read."""
    try:
        return codec.decode((folder / INDEX).read_bytes(), Index)
    except FileNotFoundError:
        return Index(next_sequence=0, next_epoch=0, next_slot=0)
    except ContractError as error:
        _log.warning("The index of the ring in %s is of no use, the ring starts anew: %s", folder, error)
        return Index(next_sequence=0, next_epoch=0, next_slot=0)


def write_index(folder: Path, index: PackedIndex) -> None:
    """Replace the index. A folder that cannot be written costs the next process the ring, not this one its picture."""
    place = f"{folder}/{INDEX}"
    try:
        # Not by pathlib: this comes with every segment of every channel, and a Path costs as much as the file.
        descriptor = os.open(f"{place}.new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            _write_all(descriptor, codec.encode(index))
        finally:
            os.close(descriptor)
        os.replace(f"{place}.new", place)  # noqa: PTH105
    except OSError as error:
        _log.warning("The index of the ring in %s could not be written: %s", folder, error)


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
