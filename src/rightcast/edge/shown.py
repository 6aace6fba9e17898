"""What a session sees: usually its channel; under a blackout another or the slate; with an overlay its own copy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import inf
from typing import NamedTuple

from rightcast.domain.slate import SLATE_CHANNEL


class Shown(NamedTuple):
    """A channel with all its renditions, or, above 0, one rendition that was made of it for somebody."""

    channel_id: int
    rendition: int = 0


SLATE = Shown(SLATE_CHANNEL)


class Wish(NamedTuple):
    """Something that a session may see, and the right it then stands on; 0 for the station's own slate."""

    shown: Shown
    right_id: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """What a session sees from one moment to another, both unix seconds. `since` 0: from the oldest there is."""

    shown: Shown
    since: float = 0.0
    until: float = inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """What is shown to who is kept out of a channel: the first of `wishes` that has a picture.

    `at`: since when, unix seconds; `until`: when the decision must be taken again.
    """

    wishes: tuple[Wish, ...]
    at: float
    until: datetime | None
