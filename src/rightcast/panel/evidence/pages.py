"""The page of evidence: cases, and packs to take away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.text import slugify

from rightcast.domain.errors import InvalidInputError, RightcastError
from rightcast.panel.audit.moments import typed_moment
from rightcast.panel.catalogue.queries import find_channel
from rightcast.panel.desk import actor_of
from rightcast.panel.evidence.models import Case
from rightcast.panel.evidence.operations import export_pack, find_case, scope_of, scope_of_channels
from rightcast.state.signing import signer

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest

    from rightcast.panel.evidence.scope import Scope

SHOWN = 200
NAMED = 3


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case and its channels in words."""

    case: Case
    channels: str


def evidence_page(request: HttpRequest) -> HttpResponse:
    """Cases, the newest first, and a form for a channel and a span without one."""
    _require(request)
    cases = Case.objects.prefetch_related("channels")[:SHOWN]
    asked = {name: request.GET.get(name, "")[:200] for name in ("channel", "from", "until")}
    context = {
        **admin.site.each_context(request),
        "title": "Evidence",
        "cases": [CaseLine(one, _named([channel.name for channel in one.channels.all()])) for one in cases],
        "fingerprint": signer(settings.STATION.keys).fingerprint,
        "may": request.user.has_perm("evidence.add_case"),
        "asked": {**asked, "since": asked["from"]},
    }
    return TemplateResponse(request, "evidence/evidence.html", context)


def pack(request: HttpRequest) -> HttpResponse:
    """The pack of a case, or of a channel and a span, as a download."""
    _require(request)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        sealed, name = _made(request)
    except RightcastError as error:
        messages.error(request, str(error))
        given = {name: request.POST.get(name, "")[:200] for name in ("channel", "from", "until")}
        return HttpResponseRedirect(f"{reverse('evidence')}?{urlencode(given)}")
    answer = HttpResponse(sealed, content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _made(request: HttpRequest) -> tuple[bytes, str]:
    number = request.POST.get("case", "").replace("\x00", "")[:200]
    if number:
        scope, about = scope_of(find_case(number)), number
    else:
        scope = _scope(request)
        about = request.POST.get("channel", "")
    body = export_pack(actor_of(request), scope).body
    return body, f"evidence-{slugify(about) or 'case'}-{timezone.now():%Y%m%d-%H%M}.zip"


def _scope(request: HttpRequest) -> Scope:
    channel = find_channel(request.POST.get("channel", "").replace("\x00", "").strip()[:200])
    since = _moment(request, "from", end=False)
    return scope_of_channels([channel.id], since, _moment(request, "until", end=True))


def _moment(request: HttpRequest, name: str, *, end: bool) -> datetime | None:
    text = request.POST.get(name, "").strip()[:40]
    moment = typed_moment(text, end=end)
    if text and moment is None:
        raise InvalidInputError(
            f"“{text}” is no date.", remedy="Write 2026-12-31 or 2026-12-31T20:00 (UTC).", field=name
        )
    return moment


def _named(names: list[str]) -> str:
    shown = ", ".join(names[:NAMED])
    return f"{shown} and {len(names) - NAMED} more" if len(names) > NAMED else shown


def _require(request: HttpRequest) -> None:
    if not request.user.has_perm("evidence.view_case"):
        raise PermissionDenied
