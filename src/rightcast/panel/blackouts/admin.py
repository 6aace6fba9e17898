"""Console page of blackouts: past, running and coming ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.utils import timezone

from rightcast.panel.blackouts.models import Blackout
from rightcast.panel.blackouts.queries import to_record
from rightcast.panel.desk import ReadOnlyAdmin

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


@admin.register(Blackout)
class BlackoutAdmin(ReadOnlyAdmin):
    """Which channels are kept from whom, when, and what the provider wants to be shown."""

    list_display = ("name", "state", "starts", "ends", "on_channels", "concerns", "instead")
    search_fields = ("name", "source", "channels__name")
    date_hierarchy = "starts"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Blackout]:
        """With their channels."""
        return super().get_queryset(request).prefetch_related("channels")

    @admin.display(description="State")
    def state(self, row: Blackout) -> str:
        """Whether it runs now."""
        return to_record(row).state(timezone.now())

    @admin.display(description="Channels")
    def on_channels(self, row: Blackout) -> str:
        """Their names."""
        return ", ".join(one.name for one in row.channels.all())

    @admin.display(description="Kept from")
    def concerns(self, row: Blackout) -> str:
        """The audience in words."""
        return to_record(row).in_words.removeprefix(row.name).strip(" ()")
