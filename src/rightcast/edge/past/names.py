"""Names under a session's token that mean the past: playlists of a stretch, the paused picture, kept segments."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightcast.domain.catchup import Span

if TYPE_CHECKING:
    from rightcast.edge.past.plan import Piece

PAUSE = "pause.m3u8"
_STRETCH = re.compile(r"past-(\d{1,11}(?:\.\d{1,3})?)-(\d{1,11}(?:\.\d{1,3})?)\.m3u8", re.ASCII)
_SEGMENT = re.compile(r"(\d{1,11})-(\d{1,18})(?:-(\d{1,4}))?\.ts", re.ASCII)


@dataclass(frozen=True, slots=True)
class Stretch:
    """The playlist of a stretch."""

    asked: Span


@dataclass(frozen=True, slots=True)
class Paused:
    """The playlist of the live picture with what was before it."""


@dataclass(frozen=True, slots=True)
class KeptSegment:
    """A segment by the whole seconds of its start, its number, and the key frame from which on it is wanted."""

    start: int
    number: int
    join: int = 0


def stretch_name(asked: Span) -> str:
    """The name of a stretch's playlist."""
    return f"past-{_seconds(asked.start)}-{_seconds(asked.stop)}.m3u8"


def segment_name(piece: Piece) -> str:
    """The name of a piece."""
    join = f"-{piece.join}" if piece.join else ""
    return f"{int(piece.kept.start)}-{piece.kept.number}{join}.ts"


def read(name: str) -> Stretch | Paused | KeptSegment | None:
    """What a name means; None when it is not of the past."""
    if name == PAUSE:
        return Paused()
    if found := _SEGMENT.fullmatch(name):
        return KeptSegment(int(found[1]), int(found[2]), int(found[3] or 0))
    if found := _STRETCH.fullmatch(name):
        return Stretch(Span(float(found[1]), float(found[2])))
    return None


def _seconds(moment: float) -> str:
    return f"{moment:.3f}".rstrip("0").rstrip(".")
