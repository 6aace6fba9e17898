"""What is kept of a channel, as bars of days: pure, from files and gaps to places on a line of 24 hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from rightcast.domain.archive import GapCause

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import tzinfo

    from rightcast.state.archive.records import Gap, KeptFile

JOINED_S = 2.0
"""Files that follow each other so closely are one bar."""
_LEAST_WIDTH = 0.15


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of a day. `left` and `width` in percent of it; `kind`: kept, or the cause of a gap."""

    left: float
    width: float
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the operator's zone; `hours`: how many of it are kept."""

    date: date
    bars: tuple[Bar, ...]
    hours: float


@dataclass(frozen=True, slots=True)
class GapLine:
    """A gap as a row of a table."""

    start: datetime
    length_s: float
    words: str


def days_of(files: Sequence[KeptFile], gaps: Sequence[Gap], zone: tzinfo, most: int = 31) -> list[Day]:
    """The days that a reel reaches over, newest first; the longest past ones are left out."""
    if not files:
        return []
    first = datetime.fromtimestamp(min(one.start for one in files), zone).date()
    last = datetime.fromtimestamp(max(one.stop for one in files), zone).date()
    runs = _runs(files)
    count = min((last - first).days + 1, most)
    return [_day(last - timedelta(days=back), runs, gaps, zone) for back in range(count)]


def gap_lines(gaps: Iterable[Gap], zone: tzinfo) -> list[GapLine]:
    """Gaps as rows, newest first."""
    found = [
        GapLine(datetime.fromtimestamp(one.start, zone), one.stop - one.start, gap_words(one.cause)) for one in gaps
    ]
    return sorted(found, key=lambda one: one.start, reverse=True)


def gap_words(cause: str) -> str:
    """A cause in words; one that is not known as it is."""
    try:
        return GapCause(cause).in_words
    except ValueError:
        return cause


def _runs(files: Sequence[KeptFile]) -> list[tuple[float, float]]:
    """Stretches that files cover, those that follow each other joined."""
    runs: list[tuple[float, float]] = []
    for one in sorted(files, key=lambda one: one.start):
        if runs and one.start - runs[-1][1] <= JOINED_S:
            runs[-1] = (runs[-1][0], max(runs[-1][1], one.stop))
        else:
            runs.append((one.start, one.stop))
    return runs


def _day(date: date, runs: Iterable[tuple[float, float]], gaps: Iterable[Gap], zone: tzinfo) -> Day:
    begin = datetime(date.year, date.month, date.day, tzinfo=zone).timestamp()
    after = date + timedelta(days=1)
    end = datetime(after.year, after.month, after.day, tzinfo=zone).timestamp()  # 23, 24 or 25 hours on
    bars: list[Bar] = []
    kept_s = 0.0
    for kind, start, stop, words in (
        *(("kept", start, stop, "kept") for start, stop in runs),
        *((gap.cause, gap.start, gap.stop, gap_words(gap.cause)) for gap in gaps),
    ):
        a, b = max(start, begin), min(stop, end)
        if a >= b:
            continue
        kept_s += (b - a) if kind == "kept" else -_overlap(a, b, runs)
        share = 100 / (end - begin)
        times = " to ".join(f"{datetime.fromtimestamp(moment, zone):%H:%M:%S}" for moment in (a, b))
        width = max((b - a) * share, _LEAST_WIDTH)
        bars.append(Bar(round((a - begin) * share, 3), round(width, 3), kind, f"{times}: {words}"))
    return Day(date, tuple(bars), max(kept_s, 0.0) / 3600)


def _overlap(start: float, stop: float, runs: Iterable[tuple[float, float]]) -> float:
    return sum(max(0.0, min(stop, b) - max(start, a)) for a, b in runs)
