"""Tokens for delivery networks of others, made in the console or by a program that is signed in there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse

from rightcast.domain.errors import InvalidInputError, RightcastError
from rightcast.formats.cat.words import claims_of
from rightcast.panel.desk import actor_of
from rightcast.panel.tracing import networks
from rightcast.panel.tracing.models import DeliveryNetwork

if TYPE_CHECKING:
    from django.http import HttpRequest

    from rightcast.panel.tracing.networks import Issued

_MAY = "tracing.change_deliverynetwork"
_LONGEST = 200


def token_page(request: HttpRequest) -> HttpResponse:
    """The form; POST makes a token and shows it once, with what it says."""
    _require(request)
    asked = {name: _text(request, name) for name in ("network", "line", "channel", "life_s")}
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": "Token for a delivery network",
        "networks": list(DeliveryNetwork.objects.values_list("name", flat=True)),
        "asked": asked,
    }
    if request.method == "POST":
        try:
            made = _made(request, asked)
        except RightcastError as error:
            context["error"] = str(error)
        else:
            context |= {"token": made.token, "claims": _shown(made)}
    answer = TemplateResponse(request, "tracing/token.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


def token_json(request: HttpRequest) -> HttpResponse:
    """POST `network`, `line`, `channel` and, if wanted, `life_s`: what `rightcast token cat make --json` gives.

    400 with a sentence for what cannot be, or when the line may not watch.
    """
    _require(request)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    asked = {name: _text(request, name) for name in ("network", "line", "channel", "life_s")}
    try:
        made = _made(request, asked)
    except RightcastError as error:
        body, status = {"error": error.code, "sentence": str(error)}, 400
        return HttpResponse(msgspec.json.encode(body), content_type="application/json", status=status)
    value = {"token": made.token, "right_id": made.right_id, "claims": claims_of(made.cat)}
    answer = HttpResponse(msgspec.json.encode(value), content_type="application/json")
    answer["Cache-Control"] = "no-store"
    return answer


def _made(request: HttpRequest, asked: dict[str, str]) -> Issued:
    life = asked["life_s"]
    if life and not (life.isascii() and life.isdecimal() and len(life) < 9):
        raise InvalidInputError(f"“{life}” is no number of seconds.", remedy="Write 300, or nothing.", field="life_s")
    return networks.issue(
        actor_of(request),
        networks.find_network(asked["network"]),
        line=asked["line"],
        channel=asked["channel"],
        life_s=int(life) if life else None,
        way="console",
    )


def _shown(made: Issued) -> list[tuple[str, str]]:
    said = {"stands on right": made.right_id, **claims_of(made.cat)}
    return [
        (name.replace("_", " "), ", ".join(map(str, value)) if isinstance(value, list) else str(value))
        for name, value in said.items()
    ]


def _text(request: HttpRequest, name: str) -> str:
    given = request.POST.get(name, "") or request.GET.get(name, "")
    return given.replace("\x00", "").strip()[:_LONGEST]


def _require(request: HttpRequest) -> None:
    if not request.user.has_perm(_MAY):
        raise PermissionDenied
