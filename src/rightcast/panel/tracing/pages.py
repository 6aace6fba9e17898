"""The page of lines that seem to be shared: grounds, and what can be done about each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from rightcast.domain.errors import RightcastError
from rightcast.panel.console.numbers import until
from rightcast.panel.desk import actor_of
from rightcast.panel.tracing import sharing
from rightcast.panel.tracing.models import Suspect

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

SHOWN = 100
_DEEDS: dict[str, tuple[Callable[..., Suspect], str]] = {
    "ask": (sharing.ask_customer, "Line {} is refused until its customer confirms at /activate/confirm."),
    "cap": (sharing.cap, "Line {} has one screen now."),
    "dismiss": (sharing.dismiss, "Line {} is left alone."),
    "lift": (sharing.lift, "Line {} is as it was."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspectLine:
    """One line as the page shows it."""

    row: Suspect
    tone: str
    word: str
    age: str
    grounds: list[tuple[int, str]]
    acts: list[tuple[str, str]]


def suspects_page(request: HttpRequest) -> HttpResponse:
    """Who wants a look first; then what was done, and what was left alone."""
    if not request.user.has_perm("tracing.view_suspect"):
        raise PermissionDenied
    now = timezone.now()
    rows = list(Suspect.objects.select_related("line")[:SHOWN])
    may = request.user.has_perms(("tracing.change_suspect", "lines.change_line"))
    shown = [_shown(row, now, may=may) for row in rows]
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": "Shared lines",
        "waiting": [one for one in shown if one.row.state == Suspect.State.OPEN],
        "done": [one for one in shown if one.row.state != Suspect.State.OPEN],
        "more": max(0, Suspect.objects.count() - SHOWN),
    }
    return TemplateResponse(request, "tracing/suspects.html", context)


def act(request: HttpRequest, line_id: int) -> HttpResponse:
    """POST `deed`: ask, cap, dismiss or lift, with `why`."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not request.user.has_perm("tracing.change_suspect"):
        raise PermissionDenied
    deed, said = _DEEDS.get(request.POST.get("deed", ""), _DEEDS["dismiss"])
    try:
        row = deed(actor_of(request), line_id, request.POST.get("why", ""))
    except RightcastError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said.format(row.line))
    return HttpResponseRedirect(reverse("suspects"))


def _shown(row: Suspect, now: datetime, *, may: bool) -> SuspectLine:
    acts = {
        Suspect.State.OPEN: [("ask", "Ask to confirm"), ("cap", "One screen"), ("dismiss", "Leave alone")],
        Suspect.State.ASKED: [("lift", "Take back")],
        Suspect.State.CAPPED: [("lift", "Take back")],
    }
    state = Suspect.State(row.state)
    tone = "warn" if state is Suspect.State.OPEN else "calm"
    return SuspectLine(
        row=row,
        tone=tone,
        word=str(state.label),
        age=until(row.since, now),
        grounds=[(points, sentence) for _, points, sentence in row.grounds],
        acts=acts.get(state, []) if may else [],
    )
