"""The Why? page: may this line watch this channel now, with every link of the chain."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from rightcast.domain.entitlement import Allowed
from rightcast.domain.errors import InvalidInputError, RightcastError
from rightcast.domain.rights import DeviceClass
from rightcast.panel.console.numbers import span
from rightcast.panel.lines.queries import explain, sentence_of
from rightcast.panel.lines.telling import told
from rightcast.panel.lines.viewpoint import Viewpoint

if TYPE_CHECKING:
    from django.http import HttpRequest


def why_page(request: HttpRequest) -> HttpResponse:
    """Ask by `line` and `channel`, and as the viewer of `at`, `from`, `device`, `output`; without both, the form."""
    line, channel = _asked(request)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": "Why?",
        "line": line,
        "channel": channel,
        "at": request.GET.get("at", "").strip(),
        "where": request.GET.get("from", "").strip(),
        "device": request.GET.get("device", "").strip(),
        "output": request.GET.get("output", "ts"),
        "devices": [one.value for one in DeviceClass if one is not DeviceClass.UNKNOWN],
    }
    if line and channel:
        context |= _answer(request, line, channel)
    return TemplateResponse(request, "console/why.html", context)


def why_json(request: HttpRequest) -> HttpResponse:
    """The same answer as JSON, in the shape of `rightcast explain --json`; 400 with a sentence for a bad question."""
    line, channel = _asked(request)
    try:
        value = told(line, channel, explain(line, channel, seen=_seen(request)))
    except RightcastError as error:
        body, status = {"error": error.code, "sentence": str(error)}, 400
        return HttpResponse(msgspec.json.encode(body), content_type="application/json", status=status)
    return HttpResponse(msgspec.json.encode(value), content_type="application/json")


def _asked(request: HttpRequest) -> tuple[str, str]:
    if not request.user.has_perm("lines.view_line"):
        raise PermissionDenied
    return request.GET.get("line", "").strip(), request.GET.get("channel", "").strip()


def _seen(request: HttpRequest) -> Viewpoint:
    """The viewer as asked for; a moment without a zone is by the clock of the page. Raises InvalidInputError."""
    text, tall = request.GET.get("at", "").strip(), request.GET.get("height", "").strip() or "0"
    try:
        at = datetime.fromisoformat(text) if text else None
        height = int(tall)
    except ValueError as error:
        raise InvalidInputError(
            "The moment or the height cannot be read.", remedy="Write 2026-12-31T20:00 and 1080.", field="at"
        ) from error
    return Viewpoint(
        at=timezone.make_aware(at) if at is not None and at.tzinfo is None else at,
        where=request.GET.get("from", "").strip(),
        device=request.GET.get("device", "").strip(),
        output=request.GET.get("output", "").strip() or "ts",
        height=height,
    )


def _answer(request: HttpRequest, line: str, channel: str) -> dict[str, Any]:
    now = timezone.now()
    try:
        found = explain(line, channel, now, _seen(request))
    except RightcastError as error:
        return {"error": str(error)}
    return {
        "found": found,
        "allowed": isinstance(found.verdict, Allowed),
        "refusals": [(span(now.timestamp() - one.at), sentence_of(one.reason)) for one in found.refusals[:8]],
    }
