"""What the station knows of a line's person, as a file for them; and the erasing of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from rightcast.domain.errors import RightcastError
from rightcast.panel.desk import actor_of
from rightcast.panel.lines.models import Line
from rightcast.panel.privacy.queries import retention
from rightcast.panel.privacy.subject import ERASE, EXPORT, erase_person, export_subject
from rightcast.panel.usage.models import SessionRow

if TYPE_CHECKING:
    from django.http import HttpRequest


def privacy_page(request: HttpRequest, line_id: int) -> HttpResponse:
    """What is kept of a line, and for how long; POST gives it out or erases it."""
    line = Line.objects.filter(id=line_id).first()
    if line is None:
        raise Http404
    if not request.user.has_perm(EXPORT):
        raise PermissionDenied
    if request.method == "POST":
        return _act(request, line)
    context = {
        "line": line,
        "keep": retention(),
        "sessions": SessionRow.objects.filter(line_id=line.pk).count(),
        "may_erase": request.user.has_perm(ERASE),
    }
    title = f"Privacy of {line.name}"
    return TemplateResponse(
        request, "console/line_privacy.html", {**admin.site.each_context(request), "title": title, **context}
    )


def _act(request: HttpRequest, line: Line) -> HttpResponse:
    actor = actor_of(request)
    wanted = request.POST.get("do", "")
    if wanted in {"json", "text"}:
        found = export_subject(actor, line.pk)
        data, kind = (found.as_json(), "json") if wanted == "json" else (found.as_text().encode(), "txt")
        types = {"json": "application/json", "txt": "text/plain; charset=utf-8"}
        answer = HttpResponse(data, content_type=types[kind])
        answer["Content-Disposition"] = f'attachment; filename="line-{line.pk}.{kind}"'
        answer["Cache-Control"] = "no-store"
        return answer
    if wanted != "erase":
        raise Http404
    if not request.user.has_perm(ERASE):
        raise PermissionDenied
    if request.POST.get("name", "").strip() != line.name:
        messages.error(request, f"Nothing was erased: write {line.name} to confirm.")
        return HttpResponseRedirect(reverse("line-privacy", args=(line.pk,)))
    number = line.pk
    try:
        erase_person(actor, number)
    except RightcastError as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(reverse("line-privacy", args=(number,)))
    messages.success(request, f"Line {number} was erased; what it watched is kept without a person.")
    return HttpResponseRedirect(reverse("admin:lines_line_changelist"))
