"""Until when what is owed on a notice: business days in the operator's zone, the ten to fourteen of the DMCA."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from rightcast.domain.notice_deadlines import OURS, Course, Days, Due, Terms, deadlines, may_complain
from rightcast.domain.notices import NoticeKind, Side, State

ROME = Days(ZoneInfo("Europe/Rome"), frozenset({date(2026, 12, 25)}))
FRIDAY = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)


def course(state: State, **more: object) -> Course:
    return Course(kind=NoticeKind.DSA, state=state, received=FRIDAY, **more)  # type: ignore[arg-type] # fields by name


def test_weekends_and_holidays_are_no_business_days() -> None:
    assert ROME.after(FRIDAY, 1) == datetime(2026, 11, 30, 22, 59, 59, tzinfo=UTC)
    eve = datetime(2026, 12, 24, 9, 0, tzinfo=UTC)
    assert ROME.after(eve, 1).date() == date(2026, 12, 28)


def test_the_day_is_the_operators() -> None:
    late = datetime(2026, 11, 26, 23, 30, tzinfo=UTC)  # Friday in Rome
    assert ROME.after(late, 1).date() == date(2026, 11, 30)


def test_six_months_end_with_a_shorter_month() -> None:
    assert ROME.months_after(datetime(2026, 8, 31, 9, tzinfo=UTC), 6).date() == date(2027, 2, 28)


def test_a_new_notice_owes_a_receipt_and_a_decision_sooner_for_a_trusted_flagger() -> None:
    plain = {one.what: one.due for one in deadlines(course(State.RECEIVED), Terms(), ROME)}
    trusted = {one.what: one.due for one in deadlines(course(State.RECEIVED, trusted=True), Terms(), ROME)}
    assert set(plain) == {Due.ACKNOWLEDGE, Due.DECIDE}
    assert trusted[Due.DECIDE] < plain[Due.DECIDE]


def test_while_the_sender_is_asked_nothing_is_ours() -> None:
    found = deadlines(course(State.ASKED, asked=FRIDAY), Terms(), ROME)
    assert not OURS & {one.what for one in found}


def test_reasons_are_owed_on_the_day_of_the_restriction() -> None:
    found = deadlines(course(State.ACTED, acted=FRIDAY, decided=FRIDAY), Terms(), ROME)
    assert found[0].what is Due.STATE
    assert found[0].due == datetime(2026, 11, 27, 22, 59, 59, tzinfo=UTC)


def test_after_a_counter_notice_it_comes_back_between_ten_and_fourteen_business_days() -> None:
    at = Course(
        kind=NoticeKind.DMCA, state=State.DISPUTED, received=FRIDAY, decided=FRIDAY, disputed=FRIDAY, side=Side.AFFECTED
    )
    (found,) = deadlines(at, Terms(), ROME)
    assert found.opens is not None
    assert (found.what, found.opens.date(), found.due.date()) == (Due.RESTORE, date(2026, 12, 11), date(2026, 12, 17))


def test_a_decision_may_be_disputed_for_six_months() -> None:
    at = course(State.REJECTED, decided=FRIDAY)
    assert may_complain(at, datetime(2027, 5, 27, 12, tzinfo=UTC), ROME)
    assert not may_complain(at, datetime(2027, 5, 29, tzinfo=UTC), ROME)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)), st.integers(1, 30))  # noqa: DTZ001 - hypothesis adds the zone
@settings(max_examples=40)
def test_business_days_are_business_days_and_one_more_is_later(at: datetime, count: int) -> None:
    end = ROME.after(at, count)
    assert at < end < ROME.after(at, count + 1)
    assert ROME.is_business(end.astimezone(ROME.zone).date())
