"""Pages of a guide source beside its form: how it is, renewing itself, and the report of its last import."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.template.response import TemplateResponse

from rightcast.panel.guide.models import GuideSource
from rightcast.panel.guide.showing import report_lines, standing_context

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def standing_fragment(request: HttpRequest, source_id: int) -> HttpResponse:
    """How a source is at this moment."""
    return TemplateResponse(request, "guide/standing.html", standing_context(_source(request, source_id)))


def report_page(request: HttpRequest, source_id: int) -> HttpResponse:
    """What the last import understood, repaired and left out, with lines of the file."""
    source = _source(request, source_id)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        **standing_context(source),
        "title": f"The last import of {source}",
        "lines": report_lines(source.report or {}),
    }
    return TemplateResponse(request, "guide/report.html", context)


def _source(request: HttpRequest, source_id: int) -> GuideSource:
    if not request.user.has_perm("guide.view_guidesource"):
        raise PermissionDenied
    found = GuideSource.objects.filter(id=source_id).first()
    if found is None:
        raise Http404
    return found
