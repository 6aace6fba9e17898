"""The page of the audit trail, read only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin

from rightcast.panel.audit.models import AuditRow
from rightcast.panel.desk import ReadOnlyAdmin, column

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


@admin.register(AuditRow)
class AuditRowAdmin(ReadOnlyAdmin):
    """Who did what, when."""

    list_display = ("shown_at", "actor", "sentence", "action")
    list_filter = ("subject", "actor_kind")
    search_fields = ("kept_sentence", "action")
    date_hierarchy = "at"
    fields = ("at", "actor_kind", "actor_name", "action", "sentence", "detail", "id", "prev_hash", "hash")

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditRow]:
        """Newest first."""
        return AuditRow.objects.select_related("user")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Records link to their own part of the trail."""
        return lookup == "subject_id" or super().lookup_allowed(lookup, value, request)

    @column("When (UTC)", ordering="at")
    def shown_at(self, row: AuditRow) -> str:
        """To the second."""
        return f"{row.at:%Y-%m-%d %H:%M:%S}"

    @column("Who")
    def actor(self, row: AuditRow) -> str:
        """Name and how they came in."""
        return row.actor_name if row.actor_kind == "staff" else f"{row.actor_name} ({row.actor_kind})"
