"""The page of a channel's cues: what its provider signalled lately, and what is restricted now."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html

from rightcast.panel.catalogue.models import Channel
from rightcast.panel.console.live import live

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def cues_page(request: HttpRequest, channel_id: int) -> HttpResponse:
    """The last cues of a channel, newest first; empty while the channel does not run."""
    if not request.user.has_perm("catalogue.view_channel"):
        raise PermissionDenied
    channel = Channel.objects.filter(id=channel_id).first()
    if channel is None:
        raise Http404
    report = live().channels.get(channel_id)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": f"{channel}: cues",
        "channel": channel,
        "runs": report is not None,
        "restricted": "" if report is None else report.restricted,
        "cues": [
            (datetime.fromtimestamp(one.at, UTC), one.sentence, base64.b64encode(one.section).decode())
            for one in reversed([] if report is None else report.cues)
        ],
    }
    return TemplateResponse(request, "console/cues.html", context)


def cues_link(channel_id: int) -> str:
    """The way to the page, and what is restricted now."""
    report = live().channels.get(channel_id)
    restricted = "" if report is None else report.restricted
    return format_html(
        '<div><a class="rc-link" href="{}">Cues</a> <span class="rc-quiet">{}</span></div>',
        reverse("channel-cues", args=[channel_id]),
        restricted or "The provider restricts nothing now.",
    )
