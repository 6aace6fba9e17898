"""The devices of a line: given, called something, revoked; and the page that is shown once when one was given.

What they change, operations change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from rightcast.domain.errors import RightcastError
from rightcast.domain.lineup import CredentialKind
from rightcast.panel.console.numbers import span
from rightcast.panel.desk import actor_of
from rightcast.panel.lines import devices, handing, showing
from rightcast.panel.lines.models import Credential, Line

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from rightcast.panel.audit.operations import Actor

KINDS = (
    (CredentialKind.SHORT, "Short address", "TV sets and playlist apps: a few letters to type, no name"),
    (CredentialKind.XTREAM, "Name and password", "Apps with an Xtream login"),
    (CredentialKind.MAC, "Set-top box", "Known by its MAC address, nothing to type"),
    (CredentialKind.TOKEN, "Long token", "Scripts and apps that are configured for the customer"),
)
"""In the order in which they are offered."""
_WORDS = {kind.value: word for kind, word, _ in KINDS}
_OPEN_KINDS = {CredentialKind.XTREAM.value, CredentialKind.MAC.value}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRow:
    """A device as the page shows it."""

    id: int
    name: str
    device: str
    way: str
    shows: str
    seen: str
    seen_at: str
    player: str


def devices_page(request: HttpRequest, line_id: int) -> HttpResponse:
    """The devices of a line and the form for another one; a POST changes one of them."""
    line = Line.objects.filter(id=line_id).first()
    if line is None:
        raise Http404
    if not request.user.has_perm("lines.view_line"):
        raise PermissionDenied
    if request.method == "POST":
        return _act(request, line)
    context = {
        "line": line,
        "rows": [_row(one) for one in line.credentials.all()],
        "kinds": KINDS,
        "most": devices.MOST_DEVICES,
        "may": request.user.has_perm("lines.change_line"),
    }
    return _page(request, "console/line_devices.html", f"Devices of {line.name}", context)


def secret_page(request: HttpRequest, word: str) -> HttpResponse:
    """What a line or a device must show, once, with a text for each kind of app."""
    if not request.user.has_perm("lines.change_line"):
        raise PermissionDenied
    made = showing.show(word)
    context: dict[str, Any] = {"made": made}
    title = "Shown already"
    if made is not None:
        way, line, device = _way_of(made)
        server = showing.server_of(settings.STATION, _host(request))
        title = f"{device or 'Line'} · {line.name}" if device else f"Line {line.name}"
        context |= {"line": line, "way": way, "server": server, "texts": handing.messages(server, way)}
        context["word"] = _WORDS[way.kind.value]
        context["device"] = device
    answer = _page(request, "console/line_secret.html", title, context)
    answer["Cache-Control"] = "no-store"
    return answer


def _way_of(made: showing.Made) -> tuple[handing.WayIn, Line, str]:
    if isinstance(made, devices.NewCredential):
        kind = CredentialKind(made.credential.kind)
        return handing.WayIn(kind, made.shown, made.secret), made.credential.line, str(made.credential)
    return handing.WayIn(CredentialKind.XTREAM, made.line.name, made.secret), made.line, ""


def _act(request: HttpRequest, line: Line) -> HttpResponse:
    """Add, rename or revoke, as the pressed button says; what is refused is told above the page."""
    actor, said = actor_of(request), request.POST
    here = HttpResponseRedirect(reverse("line-devices", args=(line.id,)))
    try:
        match said.get("do", ""):
            case "add":
                return _added(actor, line, said.get("kind", ""), said.get("mac", ""), said.get("device", ""))
            case "rename":
                found = devices.rename_credential(actor, _of_line(line, said.get("id", "")), said.get("device", ""))
                messages.success(request, f"The device is called {found} now.")
            case "revoke":
                devices.revoke_credential(actor, _of_line(line, said.get("id", "")))
                messages.success(request, "The device is revoked; what it showed stops within two seconds.")
            case _:
                raise Http404
    except RightcastError as error:
        messages.error(request, str(error))
    return here


def _added(actor: Actor, line: Line, kind: str, mac: str, device: str) -> HttpResponse:
    if kind not in _WORDS:
        raise Http404
    wanted = CredentialKind(kind)
    shown = mac if wanted is CredentialKind.MAC else ""
    made = devices.add_credential(actor, line.id, wanted, shown=shown, device=device)
    return HttpResponseRedirect(reverse("line-secret", args=(showing.hide(made),)))


def _of_line(line: Line, text: str) -> int:
    """The id of a device of this line. Raises Http404 for any other."""
    if not text.isdecimal() or len(text) > 18 or not line.credentials.filter(id=int(text)).exists():
        raise Http404
    return int(text)


def _row(one: Credential) -> DeviceRow:
    now = timezone.now().timestamp()
    return DeviceRow(
        id=one.id,
        name=str(one),
        device=one.device,
        way=_WORDS[one.kind],
        shows=one.handle if one.kind in _OPEN_KINDS else "shown once",
        seen=f"{span(now - one.last_seen.timestamp())} ago" if one.last_seen else "never",
        seen_at=f"{one.last_seen:%Y-%m-%d %H:%M} UTC" if one.last_seen else "",
        player=f"{one.last_player} from {one.last_address}" if one.last_seen else "",
    )


def _host(request: HttpRequest) -> str:
    host = request.get_host()
    return (host.rpartition(":")[0] or host).strip("[]")


def _page(request: HttpRequest, template: str, title: str, context: dict[str, Any]) -> TemplateResponse:
    return TemplateResponse(request, template, {**admin.site.each_context(request), "title": title, **context})
