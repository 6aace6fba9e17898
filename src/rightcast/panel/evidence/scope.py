"""What an evidence pack is about: the channels and the span of one case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """One case: [since, until), None for open. `subjects`: further (subject, id) whose deeds belong to it."""

    case: str
    title: str
    channel_ids: tuple[int, ...]
    since: datetime | None
    until: datetime | None
    subjects: frozenset[tuple[str, int]] = frozenset()
