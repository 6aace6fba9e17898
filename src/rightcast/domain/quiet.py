"""Quiet times: when alarms are shown but nobody is told of them. Nights off the air, maintenance windows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from rightcast.domain.findings import SubjectKind

if TYPE_CHECKING:
    from rightcast.domain.findings import Key


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietTime:
    """Every limit that is set must hold. `channels` and `kinds` empty mean all of them.

    `days` are those on which a daily span begins (0 is Monday, empty every day); `begins` and `ends`
    are clock times of the station's zone, and an end at or before the beginning lies on the next day.
    `not_before` and `not_after` bound the whole, as a maintenance window does.
    """

    channels: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    days: frozenset[int] = frozenset()
    begins: time | None = None
    ends: time | None = None
    not_before: datetime | None = None
    not_after: datetime | None = None

    def covers(self, key: Key, local: datetime) -> bool:
        """Whether an alarm of this key is quiet at an aware moment in the station's zone."""
        if self.kinds and key.kind not in self.kinds:
            return False
        if self.channels and (key.subject.kind is not SubjectKind.CHANNEL or key.subject.id not in self.channels):
            return False
        return self.holds(local)

    def holds(self, local: datetime) -> bool:
        """Whether the time itself is a quiet one."""
        if self.not_before is not None and local < self.not_before:
            return False
        if self.not_after is not None and local >= self.not_after:
            return False
        if self.begins is None or self.ends is None:
            return not self.days or local.weekday() in self.days
        clock = local.time().replace(tzinfo=None)
        if self.begins < self.ends:
            return self.begins <= clock < self.ends and self._begins_on(local)
        if clock >= self.begins:
            return self._begins_on(local)
        return clock < self.ends and self._begins_on(local - timedelta(days=1))

    def _begins_on(self, day: datetime) -> bool:
        return not self.days or day.weekday() in self.days
