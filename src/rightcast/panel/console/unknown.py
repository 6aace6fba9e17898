"""The page of requests that no interface understood: how an app that nobody has tried shows itself."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse

from rightcast.panel.console.live import live

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def unknown_page(request: HttpRequest) -> HttpResponse:
    """Shapes of requests over all edges, the latest first; they hold nobody's name or secret."""
    if not request.user.has_perm("lines.view_line"):
        raise PermissionDenied
    found = sorted((one for edge in live().edges for one in edge.unknown), key=lambda one: -one.last)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": "Requests nobody understands",
        "rows": [(one.shape, one.count, datetime.fromtimestamp(one.last, UTC), one.player) for one in found],
    }
    return TemplateResponse(request, "console/unknown.html", context)
