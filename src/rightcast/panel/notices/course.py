"""Where a notice stands: its clock, what each side may see of it, and the step that is allowed next."""

from __future__ import annotations

import logging
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.db import transaction

from rightcast.contract.notices import FlaggerKey, NoticeDesk, Passed, Standing
from rightcast.domain.errors import ConflictError
from rightcast.domain.notice_deadlines import OURS, Course, Days, Deadline, Due, Terms, deadlines, may_complain
from rightcast.domain.notices import DARK, NoticeKind, Side, State, Step, after
from rightcast.panel.notices.models import DESK_ID, DeskRow, Flagger, Notice, NoticeStep
from rightcast.panel.station.queries import station
from rightcast.state.keys import derived_key, station_key
from rightcast.state.notices import NoticeBox

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

_log = logging.getLogger(__name__)
PURPOSE = "notices"
MOST_SHOWN = 500


def box() -> NoticeBox:
    """The post box of this station."""
    return NoticeBox(settings.STATION.notices)


def mail_folder() -> Path:
    """Where mails to be read as notices are put."""
    return settings.STATION.notices / "mail"


def page_key() -> bytes:
    """The key of references and private pages, which edges derive as well."""
    return derived_key(station_key(settings.STATION.keys), PURPOSE)


def desk() -> DeskRow:
    """What the operator offers; the defaults while nothing was set."""
    return DeskRow.objects.filter(id=DESK_ID).first() or DeskRow(id=DESK_ID)


def show_desk() -> None:
    """Tell edges what is offered, and which flaggers may use the interface."""
    row = desk()
    kinds = tuple(kind for kind, on in ((NoticeKind.DSA, row.dsa), (NoticeKind.DMCA, row.dmca)) if on)
    flaggers = tuple(
        FlaggerKey(id=one.pk, name=one.name, digest=one.digest, email=one.email, trusted=one.trusted, hourly=one.hourly)
        for one in Flagger.objects.filter(revoked=None)
    )
    box().set_desk(
        NoticeDesk(
            kinds=kinds, operator=row.operator, contact=row.contact, decide_days=row.decide_days, flaggers=flaggers
        )
    )


def days() -> Days:
    """The operator's business days. A zone that is unknown counts as UTC."""
    try:
        zone = ZoneInfo(station().timezone)
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    return Days(zone, holidays_of(desk()))


def holidays_of(row: DeskRow) -> frozenset[date]:
    """The days on which nobody works. Raises ValueError."""
    return frozenset(date.fromisoformat(line) for line in row.holidays.split())


def course_of(row: Notice) -> Course:
    """The notice as its clock reads it."""
    return Course(
        kind=NoticeKind(row.kind),
        state=State(row.state),
        received=row.received,
        trusted=row.trusted,
        asked=row.asked,
        acted=row.acted,
        decided=row.decided,
        disputed=row.disputed,
        side=Side(row.side) if row.side else None,
    )


def clock_of(row: Notice) -> list[Deadline]:
    """What is due on a notice, the earliest first."""
    promised = desk()
    terms = Terms(
        decide_days=promised.decide_days,
        decide_trusted_days=promised.decide_trusted_days,
        answer_days=promised.answer_days,
        resolve_days=promised.resolve_days,
    )
    return deadlines(course_of(row), terms, days())


def advance(row: Notice, step: Step, now: datetime, by: str, text: str = "", **more: str) -> None:
    """Take a step, saved and written into its course. Raises ConflictError where the step may not be taken."""
    led = after(State(row.state), step)
    if led is None or step not in moves(row):
        raise ConflictError(
            f"Notice {row.reference} is {row.state}; it cannot be moved on by '{step.value}'.",
            remedy="Look at it again: somebody else may have moved it.",
        )
    row.state = led.value
    save(row)
    NoticeStep.objects.create(notice=row, at=now, by=by, step=step.value, state=led.value, text=text, **more)


def moves(row: Notice) -> list[Step]:
    """The steps that may be taken now: of a dispute those that are left to whoever looks at it again."""
    found = [step for step in Step if after(State(row.state), step) is not None]
    if row.state != State.DISPUTED.value:
        return found
    against = Step.RESTORE if row.side == Side.SENDER.value else Step.ACT
    return [step for step in found if step is not against]


def save(row: Notice) -> None:
    """Save a notice with its clock, and tell its sides' pages after the commit."""
    clock = clock_of(row)
    ours = [one for one in clock if one.what in OURS]
    first = next(iter(ours or clock), None)
    row.ours = bool(ours)
    row.due, row.due_what = (first.due, first.what.value) if first else (None, "")
    row.shown = False
    row.save()
    transaction.on_commit(show_standings)


def show_standings() -> None:
    """Write what changed for the private pages. What could not be written is tried again by the jobs process."""
    for row in Notice.objects.filter(shown=False)[:MOST_SHOWN]:
        try:
            box().stand(standing_of(row))
        except OSError:
            _log.exception("the standing of a notice cannot be written; trying again")
            return
        Notice.objects.filter(id=row.pk, state=row.state).update(shown=True)


def standing_of(row: Notice) -> Standing:
    """How far a notice is, as its sides may see it."""
    state, clock = State(row.state), {one.what: one for one in clock_of(row)}
    restore = clock.get(Due.RESTORE)
    complain = clock.get(Due.COMPLAIN)
    due = next((clock[what] for what in (*OURS, Due.ANSWER) if what in clock), None)
    return Standing(
        reference=row.reference,
        kind=NoticeKind(row.kind),
        sha256=row.sha256,
        state=state,
        passed=(
            Passed(State.RECEIVED, row.received.timestamp()),
            *(Passed(State(one.state), one.at.timestamp()) for one in row.steps.exclude(step="")),
        ),
        message=row.message,
        affected=row.affected_message,
        due=due.due.timestamp() if due else 0.0,
        dispute_until=complain.due.timestamp() if complain else 0.0,
        disputable=tuple(disputable(row)),
        restore_from=restore.opens.timestamp() if restore and restore.opens else 0.0,
    )


def disputable(row: Notice) -> list[Side]:
    """Who may dispute it now: the sender a rejection, the affected side an action."""
    state = State(row.state)
    return [Side.SENDER] if state is State.REJECTED else [Side.AFFECTED] if state in DARK else []


def may_dispute(row: Notice, side: Side, now: datetime) -> bool:
    """Whether a side may dispute the decision at that moment."""
    return side in disputable(row) and may_complain(course_of(row), now, days())
