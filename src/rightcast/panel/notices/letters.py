"""Letters to the sides of a notice, written when something turned and sent by the post (`posting`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from rightcast.domain.notice_references import page_of
from rightcast.domain.notices import NoticeKind, Side, is_mail_address
from rightcast.panel.notices import course
from rightcast.panel.notices.letter_words import WORDS
from rightcast.panel.notices.models import Letter, LetterState, Notice
from rightcast.panel.station.queries import station

if TYPE_CHECKING:
    from datetime import datetime


def receipt(row: Notice, now: datetime) -> None:
    """Article 16(4) DSA: it was received. Programs get none, lest two write to each other for ever."""
    if not row.automatic and row.email:
        _write(row, "receipt", Side.SENDER, now, days=str(course.desk().decide_days))


def question(row: Notice, now: datetime) -> None:
    """We want to know more."""
    _write(row, "question", Side.SENDER, now, said=row.message, due=_day(row))


def rejected(row: Notice, now: datetime) -> None:
    """Article 16(5): the decision, and how to object."""
    _write(row, "rejected", Side.SENDER, now, said=row.message, due=_day(row))


def acted(row: Notice, now: datetime) -> None:
    """Article 16(5): the decision to the sender."""
    _write(row, "acted", Side.SENDER, now, said=row.message)


def stated(row: Notice, now: datetime) -> None:
    """Article 17: the statement of reasons to the affected side; of the DMCA the notice of 512(g)(2)(A)."""
    what = "stated_dmca" if row.kind == NoticeKind.DMCA.value else "stated"
    _write(row, what, Side.AFFECTED, now, said=row.affected_message, due=_day(row))


def counter_notice(row: Notice, text: str, now: datetime) -> None:
    """512(g)(2)(B): a copy of the counter-notice to the sender, with the days in which it comes back."""
    clock = next((one for one in course.clock_of(row) if one.opens), None)
    opens = f"{clock.opens:%Y-%m-%d}" if clock and clock.opens else ""
    due = f"{clock.due:%Y-%m-%d}" if clock else ""
    _write(row, "counter", Side.SENDER, now, said=text, opens=opens, due=due)


def ended(row: Notice, now: datetime) -> None:
    """What a dispute ended with, to both sides."""
    _write(row, row.state, Side.SENDER, now, said=row.message)
    if row.acted:
        _write(row, row.state, Side.AFFECTED, now, said=row.message)


def _write(row: Notice, what: str, side: Side, now: datetime, **more: str) -> None:
    """Put a letter into the queue; without an address it is kept, to be handed over by hand."""
    words = WORDS["it" if row.language == "it" else "en"]
    name = course.desk().operator or station().name
    address = settings.STATION.public_url
    page = page_of(course.page_key(), row.reference, side)
    link = f"{address.rstrip('/')}/notice/{page}" if address else ""
    page_words = words["page"].format(link=link) if link else ""
    body = words[what].format(reference=row.reference, work=row.work or row.reference, name=name, **more)
    to = row.email if side is Side.SENDER else row.affected_email
    Letter.objects.create(
        notice=row,
        what=what,
        side=side.value,
        to=to,
        subject=words["subject"].format(reference=row.reference, what=words[f"{what}_subject"])[:200],
        text=f"{body.strip()}\n{page_words}\n\n-- \n{name}\n",
        created=now,
        due=now,
        state=LetterState.WAITING if is_mail_address(to) else LetterState.KEPT,
        result="" if is_mail_address(to) else "There is no e-mail address.",
    )


def _day(row: Notice) -> str:
    return f"{row.due:%Y-%m-%d}" if row.due else ""
