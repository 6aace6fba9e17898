"""The list of all overlays there ever were."""

from __future__ import annotations

from django.contrib import admin

from rightcast.panel.desk import ReadOnlyAdmin
from rightcast.panel.overlays.models import Overlay


@admin.register(Overlay)
class OverlayAdmin(ReadOnlyAdmin):
    """Which session had its number burnt in, when, by whom and why."""

    list_display = ("sid", "line_id", "channel_id", "starts", "ends", "by", "why")
    search_fields = ("sid", "why", "by")
