"""Which figures may be told of groups of lines: none of a group so small that it speaks of somebody in particular.

A hidden part must not come out by taking the shown parts from the shown total either (complementary suppression).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What was counted of a group: sessions that began, seconds watched, the most at once, different lines."""

    sessions: int = 0
    seconds: float = 0.0
    peak: int = 0
    lines: int = 0


@dataclass(frozen=True, slots=True)
class Told(Generic[K]):
    """What is told of a total and of its parts; None where a figure is hidden."""

    total: Figures | None
    parts: Mapping[K, Figures | None]


def protect(total: Figures, parts: Mapping[K, Figures], smallest: int) -> Told[K]:
    """Hide what is counted of fewer lines than `smallest`, and one part more where the rest would tell it.

    Whatever is hidden together holds at least `smallest` lines, or the total is hidden too. One line may be in
    several parts; what no shown part can hold is hidden for certain, and where that is enough nothing more is.
    """
    if total.lines < smallest:
        return Told(None, dict.fromkeys(parts))
    hidden = {key for key, one in parts.items() if one.lines < smallest}
    others = sorted((key for key in parts if key not in hidden), key=lambda key: parts[key].lines)
    if hidden and total.lines - sum(parts[key].lines for key in others) < smallest:
        hidden.update(others[:1])
    return Told(total, {key: None if key in hidden else one for key, one in parts.items()})
