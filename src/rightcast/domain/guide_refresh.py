"""When a guide source is asked again: every so often, or once a day on the station's clock, sooner after a failure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

FIRST_RETRY = timedelta(minutes=5)
LONGEST_RETRY = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """`every_h` 0 and no `at`: only when somebody asks for it. `at` comes before `every_h`."""

    every_h: int = 0
    at: time | None = None


def next_refresh(rhythm: Rhythm, now: datetime, zone: tzinfo, *, failures: int = 0) -> datetime | None:
    """The next time after a refresh that ended `now`, `failures` times in a row badly; None: only when asked for.

    After a failure the wait doubles from five minutes to six hours, and is never longer than the rhythm.
    """
    regular = _regular(rhythm, now, zone)
    if regular is None or not failures:
        return regular
    wait: timedelta = min(FIRST_RETRY * (1 << min(failures - 1, 10)), LONGEST_RETRY)
    return min(regular, now + wait)


def _regular(rhythm: Rhythm, now: datetime, zone: tzinfo) -> datetime | None:
    if rhythm.at is not None:
        local = now.astimezone(zone)
        for days in (0, 1, 2):
            wanted = datetime.combine(local.date() + timedelta(days=days), rhythm.at, zone)
            if wanted.timestamp() > now.timestamp():
                return wanted.astimezone(now.tzinfo)
    return now + timedelta(hours=rhythm.every_h) if rhythm.every_h else None
