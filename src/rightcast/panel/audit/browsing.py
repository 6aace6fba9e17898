"""Looking through the trail: newest first, by who, what, which record, when, and by words, sealed ones too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from rightcast.panel.audit.models import AuditRow

if TYPE_CHECKING:
    from django.db.models import QuerySet

PER_PAGE = 50
MOST_OPENED = 20_000
"""Rows that one search by words opens; it goes on from there on the next page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What is looked for; what is empty does not count. `who`: an operator's number, `cli` or `system`."""

    words: str = ""
    who: str = ""
    subject: str = ""
    subject_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Rows, the newest first. `older`: the row before which the next page begins, None at the end."""

    rows: list[AuditRow]
    older: int | None
    opened: int


def page(asked: Filter) -> Page:
    """One page. Names are sealed in the table, so words are looked for in rows that are opened one by one."""
    rows = _narrowed(asked)
    if not asked.words:
        found = list(rows[: PER_PAGE + 1])
        return Page(found[:PER_PAGE], found[PER_PAGE - 1].id if len(found) > PER_PAGE else None, len(found))
    words, kept, count, last = asked.words.casefold(), [], 0, None
    for row in rows[:MOST_OPENED].iterator(chunk_size=500):
        count, last = count + 1, row.id
        if any(words in text.casefold() for text in (row.sentence, row.actor_name, row.action)):
            kept.append(row)
            if len(kept) == PER_PAGE:
                break
    more = len(kept) == PER_PAGE or count == MOST_OPENED
    return Page(kept, last if more else None, count)


def subjects() -> list[str]:
    """Kinds of records that deeds were done to."""
    return sorted(AuditRow.objects.order_by().values_list("subject", flat=True).distinct())


def _narrowed(asked: Filter) -> QuerySet[AuditRow]:
    rows = AuditRow.objects.order_by("-id")
    if asked.who in {"cli", "system"}:
        rows = rows.filter(actor_kind=asked.who)
    elif asked.who:
        rows = rows.filter(user_id=int(asked.who))
    if asked.subject:
        rows = rows.filter(subject=asked.subject)
    if asked.subject_id is not None:
        rows = rows.filter(subject_id=asked.subject_id)
    if asked.since is not None:
        rows = rows.filter(at__gte=asked.since)
    if asked.until is not None:
        rows = rows.filter(at__lt=asked.until)
    return rows if asked.before is None else rows.filter(id__lt=asked.before)
