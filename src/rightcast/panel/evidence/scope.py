"""What an evidence pack is about: the channels and the span of one case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """One case: [since, until), None for open. `case_id` is None where channels and a span were named instead."""

    case: str
    title: str
    channel_ids: tuple[int, ...]
    since: datetime | None
    until: datetime | None
    case_id: int | None = None

    def meets(self, starts: datetime, ends: datetime | None) -> bool:
        """Whether a stretch of time, open where `ends` is None, has something of the span in it."""
        begun = self.until is None or starts < self.until
        return begun and (self.since is None or ends is None or ends >= self.since)
