"""Pages of what is offered to whoever gives notice, and of flaggers with their keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from rightcast.domain.errors import RightcastError
from rightcast.panel.desk import actor_of
from rightcast.panel.notices import course, flaggers
from rightcast.panel.notices.models import DeskRow, Flagger

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_DAYS = ("decide_days", "decide_trusted_days", "answer_days", "resolve_days")


def desk_page(request: HttpRequest) -> HttpResponse:
    """What is offered and promised."""
    _require(request, "notices.view_deskrow")
    row = course.desk()
    if request.method == "POST":
        row = DeskRow(
            dsa=request.POST.get("dsa") == "yes",
            dmca=request.POST.get("dmca") == "yes",
            operator=request.POST.get("operator", "").strip()[:200],
            contact=request.POST.get("contact", "").strip()[:200],
            holidays=request.POST.get("holidays", "").strip()[:4000],
            **{name: _number(request.POST.get(name, "")) for name in _DAYS},
        )
        try:
            flaggers.set_desk(actor_of(request), row)
        except RightcastError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, "Stored.")
            return HttpResponseRedirect(reverse("notice-desk"))
    return _page(request, "notices/desk.html", "Notice desk", {"row": row})


def flaggers_page(request: HttpRequest) -> HttpResponse:
    """Flaggers; a new one's key is shown on the answer to the form and never again."""
    _require(request, "notices.view_flagger")
    context: dict[str, Any] = {"key": "", "typed": {}}
    if request.method == "POST":
        try:
            made = _do(request)
        except RightcastError as error:
            messages.error(request, str(error))
            context["typed"] = request.POST.dict()
        else:
            if not made:
                return HttpResponseRedirect(reverse("notice-flaggers"))
            context["key"] = made
    context["flaggers"] = Flagger.objects.all()
    context["may"] = request.user.has_perm("notices.change_flagger")
    answer = _page(request, "notices/flaggers.html", "Flaggers", context)
    answer["Cache-Control"] = "no-store"
    return answer


def _do(request: HttpRequest) -> str:
    """Add, mark or revoke a flagger; the key of a new one."""
    actor, form = actor_of(request), request.POST
    match form.get("deed", ""):
        case "revoke":
            flaggers.revoke_flagger(actor, _number(form.get("flagger", "")))
        case "trust" | "distrust" as deed:
            flaggers.change_flagger(actor, _number(form.get("flagger", "")), trusted=deed == "trust")
        case _:
            row, key = flaggers.add_flagger(
                actor,
                name=form.get("name", ""),
                email=form.get("email", "").strip(),
                trusted=form.get("trusted") == "yes",
                hourly=_number(form.get("hourly", "")),
            )
            messages.success(request, f"{row} may send notices.")
            return key
    return ""


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _require(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


def _page(request: HttpRequest, template: str, title: str, context: dict[str, Any]) -> TemplateResponse:
    return TemplateResponse(request, template, {**admin.site.each_context(request), "title": title, **context})
