"""Thumbnails of what is on air, for staff: behind the sign-in, and only of what a right lets out now.

The headend writes them to tmpfs; here they are read, never made.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseNotModified
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from rightcast.panel.catalogue.models import Channel
from rightcast.panel.console.numbers import span
from rightcast.panel.rights.queries import in_force_ids

if TYPE_CHECKING:
    from django.http import HttpRequest

    from rightcast.contract.reports import ChannelReport, PictureReport

FRESH_S = 360.0
"""Longer than the longest period of looks; an older file is what a headend left that is no more."""


def thumbnail(request: HttpRequest, channel_id: int) -> HttpResponse:
    """The newest small picture of a channel that is wanted under a right in force; otherwise there is none."""
    if not request.user.has_perm("catalogue.view_channel"):
        raise PermissionDenied
    wanted = Channel.objects.filter(id=channel_id, wanted=True).exists()
    if not wanted or channel_id not in in_force_ids(timezone.now()):
        raise Http404
    path = settings.STATION.thumbnails / f"{channel_id}.jpg"
    try:
        with path.open("rb") as file:
            written = path.stat()
            if time.time() - written.st_mtime > FRESH_S:
                raise Http404
            tag = f'"{written.st_mtime_ns:x}"'
            known = request.headers.get("If-None-Match") == tag
            answer = HttpResponseNotModified() if known else HttpResponse(file.read(), content_type="image/jpeg")
    except OSError as error:
        raise Http404 from error
    answer["ETag"] = tag
    answer["Cache-Control"] = "private, no-store"
    return answer


def thumbnail_address(report: ChannelReport | None) -> str:
    """Where a channel's thumbnail is, another address for each picture; empty without one."""
    if report is None or report.picture is None or not report.picture.thumbnail_at:
        return ""
    return f"{reverse('thumbnail', args=[report.id])}?at={report.picture.thumbnail_at:.0f}"


def thumbnail_image(report: ChannelReport | None) -> str:
    """The thumbnail as an image for a list; nothing without one."""
    address = thumbnail_address(report)
    return format_html('<img class="rc-thumbnail" src="{}" alt="" loading="lazy">', address) if address else ""


def picture_words(picture: PictureReport, now: float) -> str:
    """What was seen and heard last, in a line."""
    words = []
    if picture.state and picture.state != "seen":
        words.append(f"pictures {picture.state}")
    for since, said in (
        (picture.black_since, "black"),
        (picture.frozen_since, "standing still"),
        (picture.silent_since, "silent"),
    ):
        if since:
            words.append(f"{said} for {span(now - since)}")
    if picture.level_dbfs is not None:
        words.append(f"sound {picture.level_dbfs:.0f} dBFS")
    if picture.loudness_lufs is not None:
        words.append(f"about {picture.loudness_lufs:.0f} LUFS")
    if picture.at:
        words.append(f"looked at {span(now - picture.at)} ago")
    return " · ".join(words)
