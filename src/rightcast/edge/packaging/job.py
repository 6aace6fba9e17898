"""What edge and packaging workers say to each other: one job at a time, over the worker's standard input and output.

Bytes of pictures never pass through here: a worker reads the ring's file and writes a file of its own on tmpfs.
"""

from __future__ import annotations

import enum

import msgspec

LENGTH_BYTES = 4
LONGEST_MESSAGE = 1 << 20


class Recipe(enum.StrEnum):
    """What to make: a fragment of each track, a transport stream of some PIDs or of all, subtitles of one page."""

    FRAGMENTS = "fragments"
    SELECTION = "selection"
    WHOLE = "whole"
    CAPTIONS = "captions"
    TEXT = "text"
    BITMAPS = "bitmaps"


class Extent(msgspec.Struct, frozen=True):
    """Bytes [start, start + size) of a file."""

    path: str
    start: int
    size: int


class Hide(msgspec.Struct, frozen=True, kw_only=True):
    """How to encrypt: a scheme of `rightcast.domain.protection`, its key, key id and vector, boxes for players."""

    scheme: str
    key: bytes
    kid: bytes
    iv: bytes
    pssh: list[bytes] = []


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """Make something of a piece of a ring and write it to `out`.

    `before` is what lay before the piece, for tables and for sounds that began there; `time` the decoding time of the
    segment's first picture in unwrapped ticks of 90 kHz; `pids` empty: all that can be. `page`, `ancillary`,
    `language` and `duration_s` are for subtitles.
    `after` is the beginning of what follows, for sounds that end there; `hide` None: leave it in the clear; `ahead`
    are boxes to stand before each fragment.
    """

    recipe: Recipe
    source: Extent
    before: tuple[Extent, ...]
    time: int
    sequence: int
    out: str
    pids: tuple[int, ...] = ()
    page: int = 0
    ancillary: int = 0
    language: str = ""
    duration_s: float = 0.0
    after: tuple[Extent, ...] = ()
    hide: Hide | None = None
    ahead: bytes = b""


class Place(msgspec.Struct, frozen=True):
    """Where in the written file the bytes of a PID lie."""

    pid: int
    start: int
    size: int


class Made(msgspec.Struct, frozen=True, kw_only=True, tag="made"):
    """The job is done."""

    inits: list[Place]
    fragments: list[Place]
    size: int


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """The job could not be done; the reason in words."""

    reason: str


_JOBS = msgspec.json.Decoder(Job)
_ANSWERS: msgspec.json.Decoder[Made | Failed] = msgspec.json.Decoder(Made | Failed)


def framed(message: Job | Made | Failed) -> bytes:
    """The message with its length before it."""
    body = msgspec.json.encode(message)
    return len(body).to_bytes(LENGTH_BYTES, "big") + body


def read_job(body: bytes) -> Job:
    """A job from the edge. Raises msgspec.DecodeError."""
    return _JOBS.decode(body)


def read_answer(body: bytes) -> Made | Failed:
    """A worker's answer. Raises msgspec.DecodeError."""
    return _ANSWERS.decode(body)
