"""A week as a community station plans it: rows that come every week or on one date, made into shows.

Rows are on the station's clock, and every moment comes of `moment_of`: a time that clocks skip is the moment after the
gap, one that comes twice its first coming. What that does to a show is told in a remark. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from rightcast.domain.errors import InvalidInputError
from rightcast.domain.genres import genre_of
from rightcast.domain.guide import Show
from rightcast.domain.guide_merge import merged
from rightcast.domain.schedule import Day, moment_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from zoneinfo import ZoneInfo

MOST_ROWS = 3000
LONGEST_OPEN_S = 12 * 3600
"""A show without an end lasts until the next one begins, but no longer."""
_ONE_DAY = timedelta(days=1)
_LONGEST_TEXT = {"title": 300, "subtitle": 300, "description": 5000}
_OLDEST = 21


@dataclass(frozen=True, slots=True)
class Repeat:
    """The row whose show comes again, by a day of the week (0 is Monday) and its start."""

    day: int
    start: time

    def __str__(self) -> str:
        return f"{Day(self.day).name.lower()} {self.start:%H:%M}"


@dataclass(frozen=True, slots=True, kw_only=True)
class GridRow:
    """One show: on each of `days` (0 is Monday) from `valid_from` to `valid_to`, or on the one date `on`.

    An `end` that is not after the start is on the next day; None: until the next show. A row that `repeats` another
    takes from it what it does not say itself. On dates in `never_on` it does not come. `age`: from how many years on,
    0 for everybody. `no_catchup`: it may be watched live only.
    """

    start: time
    end: time | None = None
    days: tuple[int, ...] = ()
    on: date | None = None
    title: str = ""
    subtitle: str = ""
    description: str = ""
    categories: tuple[str, ...] = ()
    season: int = 0
    episode: int = 0
    age: int = 0
    no_catchup: bool = False
    repeats: Repeat | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    never_on: tuple[date, ...] = ()

    def comes_on(self, day: date) -> bool:
        """Whether it begins on this date."""
        if self.on is not None:
            return self.on == day
        return (
            day.weekday() in self.days
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_to is None or day <= self.valid_to)
            and day not in self.never_on
        )

    def check(self) -> None:
        """Raises InvalidInputError naming the field that cannot be meant."""
        if bool(self.days) == (self.on is not None):
            raise InvalidInputError(
                "A show needs either days of the week or one date.",
                remedy="Write days such as mon,tue or daily, or a date such as 2026-12-24.",
                field="days",
            )
        if any(day not in set(Day) for day in self.days):
            raise InvalidInputError("Days are counted from 0, Monday, to 6, Sunday.", field="days")
        if not self.title and self.repeats is None:
            raise InvalidInputError("The show has no title.", remedy="Write one.", field="title")
        for name, most in _LONGEST_TEXT.items():
            if len(getattr(self, name)) > most:
                raise InvalidInputError(f"At most {most} letters fit here.", remedy="Write less.", field=name)
        if self.valid_from is not None and self.valid_to is not None and self.valid_from > self.valid_to:
            raise InvalidInputError("It would end before it begins.", remedy="Swap the dates.", field="valid_to")
        if not 0 <= self.age <= _OLDEST:
            raise InvalidInputError(f"An age is a number from 0 to {_OLDEST}.", remedy="Write 0 for all.", field="age")

    @property
    def _worth(self) -> tuple[bool, int]:
        """Of rows for the same moment the least counts: one with a season of its own, then one of fewer days."""
        return self.valid_from is None and self.valid_to is None, len(self.days)


@dataclass(frozen=True, slots=True)
class Remark:
    """What an operator should know of one date."""

    day: date
    sentence: str


@dataclass(frozen=True, slots=True)
class Planned:
    """Shows oldest first without overlaps, and what is remarkable about them."""

    shows: tuple[Show, ...]
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class _Coming:
    """A row on one date; `stop` None: open."""

    row: GridRow
    day: date
    start: datetime
    stop: datetime | None


def check_rows(rows: Sequence[GridRow]) -> None:
    """Raises InvalidInputError for the first row that cannot be meant, and for repeats of rows that are not there."""
    if len(rows) > MOST_ROWS:
        raise InvalidInputError(f"A week has at most {MOST_ROWS} rows.", field="rows")
    for row in rows:
        row.check()
        if row.repeats is not None and original_of(row, rows) is None:
            raise InvalidInputError(
                f"Nothing begins on {row.repeats}.",
                remedy="Name the day and start of a row that is no repeat itself, such as sun 10:00.",
                field="repeats",
            )


def original_of(row: GridRow, rows: Sequence[GridRow]) -> GridRow | None:
    """The row that another repeats; None where there is none."""
    wanted = row.repeats
    if wanted is None:
        return None
    found = [
        one
        for one in rows
        if one.repeats is None
        and one.start == wanted.start
        and (wanted.day in one.days or (one.on is not None and one.on.weekday() == wanted.day))
    ]
    return min(found, key=lambda one: (one.on is not None, *one._worth), default=None)  # noqa: SLF001 - its own


def planned(rows: Sequence[GridRow], first: date, last: date, zone: ZoneInfo, language: str = "") -> Planned:
    """The shows that begin from one date to another; what crosses the first midnight is left to the date before."""
    completed = [_completed(row, rows) for row in rows]
    remarks: dict[Remark, None] = {}
    weekly = _comings([row for row in completed if row.on is None], first, last, zone, remarks)
    dated = _comings([row for row in completed if row.on is not None], first, last, zone, remarks)
    starts = sorted(one.start for one in [*weekly, *dated])
    layers = [
        [_show(one, stop, language) for one, stop in _closed(comings, starts, remarks)] for comings in (dated, weekly)
    ]
    for show, one, wall_s in _of_changed_length(layers, [*dated, *weekly]):
        remarks[Remark(one.day, _length_sentence(show, one, wall_s))] = None
    shows = [one for one in merged(layers) if _within(one, first, last, zone)]
    told = sorted((one for one in remarks if first <= one.day <= last), key=lambda one: one.day)
    return Planned(tuple(shows), tuple(told))


def _completed(row: GridRow, rows: Sequence[GridRow]) -> GridRow:
    """A repeat with all that it takes from its original; a length that it does not say is the original's."""
    original = original_of(row, rows)
    if original is None:
        return row
    end = row.end
    if end is None and original.end is not None:
        end = (datetime.combine(date.min + _ONE_DAY, row.start) + _wall_length(original)).time()
    return replace(
        row,
        end=end,
        title=row.title or original.title,
        subtitle=row.subtitle or original.subtitle,
        description=row.description or original.description,
        categories=row.categories or original.categories,
        season=row.season or original.season,
        episode=row.episode or original.episode,
        age=row.age or original.age,
        no_catchup=row.no_catchup or original.no_catchup,
    )


