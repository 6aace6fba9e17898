"""Until when what is owed on a notice, counted in the operator's zone, in business days where the rule says so.

17 U.S.C. 512(g)(2)(C): not less than 10 nor more than 14 business days after a counter-notice. Article 17(2) DSA: a
statement of reasons by the day of the restriction. Article 20(1): complaints for at least six months.
"""

from __future__ import annotations

import calendar
import enum
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from rightcast.domain.notices import NoticeKind, Side, State

COMPLAINT_MONTHS = 6
RESTORE_LEAST_DAYS, RESTORE_MOST_DAYS = 10, 14
_WEEKEND = (5, 6)


class Due(enum.StrEnum):
    """What must be done, or may be done, until then."""

    ACKNOWLEDGE = "acknowledge"
    DECIDE = "decide"
    ANSWER = "answer"
    STATE = "state"
    COMPLAIN = "complain"
    RESOLVE = "resolve"
    RESTORE = "restore"


OURS = frozenset({Due.ACKNOWLEDGE, Due.DECIDE, Due.STATE, Due.RESOLVE, Due.RESTORE})
"""Those that the station owes; the others are windows of somebody else."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """`due` is the last moment; before `opens` it would be too early. Both aware and UTC."""

    what: Due
    due: datetime
    opens: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How fast the operator promises to be, in business days; of a trusted flagger's notice the shorter one."""

    acknowledge_days: int = 1
    decide_days: int = 5
    decide_trusted_days: int = 1
    answer_days: int = 10
    resolve_days: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """When a notice went through what it went through; None: not yet. Moments are aware."""

    kind: NoticeKind
    state: State
    received: datetime
    trusted: bool = False
    asked: datetime | None = None
    acted: datetime | None = None
    decided: datetime | None = None
    disputed: datetime | None = None
    side: Side | None = None


@dataclass(frozen=True, slots=True)
class Days:
    """The business days of an operator: its zone, and its holidays. Saturdays and Sundays are none."""

    zone: ZoneInfo
    holidays: frozenset[date] = frozenset()

    def is_business(self, day: date) -> bool:
        """Whether people work on that day."""
        return day.weekday() not in _WEEKEND and day not in self.holidays

    def after(self, moment: datetime, days: int) -> datetime:
        """The end of the last of so many business days after the day of `moment`; 0: of that day itself."""
        day = moment.astimezone(self.zone).date()
        left = days
        while left > 0:
            day += timedelta(days=1)
            left -= self.is_business(day)
        return self.end_of(day)

    def months_after(self, moment: datetime, months: int) -> datetime:
        """The end of the day so many calendar months later; of a shorter month its last day."""
        day = moment.astimezone(self.zone).date()
        year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
        last = calendar.monthrange(year, month + 1)[1]
        return self.end_of(date(year, month + 1, min(day.day, last)))

    def end_of(self, day: date) -> datetime:
        """The last second of a day in the zone, as UTC."""
        return datetime.combine(day, time(23, 59, 59), self.zone).astimezone(UTC)


def deadlines(course: Course, terms: Terms, days: Days) -> list[Deadline]:
    """What is due on a notice as it stands, the earliest first; empty when nothing is owed and nothing can follow."""
    found: list[Deadline] = []
    if course.state is State.RECEIVED:
        found.append(Deadline(Due.ACKNOWLEDGE, days.after(course.received, terms.acknowledge_days)))
    if course.state in {State.RECEIVED, State.ACKNOWLEDGED, State.TRIAGED}:
        most = terms.decide_trusted_days if course.trusted else terms.decide_days
        found.append(Deadline(Due.DECIDE, days.after(course.received, most)))
    if course.state is State.ASKED:
        found.append(Deadline(Due.ANSWER, days.after(course.asked or course.received, terms.answer_days)))
    if course.state is State.ACTED and course.acted is not None:
        found.append(Deadline(Due.STATE, days.after(course.acted, 0)))
    if course.state in {State.REJECTED, State.ACTED, State.STATED} and course.decided is not None:
        found.append(Deadline(Due.COMPLAIN, days.months_after(course.decided, COMPLAINT_MONTHS)))
    if course.state is State.DISPUTED and course.disputed is not None:
        found.append(_of_dispute(course, course.disputed, terms, days))
    return sorted(found, key=lambda one: one.due)


def _of_dispute(course: Course, at: datetime, terms: Terms, days: Days) -> Deadline:
    if course.kind is NoticeKind.DMCA and course.side is Side.AFFECTED:
        return Deadline(Due.RESTORE, days.after(at, RESTORE_MOST_DAYS), days.after(at, RESTORE_LEAST_DAYS))
    return Deadline(Due.RESOLVE, days.after(at, terms.resolve_days))


def may_complain(course: Course, now: datetime, days: Days) -> bool:
    """Whether a decision may still be disputed."""
    return course.decided is not None and now <= days.months_after(course.decided, COMPLAINT_MONTHS)
