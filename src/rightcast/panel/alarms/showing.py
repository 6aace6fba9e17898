"""Alarms as lines of pages: a tone, words, ages and links."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html_join

from rightcast.domain.findings import Severity, SubjectKind, kind_of
from rightcast.panel.alarms import queries
from rightcast.panel.console.numbers import span, until

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rightcast.panel.alarms.models import AlarmRow

TONES = {Severity.CRITICAL: "bad", Severity.WARNING: "warn", Severity.INFO: "calm"}
NAMES_SHOWN = 6
_PAGES = {
    SubjectKind.CHANNEL.value: "admin:catalogue_channel_change",
    SubjectKind.RIGHT.value: "admin:rights_carriageright_change",
    SubjectKind.NOTIFIER.value: "admin:alarms_notifierrow_change",
    SubjectKind.NOTICE.value: "notice",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmLine:
    """One alarm in a list. `tone` is bad, warn, calm or good; `subject_link` "" when nothing is there to see."""

    id: int
    link: str
    tone: str
    word: str
    subject: str
    subject_link: str
    title: str
    detail: str
    age: str
    since: datetime
    lasted: str
    hides: tuple[str, ...]
    more_hidden: int
    cause: str
    cause_link: str
    seen: str
    seen_note: str
    quiet: bool
    flaps: int
    is_open: bool


def alarm_lines(rows: Iterable[AlarmRow], now: datetime) -> list[AlarmLine]:
    """Lines for these alarms, in their order."""
    listed = list(rows)
    hidden = queries.hidden_names(row.id for row in listed)
    return [_line(row, hidden[row.id], now) for row in listed]


def channel_alarms(channel_id: int, now: datetime) -> str:
    """The open alarms of a channel as markup for its page."""
    lines = alarm_lines(queries.of_channel(channel_id), now)
    return (
        format_html_join(
            "",
            '<div class="rc-need rc-{}"><span class="rc-lamp" aria-hidden="true"></span>'
            '<a class="rc-link" href="{}">{}</a> <span class="rc-quiet">{}</span></div>',
            ((one.tone, one.link, one.title, f"{one.word} for {one.age}. {one.detail}") for one in lines),
        )
        or "None is open."
    )


def _line(row: AlarmRow, hidden: list[str], now: datetime) -> AlarmLine:
    severity = Severity(row.severity)
    is_open = row.cleared is None
    names = list(dict.fromkeys(hidden))
    return AlarmLine(
        id=row.id,
        link=reverse("alarm", args=[row.id]),
        tone=TONES[severity] if is_open else "good",
        word=severity.word if is_open else "cleared",
        subject=row.subject_name,
        subject_link=subject_link(row),
        title=kind_of(row.kind).title,
        detail=row.detail,
        age=span((now - row.since).total_seconds()),
        since=row.since,
        lasted="" if row.cleared is None else span((row.cleared - row.since).total_seconds()),
        hides=tuple(names[:NAMES_SHOWN]),
        more_hidden=max(0, len(names) - NAMES_SHOWN),
        cause="" if row.cause is None else row.cause.subject_name,
        cause_link="" if row.cause_id is None else reverse("alarm", args=[row.cause_id]),
        seen=_seen(row, now),
        seen_note=row.seen_note,
        quiet=row.quiet,
        flaps=row.flaps,
        is_open=is_open,
    )


def subject_link(row: AlarmRow) -> str:
    """The page of what an alarm is about."""
    page = _PAGES.get(row.subject_kind)
    if page is None or not row.subject_id.isdecimal():
        return ""
    try:
        return reverse(page, args=[int(row.subject_id)])
    except NoReverseMatch:
        return ""


def _seen(row: AlarmRow, now: datetime) -> str:
    if row.seen_at is None:
        return ""
    words = f"{row.seen_by}, {until(row.seen_at, now)}"
    return f"{words}, reminds {until(row.seen_until, now)}" if row.seen_until else words
