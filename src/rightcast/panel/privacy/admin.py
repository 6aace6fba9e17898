"""The page that says how long records of persons are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from rightcast.panel.desk import OperatedAdmin
from rightcast.panel.privacy.models import RetentionRow
from rightcast.panel.privacy.operations import KINDS, set_retention
from rightcast.panel.privacy.queries import ROW_ID, retention

if TYPE_CHECKING:
    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.desk import Row


@admin.register(RetentionRow)
class RetentionAdmin(OperatedAdmin):
    """One row, so its list is its form."""

    fieldsets = (
        ("Sessions", {"fields": (("address_days", "session_days"), ("device_days", "refusal_days"))}),
        ("Proof and reports", {"fields": (("audit_days", "notice_days", "smallest_count"),)}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """There is one already."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Something always stands."""
        return False

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> RetentionRow | None:
        """What is set, or the defaults."""
        return retention() if object_id == str(ROW_ID) else None

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Straight to the form."""
        return HttpResponseRedirect(self._address("change", str(ROW_ID)))

    def store(
        self, actor: Actor, record: RetentionRow, form: Any, rows: list[list[Row]], *, change: bool
    ) -> RetentionRow:
        """Set it."""
        return set_retention(actor, {name: form.cleaned_data[name] for name in (*KINDS, "smallest_count")})
