"""The review page of matching: one decision a click, many at once after a look, and everything can be undone."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode

from rightcast.domain.errors import InvalidInputError, RightcastError
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.desk import actor_of
from rightcast.panel.matching import operations, queries
from rightcast.panel.matching.finding import LEAST_SCORE
from rightcast.panel.matching.steps import PERMISSION

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from rightcast.panel.audit.operations import Actor

PER_PAGE = 20
USUAL_SCORE = 90.0
_SHOWN_AT_ONCE = 100


def matching_page(request: HttpRequest) -> HttpResponse:
    """Channels of one filter with what they may be; `above` shows first what accepting many would do."""
    _require(request, "guide.view_guidesource")
    which = request.GET.get("show", "review")
    which = which if which in queries.FILTERS else "review"
    text = request.GET.get("q", "").strip()[:100]
    pages = Paginator(queries.channels_of(which, text), PER_PAGE)
    page = pages.get_page(request.GET.get("page"))
    found = queries.counts()
    above = _score(request.GET.get("above", ""))
    best = operations.best_above(above) if above else []
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": "Whose guide is whose",
        "lines": queries.lines(list(page.object_list), time.time()),
        "page": page,
        "filters": [(name, words, found[name]) for name, words in queries.FILTERS.items()],
        "which": which,
        "q": text,
        "here": request.get_full_path(),
        "may": request.user.has_perm(PERMISSION),
        "steps": queries.last_steps(),
        "usual": above or USUAL_SCORE,
        "above": above,
        "preview": best[:_SHOWN_AT_ONCE],
        "previewed": len(best),
        "channels": Channel.objects.count(),
    }
    return TemplateResponse(request, "matching/matching.html", context)


def choose_page(request: HttpRequest, channel_id: int) -> HttpResponse:
    """Another guide channel for one channel, by a part of its name."""
    _require(request, "guide.view_guidesource")
    channel = Channel.objects.filter(id=channel_id).first()
    if channel is None:
        return HttpResponseRedirect(reverse("matching"))
    text = request.GET.get("q", "").strip()[:100]
    (line,) = queries.lines([channel], time.time())
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": f"The guide of {channel}",
        "line": line,
        "q": text,
        "found": queries.named(text, time.time()),
        "may": request.user.has_perm(PERMISSION),
        "here": request.get_full_path(),
    }
    return TemplateResponse(request, "matching/choose.html", context)


def act(request: HttpRequest) -> HttpResponse:
    """Do what was clicked, and come back to where it was."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    _require(request, PERMISSION)
    deed = _DEEDS.get(request.POST.get("deed", ""))
    try:
        if deed is None:
            raise InvalidInputError("Nothing was asked for.")
        messages.success(request, deed(actor_of(request), request))
    except RightcastError as error:
        messages.error(request, str(error))
    back = request.POST.get("back", "")
    safe = back.startswith(reverse("matching")) and "\\" not in back
    return HttpResponseRedirect(back if safe else reverse("matching"))


def _accept(actor: Actor, request: HttpRequest) -> str:
    offset = request.POST.get("offset_min", "")
    channel_id, row = _number(request, "channel"), _number(request, "guide_channel")
    operations.accept(actor, channel_id, row, int(offset) if offset.lstrip("-").isdecimal() else None)
    return "Accepted. It can be undone below."


def _refuse(actor: Actor, request: HttpRequest) -> str:
    operations.refuse(actor, _number(request, "channel"), _number(request, "guide_channel"))
    return "It will not be proposed again."


def _without(actor: Actor, request: HttpRequest) -> str:
    operations.leave_without(actor, _number(request, "channel"))
    return "The channel stays without a guide."


def _above(actor: Actor, request: HttpRequest) -> str:
    score = _score(request.POST.get("above", ""))
    if score is None:
        raise InvalidInputError("That is no score.", remedy=f"Write a number from {LEAST_SCORE:g} to 100.")
    step = operations.accept_above(actor, score)
    return "Nothing is that sure." if step is None else f"{len(step.changes)} accepted. It can be undone below."


def _undo(actor: Actor, request: HttpRequest) -> str:
    return f"Undone: {operations.undo(actor, _number(request, 'step')).sentence}."


def _search(actor: Actor, request: HttpRequest) -> str:
    outcome = operations.search(actor)
    return f"{outcome.assigned} found by their names, {outcome.proposed} to review."


_DEEDS: dict[str, Callable[[Actor, HttpRequest], str]] = {
    "accept": _accept,
    "refuse": _refuse,
    "without": _without,
    "above": _above,
    "undo": _undo,
    "search": _search,
}


def _score(text: str) -> float | None:
    try:
        score = float(text)
    except ValueError:
        return None
    return score if LEAST_SCORE <= score <= 100 else None


def _number(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        raise InvalidInputError("The page is out of date.", remedy="Load it again.")
    return int(text)


def _require(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


def address(**fields: str) -> str:
    """The review page with a filter."""
    return f"{reverse('matching')}?{urlencode(fields)}" if fields else reverse("matching")
