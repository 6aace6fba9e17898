"""The Why? page: may this line watch this channel now, with every link of the chain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse
from django.utils import timezone

from rightcast.domain.entitlement import Allowed
from rightcast.domain.errors import RightcastError
from rightcast.panel.console.numbers import span
from rightcast.panel.lines.queries import explain, sentence_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def why_page(request: HttpRequest) -> HttpResponse:
    """Ask by `line` and `channel`; without both, the empty form."""
    if not request.user.has_perm("lines.view_line"):
        raise PermissionDenied
    line, channel = (request.GET.get(name, "").strip() for name in ("line", "channel"))
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": "Why?",
        "line": line,
        "channel": channel,
    }
    if line and channel:
        context |= _answer(line, channel)
    return TemplateResponse(request, "console/why.html", context)


def _answer(line: str, channel: str) -> dict[str, Any]:
    now = timezone.now()
    try:
        found = explain(line, channel, now)
    except RightcastError as error:
        return {"error": str(error)}
    return {
        "found": found,
        "allowed": isinstance(found.verdict, Allowed),
        "refusals": [(span(now.timestamp() - one.at), sentence_of(one.reason)) for one in found.refusals[:8]],
    }
