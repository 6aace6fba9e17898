"""The form of a case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from rightcast.panel.desk import OperatedAdmin, column
from rightcast.panel.evidence import operations
from rightcast.panel.evidence.models import Case

if TYPE_CHECKING:
    from django.http import HttpRequest

    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.desk import Row


@admin.register(Case)
class CaseAdmin(OperatedAdmin):
    """Cases; their packs are made on the page of evidence."""

    list_display = ("number", "title", "covers", "since", "until")
    search_fields = ("number", "title")
    autocomplete_fields = ("channels",)
    fieldsets = ((None, {"fields": ("number", "title", "channels", "since", "until")}),)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Packs were given away under the number, so it stays."""
        return ("number",) if obj is not None else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A case is kept: packs name it."""
        return False

    def store(self, actor: Actor, record: Case, form: Any, rows: list[list[Row]], *, change: bool) -> Case:
        """Open or change one."""
        given = form.cleaned_data
        ids = [one.id for one in given["channels"]]
        if change:
            return operations.change_case(
                actor, record.id, title=given["title"], channel_ids=ids, since=given["since"], until=given["until"]
            )
        return operations.open_case(
            actor,
            number=given["number"],
            title=given["title"],
            channel_ids=ids,
            since=given["since"],
            until=given["until"],
        )

    @column("Channels")
    def covers(self, record: Case) -> int:
        """How many."""
        return record.channels.count()
