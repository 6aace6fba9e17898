"""Files of the library: what is known of one that was taken in, and how those that nobody needs are removed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

Progress = Callable[[float], None]
"""Told how much of a file is done, 0.0 to 1.0."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """A file that lies in the library's folder; `poster` is the name of a picture beside it, or empty."""

    name: str
    size_bytes: int
    length_s: float
    codecs: str = ""
    height: int = 0
    poster: str = ""


def discard(folder: Path, names: Iterable[str]) -> None:
    """Remove files of the library; what is gone already or cannot go is logged."""
    for name in filter(None, names):
        try:
            (folder / name).unlink(missing_ok=True)
        except OSError as error:
            _log.warning("The file %s of the library stays: %s", name, error)
