"""The page of sessions, read only: who watched what, and on which right it stood."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin

from rightcast.panel.console.numbers import size, span
from rightcast.panel.desk import ReadOnlyAdmin, column
from rightcast.panel.usage.models import SessionRow

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

STATES = {"running": "success"}


@admin.register(SessionRow)
class SessionAdmin(ReadOnlyAdmin):
    """Sessions, newest first."""

    list_display = ("shown_began", "line", "watched", "lasted", "why", "whence", "right", "sent")
    list_filter = ("kind", "device_class", "reason")
    search_fields = ("line_name", "watched", "sid", "stands__reference")
    date_hierarchy = "began"
    show_full_result_count = False
    fieldsets = (
        (None, {"fields": (("line", "watched"), ("began", "ended"), ("why", "right"))}),
        (
            "How",
            {"fields": (("kind", "device_class"), ("player", "address"), ("country", "residence"), "past", "sent")},
        ),
        ("Numbers", {"fields": ("sid", "id", ("edge", "line_id"), ("channel_id", "recording_id"), "credential_id")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[SessionRow]:
        """With the rights that the list shows."""
        return SessionRow.objects.prefetch_related("stands")

    @column("Began (UTC)", ordering="began")
    def shown_began(self, row: SessionRow) -> str:
        """To the second."""
        return f"{row.began:%Y-%m-%d %H:%M:%S}"

    @column("Line", ordering="line_name")
    def line(self, row: SessionRow) -> str:
        """Its name, if it was not erased."""
        return row.line_name or "erased"

    @column("Lasted")
    def lasted(self, row: SessionRow) -> str:
        """How long, once it is over."""
        return span((row.ended - row.began).total_seconds()) if row.ended else "..."

    @column("Ended", label=STATES)
    def why(self, row: SessionRow) -> str:
        """The reason of its end, or that it runs."""
        return row.reason.replace("_", " ") if row.ended else "running"

    @column("From")
    def whence(self, row: SessionRow) -> str:
        """Country and address, as far as they are kept."""
        return " · ".join(part for part in (row.country or row.residence, row.address) if part)

    @column("Right it stood on")
    def right(self, row: SessionRow) -> str:
        """Each right, in their order."""
        return " → ".join(stand.reference or f"right {stand.right_id}" for stand in row.stands.all())

    @column("Sent", ordering="bytes_sent")
    def sent(self, row: SessionRow) -> str:
        """How much."""
        return size(row.bytes_sent)