def _wall_length(row: GridRow) -> timedelta:
    start, end = (datetime.combine(date.min, one or row.start) for one in (row.start, row.end))
    return end - start if end > start else end - start + _ONE_DAY


def _comings(
    rows: Sequence[GridRow], first: date, last: date, zone: ZoneInfo, remarks: dict[Remark, None]
) -> list[_Coming]:
    """Every row on every date, in order; of rows for the same moment one."""
    found: dict[datetime, _Coming] = {}
    days = [first + timedelta(days=number) for number in range(-1, (last - first).days + 2)]
    for day in days:
        for row in sorted((one for one in rows if one.comes_on(day)), key=lambda one: one._worth):  # noqa: SLF001
            start = moment_of(day, row.start, zone)
            stop = None
            if row.end is not None:
                stop = moment_of(day if row.end > row.start else day + _ONE_DAY, row.end, zone)
            told = _clock_sentence(row, day, start, zone)
            if told:
                remarks[Remark(day, told)] = None
            if stop is not None and stop <= start:
                remarks[Remark(day, f"“{row.title}” does not come: clocks skip its whole time.")] = None
                continue
            other = found.setdefault(start, _Coming(row, day, start, stop))
            if other.row is not row and other.row._worth == row._worth:  # noqa: SLF001 - its own
                sentence = f"“{row.title}” gives way to “{other.row.title}”, which begins at the same time."
                remarks[Remark(day, sentence)] = None
    return [found[start] for start in sorted(found)]


def _clock_sentence(row: GridRow, day: date, start: datetime, zone: ZoneInfo) -> str:
    shown = start.astimezone(zone)
    if shown.replace(tzinfo=None) != datetime.combine(day, row.start):
        return f"There is no {row.start:%H:%M} on this night: “{row.title}” begins at {shown:%H:%M}."
    again = shown.replace(fold=1 - shown.fold)
    if again.utcoffset() != shown.utcoffset():
        return f"{row.start:%H:%M} comes twice on this night: “{row.title}” begins at the first."
    return ""


def _closed(
    comings: Sequence[_Coming], starts: Sequence[datetime], remarks: dict[Remark, None]
) -> Iterator[tuple[_Coming, datetime]]:
    """Each with its end: its own, cut where the next of its kind begins; an open one lasts until anything begins."""
    for one, following in pairwise([*comings, None]):
        if one is None:
            return
        stop = one.stop
        if stop is None:
            after = next((start for start in starts if start > one.start), None)
            longest = one.start + timedelta(seconds=LONGEST_OPEN_S)
            stop = longest if after is None else min(after, longest)
        if following is not None and stop > following.start:
            cut = f"“{one.row.title}” is cut short by “{following.row.title}”, which begins before it ends."
            remarks[Remark(one.day, cut)] = None
            stop = following.start
        yield one, stop


def _show(one: _Coming, stop: datetime, language: str) -> Show:
    row = one.row
    return Show(
        id=0,
        guide_id="",
        start=int(one.start.timestamp()),
        stop=int(stop.timestamp()),
        title=row.title or "-",
        subtitle=row.subtitle,
        description=row.description,
        language=language,
        categories=row.categories,
        genre=genre_of(row.categories),
        season=row.season,
        episode=row.episode,
        rating=("age", str(row.age)) if row.age else None,
        repeated=row.repeats is not None,
        series=f"week:{row.title.casefold()}" if row.days and row.title else "",
        no_catchup=row.no_catchup,
    )


def _of_changed_length(
    layers: Sequence[Sequence[Show]], comings: Sequence[_Coming]
) -> Iterator[tuple[Show, _Coming, int]]:
    """Shows that last longer or shorter than their row says, for clocks change in them."""
    by_start = {int(one.start.timestamp()): one for one in comings if one.row.end is not None}
    for show in (one for layer in layers for one in layer):
        one = by_start.get(show.start)
        if one is None or one.stop is None or int(one.stop.timestamp()) != show.stop:
            continue
        wall_s = int(_wall_length(one.row).total_seconds())
        if wall_s != show.stop - show.start:
            yield show, one, wall_s


def _length_sentence(show: Show, one: _Coming, wall_s: int) -> str:
    minutes, planned_min = (show.stop - show.start) // 60, wall_s // 60
    turn = "back" if minutes > planned_min else "forward"
    return f"“{one.row.title}” lasts {minutes} minutes instead of {planned_min}: clocks go {turn}."


def _within(show: Show, first: date, last: date, zone: ZoneInfo) -> bool:
    return first <= datetime.fromtimestamp(show.start, UTC).astimezone(zone).date() <= last
