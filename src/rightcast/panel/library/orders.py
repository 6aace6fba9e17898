"""What the jobs process and the process that cuts say to each other, as JSON."""

from __future__ import annotations

import msgspec


class Piece(msgspec.Struct, frozen=True):
    """One kept segment: bytes of a file, and when its first picture was on air (unix seconds)."""

    path: str
    offset: int
    size: int
    start: float
    epoch: int


class Order(msgspec.Struct, frozen=True):
    """What to cut: from `start` to `stop` (unix seconds) of the pieces, into `target` and a picture `poster`."""

    pieces: list[Piece]
    start: float
    stop: float
    target: str
    poster: str
    exact: bool = False


class Outcome(msgspec.Struct, frozen=True, omit_defaults=True):
    """What came of it so far; `error` is a sentence. Lengths in seconds; `start` is where the cut really begins."""

    progress: float = 0.0
    done: bool = False
    error: str = ""
    length_s: float = 0.0
    size_bytes: int = 0
    start: float = 0.0
    codecs: str = ""
    height: int = 0
    poster: bool = False
