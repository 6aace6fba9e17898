"""Pages of alarms: what is open now, the history, one alarm with its notes. What they change, operations change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from rightcast.domain.errors import NotFoundError, RightcastError
from rightcast.domain.findings import Severity, kind_of
from rightcast.panel.alarms import operations, queries
from rightcast.panel.alarms.models import AlarmRow
from rightcast.panel.alarms.showing import AlarmLine, alarm_lines
from rightcast.panel.console.live import live
from rightcast.panel.console.numbers import until
from rightcast.panel.desk import actor_of

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

SHOWN = 100
PER_PAGE = 50
UNWATCHED = "Nobody watches: the jobs process does not report. What is below may be old."
SPANS = {"": None, "1h": timedelta(hours=1), "8h": timedelta(hours=8), "1d": timedelta(days=1), "7d": timedelta(days=7)}
SPAN_WORDS = {"": "until it clears", "1h": "for 1 hour", "8h": "for 8 hours", "1d": "for a day", "7d": "for a week"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """What is open now. `waiting` wants somebody; the others are acknowledged, quiet or explained by a cause."""

    tone: str
    sentence: str
    counts: list[tuple[str, str, int]]
    waiting: list[AlarmLine]
    seen: list[AlarmLine]
    quiet: list[AlarmLine]
    hidden: int
    more: int
    may: bool


def board(request: HttpRequest) -> Board:
    """The present picture."""
    now = timezone.now()
    rows = list(queries.open_rows().filter(cause=None))
    hidden = queries.open_rows().exclude(cause=None).count()
    found = queries.counts()
    waiting = [row for row in rows if row.seen_at is None and not row.quiet]
    worst = next((one for one in sorted(Severity, reverse=True) if found[one]), None)
    tones = {Severity.CRITICAL: "bad", Severity.WARNING: "warn", Severity.INFO: "calm"}
    watched = bool(live().watches)
    return Board(
        tone="bad" if not watched else "good" if worst is None else tones[worst],
        sentence=_sentence(found, len(rows), hidden) if watched else UNWATCHED,
        counts=[(one.word, tones[one], found[one]) for one in sorted(Severity, reverse=True)],
        waiting=alarm_lines(waiting[:SHOWN], now),
        seen=alarm_lines([row for row in rows if row.seen_at is not None][:SHOWN], now),
        quiet=alarm_lines([row for row in rows if row.seen_at is None and row.quiet][:SHOWN], now),
        hidden=hidden,
        more=max(0, len(waiting) - SHOWN),
        may=request.user.has_perm("alarms.change_alarmrow"),
    )


def alarms_page(request: HttpRequest) -> HttpResponse:
    """Open alarms, living, and below them the way to the history."""
    _require_view(request)
    context = {"board": board(request), "live_address": reverse("alarms-live"), "spans": SPAN_WORDS.items()}
    return _page(request, "alarms/alarms.html", "Alarms", context)


def alarms_live(request: HttpRequest) -> HttpResponse:
    """The part that is swapped in place."""
    _require_view(request)
    return TemplateResponse(request, "alarms/alarms_live.html", {"board": board(request)})


def history_page(request: HttpRequest) -> HttpResponse:
    """Alarms newest first, filtered by words, severity and state."""
    _require_view(request)
    text = request.GET.get("q", "").strip()[:200]
    severity, state, before = (request.GET.get(name, "") for name in ("severity", "state", "before"))
    rows = queries.history(
        text=text,
        severity=Severity.of_word(severity) if severity else None,
        opened={"open": True, "cleared": False}.get(state),
        before=int(before) if before.isdecimal() and len(before) < 18 else None,
    )
    found = list(rows[: PER_PAGE + 1])
    older = ""
    if len(found) > PER_PAGE:
        older = "?" + urlencode(
            {"q": text, "severity": severity, "state": state, "before": str(found[PER_PAGE - 1].id)}
        )
    context = {
        "lines": alarm_lines(found[:PER_PAGE], timezone.now()),
        "older": older,
        "q": text,
        "severity": severity,
        "state": state,
        "severities": [one.word for one in sorted(Severity, reverse=True)],
    }
    return _page(request, "alarms/history.html", "Alarm history", context)


def alarm_page(request: HttpRequest, alarm_id: int) -> HttpResponse:
    """One alarm: its course, what it explains, its notes, whom it was told to."""
    _require_view(request)
    row = _row(alarm_id)
    now = timezone.now()
    explained = AlarmRow.objects.filter(cause=row, cleared=None).order_by("subject_name")
    earlier = AlarmRow.objects.filter(
        subject_kind=row.subject_kind, subject_id=row.subject_id, kind=row.kind, id__lt=row.id
    ).order_by("-id")
    (line,) = alarm_lines([row], now)
    context = {
        "line": line,
        "row": row,
        "remedy": kind_of(row.kind).remedy,
        "explained": alarm_lines(explained[:SHOWN], now),
        "earlier": alarm_lines(earlier[:8], now),
        "notes": [(until(note.at, now), note.by, note.text) for note in row.notes.all()],
        "told": [
            (one.notifier.name, one.notice, one.state, one.result, until(one.created, now))
            for one in row.deliveries.select_related("notifier").order_by("-id")[:12]
        ],
        "may": request.user.has_perm("alarms.change_alarmrow"),
        "spans": SPAN_WORDS.items(),
    }
    return _page(request, "alarms/alarm.html", f"{row.subject_name}: {line.title}", context)


def act(request: HttpRequest, alarm_id: int) -> HttpResponse:
    """POST `deed`: acknowledge (with `note` and `for`), reopen, or note."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    row = _row(alarm_id)
    actor, note, deed = actor_of(request), request.POST.get("note", ""), request.POST.get("deed", "")
    if not request.user.has_perm("alarms.change_alarmrow"):
        raise PermissionDenied
    try:
        if deed == "acknowledge":
            span = SPANS.get(request.POST.get("for", ""))
            operations.acknowledge(actor, row.id, note=note, until=_after(span))
        elif deed == "reopen":
            operations.withdraw_acknowledgement(actor, row.id)
        else:
            operations.add_note(actor, row.id, note)
    except RightcastError as error:
        messages.error(request, str(error))
    back = request.POST.get("back", "")
    return HttpResponseRedirect(reverse("alarms") if back == "alarms" else reverse("alarm", args=[row.id]))


def _after(span: timedelta | None) -> datetime | None:
    return None if span is None else timezone.now() + span


def _sentence(found: dict[Severity, int], shown: int, hidden: int) -> str:
    parts = [f"{found[one]:,} {one.word}" for one in sorted(Severity, reverse=True) if found[one]]
    if not parts:
        return "No alarm wants you." if shown else "All is well: no alarm is open."
    sentence = ", ".join(parts)
    return f"{sentence} · {hidden:,} more explained by these" if hidden else sentence


def _row(alarm_id: int) -> AlarmRow:
    try:
        return queries.find_alarm(alarm_id)
    except NotFoundError as error:
        raise Http404 from error


def _require_view(request: HttpRequest) -> None:
    if not request.user.has_perm("alarms.view_alarmrow"):
        raise PermissionDenied


def _page(request: HttpRequest, template: str, title: str, context: dict[str, Any]) -> HttpResponse:
    return TemplateResponse(request, template, {**admin.site.each_context(request), "title": title, **context})
