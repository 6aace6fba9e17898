"""The page of overlays: lay one on a suspect session, see whether it is on the picture, take it off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from rightcast.domain.errors import InvalidInputError, RightcastError
from rightcast.domain.overlay import MOST_OVERLAYS
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.desk import actor_of
from rightcast.panel.lines.models import Line
from rightcast.panel.overlays import operations
from rightcast.panel.overlays.models import Overlay
from rightcast.panel.overlays.queries import how_they_do

if TYPE_CHECKING:
    from django.http import HttpRequest

_MOST_PAST = 30
_MINUTES = (5, 15, 30, 60, 120)


def overlays_page(request: HttpRequest) -> HttpResponse:
    """The page; a POST does what its button says, and what is refused is told with what was typed."""
    if not request.user.has_perm("overlays.view_overlay"):
        raise PermissionDenied
    typed: dict[str, str] = {"sid": request.GET.get("sid", "")[:80], "minutes": "15"}
    wrong = ""
    if request.method == "POST":
        if not request.user.has_perm("overlays.add_overlay"):
            raise PermissionDenied
        try:
            _act(request)
        except RightcastError as error:
            messages.error(request, str(error))
            typed = {name: request.POST.get(name, "") for name in ("sid", "why", "minutes")}
            wrong = error.field or ""
        else:
            return HttpResponseRedirect(reverse("overlays"))
    now = timezone.now()
    states = how_they_do()
    rows = list(Overlay.objects.all()[: _MOST_PAST + MOST_OVERLAYS])
    names = dict(Channel.objects.filter(id__in={one.channel_id for one in rows}).values_list("id", "name"))
    lines = dict(Line.objects.filter(id__in={one.line_id for one in rows}).values_list("id", "name"))
    shown: list[dict[str, Any]] = [
        {
            "row": row,
            "channel": names.get(row.channel_id, "?"),
            "line": lines.get(row.line_id, "?"),
            "state": states.get((row.channel_id, row.slot), ("calm", "Waits for the headend.")),
        }
        for row in rows
    ]
    context: dict[str, Any] = {
        "title": "Overlays",
        "running": [one for one in shown if one["row"].ends > now],
        "past": [one for one in shown if one["row"].ends <= now][:_MOST_PAST],
        "may": request.user.has_perm("overlays.add_overlay"),
        "most": MOST_OVERLAYS,
        "minutes": _MINUTES,
        "typed": typed,
        "wrong": wrong,
    }
    return TemplateResponse(request, "overlays/overlays.html", {**admin.site.each_context(request), **context})


def _act(request: HttpRequest) -> None:
    said = request.POST
    match said.get("do", ""):
        case "lay":
            row = operations.lay_overlay(
                actor_of(request), sid=said.get("sid", ""), why=said.get("why", ""), minutes=_number(said, "minutes")
            )
            messages.success(request, f"The picture of {row} will show its number in a few seconds.")
        case "end":
            row = operations.end_overlay(actor_of(request), _number(said, "id"))
            messages.success(request, f"The overlay of {row} is taken off.")
        case _:
            raise InvalidInputError("Nothing was asked for.", remedy="Press one of the buttons.")


def _number(said: Any, name: str) -> int:
    text = str(said.get(name, ""))
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise InvalidInputError(f"'{text[:20]}' is no number.", remedy="Choose again.", field=name)
    return int(text)
