"""The page on which a channel is put on air by hand: its sources as they are seen, and a button for each deed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from rightcast.domain.errors import RightcastError
from rightcast.domain.failover import Failover
from rightcast.domain.life import Life, Running
from rightcast.panel.catalogue import airing
from rightcast.panel.catalogue.features import feature_of
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.console.live import live
from rightcast.panel.desk import actor_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from rightcast.panel.audit.operations import Actor

_RUNNING = {"start": Running.ON, "stop": Running.STOPPED, "drain": Running.DRAINING}


def air_page(request: HttpRequest, channel_id: int) -> HttpResponse:
    """Show how the channel's sources do; on POST start, stop, restart, drain it, or put something on air."""
    channel = Channel.objects.filter(id=channel_id).first()
    if channel is None:
        raise Http404
    if not request.user.has_perm("catalogue.change_channel"):
        raise PermissionDenied
    if request.method == "POST":
        try:
            _do(actor_of(request), channel.id, request.POST.get("deed", ""), request.POST.get("show", ""))
        except RightcastError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"{channel}: done. The headend follows within a second.")
        return HttpResponseRedirect(reverse("air", args=[channel.id]))
    report = live().channels.get(channel.id)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": f"{channel}: on air",
        "report": report,
        "sources": [] if report is None else report.sources,
        "pick": feature_of(channel, Failover).pick,
        "running": feature_of(channel, Life).running.value,
        "places": range(1, channel.sources.count() + 1),
        "back": reverse("admin:catalogue_channel_change", args=[channel.id]),
    }
    return TemplateResponse(request, "console/air.html", context)


def _do(actor: Actor, channel_id: int, deed: str, show: str) -> None:
    if show:
        airing.show_on_channel(actor, channel_id, show)
    elif deed == "restart":
        airing.restart_channel(actor, channel_id)
    elif deed in _RUNNING:
        airing.run_channel(actor, channel_id, _RUNNING[deed])
