"""Stretches of the archive that an operator ordered to be erased: notes for the archivist, who alone writes reels.

A note stays until it was carried out, also over a restart.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from pathlib import Path

ERASURES = "erase"


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """Every file of a channel that holds some of the time from `start` to `stop` (unix seconds) goes."""

    channel_id: int
    start: float
    stop: float


_DECODER = msgspec.json.Decoder(Erasure)


def order_erasure(root: Path, erasure: Erasure) -> None:
    """Leave a note. Raises OSError."""
    folder = root / ERASURES
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = f"{time.time_ns()}-{erasure.channel_id}"
    draft = folder / f".{name}"
    draft.write_bytes(msgspec.json.encode(erasure))
    draft.replace(folder / f"{name}.json")


def ordered(root: Path) -> list[tuple[Path, Erasure]]:
    """The notes that are there, oldest first; what cannot be read is passed over."""
    found = []
    for path in sorted((root / ERASURES).glob("*.json")):
        with suppress(OSError, msgspec.DecodeError, msgspec.ValidationError):
            found.append((path, _DECODER.decode(path.read_bytes())))
    return found
