"""Console pages of takedowns: what is dark, the form with its preview, and the stopwatch of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from rightcast.domain.errors import NotFoundError, RightcastError
from rightcast.domain.takedown import Cause, State
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.console.numbers import until
from rightcast.panel.desk import actor_of
from rightcast.panel.takedowns import operations
from rightcast.panel.takedowns.clock import GOAL_S, last_dark_s, standings
from rightcast.panel.takedowns.forms import order_of, typed_of
from rightcast.panel.takedowns.models import Hold, Takedown
from rightcast.panel.takedowns.orders import in_words
from rightcast.panel.takedowns.preview import Touched, coming_back, preview
from rightcast.panel.takedowns.queries import find_takedown, standing_holds, to_record

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

SHOWN = 100
_NARROWING = ("shown_from", "shown_until", "titles", "lines", "territories", "begins")
_TONES = {State.IN_FORCE: "bad", State.AHEAD: "warn", State.LIFTED: "calm", State.EXPIRED: "calm"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TakedownLine:
    """One takedown as the list shows it."""

    row: Takedown
    tone: str
    state: str
    age: str


def takedowns_page(request: HttpRequest) -> HttpResponse:
    """What is dark now, and the form. POST `deed`: preview or order."""
    _require(request, "takedowns.view_takedown")
    typed = typed_of(request.POST)
    shown: dict[str, Any] = {}
    if request.method == "POST":
        try:
            order = order_of(typed)
            if request.POST.get("deed") == "order":
                row = operations.take_down(actor_of(request), order)
                return HttpResponseRedirect(reverse("takedown", args=[row.pk]))
            wanted = order.record(timezone.now())
            shown = {"words": in_words(wanted), "touched": preview(wanted).lines()}
        except RightcastError as error:
            messages.error(request, str(error))
    now = timezone.now()
    lines = [_line(row, now) for row in Takedown.objects.all()[:SHOWN]]
    standing = {State.IN_FORCE, State.AHEAD}
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": "Takedowns",
        "dark": [one for one in lines if one.state in standing],
        "past": [one for one in lines if one.state not in standing],
        "holds": list(standing_holds().filter(takedown=None)),
        "may": request.user.has_perm("takedowns.add_takedown"),
        "channels": list(Channel.objects.values_list("name", flat=True)),
        "causes": [(one.value, one.in_words.capitalize()) for one in Cause],
        "typed": typed,
        "narrowed": any(typed[name] for name in _NARROWING),
        **shown,
    }
    return TemplateResponse(request, "takedowns/takedowns.html", context)


def takedown_page(request: HttpRequest, takedown_id: int) -> HttpResponse:
    """One takedown with its stopwatch."""
    row = _found(request, takedown_id)
    now = timezone.now()
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": f"Takedown {row.pk}",
        "live_address": reverse("takedown-live", args=[row.pk]),
        "may": request.user.has_perm("takedowns.change_takedown") and row.lifted is None,
        "touched": _stored(row).lines(),
        "hold": Hold.objects.filter(takedown=row).first(),
        **_clock(row, now),
    }
    if "rehearse" in request.GET:
        back, staying = coming_back(to_record(row))
        context |= {"back": back.lines(), "staying": staying}
    return TemplateResponse(request, "takedowns/takedown.html", context)


def takedown_live(request: HttpRequest, takedown_id: int) -> HttpResponse:
    """The stopwatch alone, renewed in place."""
    row = _found(request, takedown_id)
    return TemplateResponse(request, "takedowns/clock.html", _clock(row, timezone.now()))


def lift(request: HttpRequest, takedown_id: int) -> HttpResponse:
    """POST `why`: let it come back."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    row = _found(request, takedown_id)
    try:
        operations.lift(actor_of(request), row.pk, request.POST.get("why", ""))
    except RightcastError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Takedown {row.pk} is lifted: {row.names} may be watched again where rights let it.")
    return HttpResponseRedirect(reverse("takedown", args=[row.pk]))


def _clock(row: Takedown, now: datetime) -> dict[str, Any]:
    found = standings(row, now)
    last = last_dark_s(found)
    state = row.state(now)
    running = state is State.IN_FORCE and last is None and bool(found)
    elapsed = max(0.0, (now - max(row.at, row.begins)).total_seconds())
    if state is State.IN_FORCE:
        late = any(one.tone == "bad" for one in found)
        tone = "bad" if late else "warn" if running else "good"
    else:
        tone = _TONES[state]
    return {
        "row": row,
        "state": state,
        "tone": tone,
        "running": running,
        "dial": f"{elapsed if running else last or 0.0:.2f}" if found else "",
        "standings": found,
        "stopped": sum(one.stopped for one in found),
        "goal": GOAL_S,
        "age": until(row.begins, now),
    }


def _line(row: Takedown, now: datetime) -> TakedownLine:
    state = row.state(now)
    return TakedownLine(row=row, tone=_TONES[state], state=state, age=until(row.lifted or row.begins, now))


def _stored(row: Takedown) -> Touched:
    """What was counted when it was ordered."""
    kept = row.touched
    return Touched(
        channels=tuple(kept.get("channels", ())),
        titles=tuple(kept.get("titles", ())),
        viewers=int(kept.get("viewers", 0)),
        recordings=int(kept.get("recordings", 0)),
        archive_h=float(kept.get("archive_h", 0.0)),
        outputs=int(kept.get("outputs", 0)),
    )


def _found(request: HttpRequest, takedown_id: int) -> Takedown:
    _require(request, "takedowns.view_takedown")
    try:
        return find_takedown(takedown_id)
    except NotFoundError as error:
        raise Http404 from error


def _require(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied
