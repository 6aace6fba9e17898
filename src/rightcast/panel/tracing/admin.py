"""Console page of what was revoked."""

from __future__ import annotations

from django.contrib import admin

from rightcast.panel.desk import ReadOnlyAdmin
from rightcast.panel.tracing.models import Revocation


@admin.register(Revocation)
class RevocationAdmin(ReadOnlyAdmin):
    """What was revoked, when, by whom and why."""

    list_display = ("at", "__str__", "by", "why")
    search_fields = ("sid", "why", "by")
