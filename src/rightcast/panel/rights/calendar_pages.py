"""Calendars of windows: their addresses with secrets, and the calendar that is read without signing in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from rightcast.domain.errors import RightcastError
from rightcast.panel.desk import actor_of
from rightcast.panel.rights import windows
from rightcast.panel.rights.models import CalendarRow, CarriageRight

if TYPE_CHECKING:
    from django.http import HttpRequest


def calendars_page(request: HttpRequest) -> HttpResponse:
    """The addresses that are open, a form for one more, and a button that closes one."""
    if not request.user.has_perm("rights.view_carriageright"):
        raise PermissionDenied
    made: windows.NewCalendar | None = None
    may = request.user.has_perm("rights.change_carriageright")
    if request.method == "POST":
        if not may:
            raise PermissionDenied
        try:
            made = _act(request)
        except RightcastError as error:
            messages.error(request, str(error))
        if made is None:
            return HttpResponseRedirect(reverse("agreement-calendars"))
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": "Calendars of windows",
        "rows": CalendarRow.objects.order_by("id"),
        "made": made,
        "address": request.build_absolute_uri(reverse("agreement-calendar", args=[made.secret])) if made else "",
        "may": may,
    }
    answer = TemplateResponse(request, "rights/calendars.html", context)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def calendar_file(request: HttpRequest, secret: str) -> HttpResponse:
    """The calendar for whoever knows the secret; calendar programs cannot sign in."""
    if windows.calendar_behind(secret) is None:
        raise Http404
    answer = HttpResponse(windows.calendar_text(), content_type="text/calendar; charset=utf-8")
    answer.headers["Cache-Control"] = "private, max-age=300"
    return answer


def odrl_file(request: HttpRequest, right_id: int) -> HttpResponse:
    """The agreement in JSON-LD."""
    if not request.user.has_perm("rights.view_carriageright"):
        raise PermissionDenied
    right = CarriageRight.objects.filter(id=right_id).first()
    if right is None:
        raise Http404
    return JsonResponse(windows.odrl_of(right), content_type="application/ld+json", json_dumps_params={"indent": 2})


def _act(request: HttpRequest) -> windows.NewCalendar | None:
    actor, number = actor_of(request), request.POST.get("calendar", "")
    if number.isascii() and number.isdigit() and len(number) < 18:
        windows.revoke_calendar(actor, int(number))
        messages.success(request, "Revoked: its address answers nobody any more.")
        return None
    return windows.add_calendar(actor, request.POST.get("name", ""))
