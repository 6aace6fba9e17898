"""The Why? page: may this line watch this channel, its past or this title, with every link of the chain."""

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
from rightcast.panel.lines.explaining import explain_asked
from rightcast.panel.lines.queries import sentence_of
from rightcast.panel.lines.telling import told
from rightcast.panel.lines.viewpoint import Viewpoint

if TYPE_CHECKING:
    from django.http import HttpRequest

    from rightcast.panel.lines.queries import Explanation

_LONGEST_HEIGHT = 6


def why_page(request: HttpRequest) -> HttpResponse:
    """Ask by `line` and `channel` (of its `past`) or `title`, as the viewer of `at`, `from`, `device`, `output`.

    Without a line and one of both it is the form.
    """
    line, channel, title = _asked(request)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": "Why?",
        "line": line,
        "channel": channel,
        "asked_title": title,
        "past": request.GET.get("past", "").strip(),
        "at": request.GET.get("at", "").strip(),
        "where": request.GET.get("from", "").strip(),
        "device": request.GET.get("device", "").strip(),
        "output": request.GET.get("output", "ts"),
        "devices": [one.value for one in DeviceClass if one is not DeviceClass.UNKNOWN],
    }
    if line:
        context |= _answer(request, line, channel, title)
    return TemplateResponse(request, "console/why.html", context)


def why_json(request: HttpRequest) -> HttpResponse:
    """The same answer as JSON, in the shape of `rightcast explain --json`; 400 with a sentence for a bad question."""
    line, channel, title = _asked(request)
    try:
        value = told(line, channel, _explained(request, line, channel, title), title=title)
    except RightcastError as error:
        body, status = {"error": error.code, "sentence": str(error)}, 400
        return HttpResponse(msgspec.json.encode(body), content_type="application/json", status=status)
    return HttpResponse(msgspec.json.encode(value), content_type="application/json")


def _asked(request: HttpRequest) -> tuple[str, str, str]:
    if not request.user.has_perm("lines.view_line"):
        raise PermissionDenied
    line, channel, title = (request.GET.get(name, "").strip() for name in ("line", "channel", "title"))
    return line, channel, title


def _explained(request: HttpRequest, line: str, channel: str, title: str) -> Explanation:
    past = _moment(request.GET.get("past", "").strip(), "past")
    return explain_asked(line, channel, title_named=title, past=past, seen=_seen(request))


def _moment(text: str, field: str) -> datetime | None:
    """A moment without a zone is by the clock of the page. Raises InvalidInputError."""
    try:
        at = datetime.fromisoformat(text) if text else None
        return timezone.make_aware(at) if at is not None and at.tzinfo is None else at
    except (ValueError, OverflowError) as error:
        raise InvalidInputError("The moment cannot be read.", remedy="Write 2026-12-31T20:00.", field=field) from error


def _seen(request: HttpRequest) -> Viewpoint:
    """The viewer as asked for. Raises InvalidInputError."""
    tall = request.GET.get("height", "").strip() or "0"
    if not tall.isascii() or not tall.isdecimal() or len(tall) > _LONGEST_HEIGHT:
        raise InvalidInputError("The height cannot be read.", remedy="Write 1080.", field="height")
    return Viewpoint(
        at=_moment(request.GET.get("at", "").strip(), "at"),
        where=request.GET.get("from", "").strip(),
        device=request.GET.get("device", "").strip(),
        output=request.GET.get("output", "").strip() or "ts",
        height=int(tall),
    )


def _answer(request: HttpRequest, line: str, channel: str, title: str) -> dict[str, Any]:
    now = timezone.now()
    try:
        found = _explained(request, line, channel, title)
    except RightcastError as error:
        return {"error": str(error)}
    return {
        "found": found,
        "allowed": isinstance(found.verdict, Allowed),
        "refusals": [(span(now.timestamp() - one.at), sentence_of(one.reason)) for one in found.refusals[:8]],
    }
