"""The bell in the header of every page: how many alarms want somebody, and how bad the worst is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse
from django.utils.functional import SimpleLazyObject

from rightcast.domain.findings import Severity
from rightcast.panel.alarms import queries
from rightcast.panel.alarms.showing import TONES
from rightcast.panel.console.live import live

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@dataclass(frozen=True, slots=True)
class Bell:
    """Warnings and worse that nobody has acknowledged; an exclamation mark while nobody watches."""

    count: str
    tone: str
    sentence: str


def bell(_request: HttpRequest) -> dict[str, Any]:
    """For every template; the tables are asked only where the bell is drawn."""
    return {"alarm_bell": SimpleLazyObject(_bell)}


def bell_fragment(request: HttpRequest) -> HttpResponse:
    """The bell as it is now."""
    if not request.user.has_perm("alarms.view_alarmrow"):
        raise PermissionDenied
    return TemplateResponse(request, "alarms/bell.html", {"bell": _bell()})


def _bell() -> Bell:
    found = queries.counts()
    worth = [one for one in (Severity.CRITICAL, Severity.WARNING) if found[one]]
    sentence = ", ".join(f"{found[one]} {one.word}" for one in worth) or "none wants you"
    picture = live()
    if picture.headends and not picture.watches:
        return Bell("!", "bad", "nobody watches, the jobs process does not report")
    many = sum(found[one] for one in worth)
    return Bell(f"{many}" if many else "", TONES[worth[0]] if worth else "good", sentence)
