"""The console page of licensors' accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from unfold.widgets import UnfoldAdminTextInputWidget

from rightcast.panel.desk import OperatedAdmin, RecordForm, button, column
from rightcast.panel.licensors import operations
from rightcast.panel.licensors.models import LicensorAccount
from rightcast.panel.licensors.queries import granted_by

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.desk import Row


class AccountForm(RecordForm):
    """Whose it is, and the name to sign in by."""

    username = forms.CharField(label="Name", max_length=64, required=False, widget=UnfoldAdminTextInputWidget)

    class Meta:
        model = LicensorAccount
        fields = ("licensor",)


@admin.register(LicensorAccount)
class LicensorAccountAdmin(OperatedAdmin):
    """Who of the licensors may sign in, at /licensor/."""

    form = AccountForm
    list_display = ("name", "licensor", "agreements", "last_seen")
    search_fields = ("licensor", "user__username")
    buttons = ("renew",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[LicensorAccount]:
        """With their names."""
        return LicensorAccount.objects.select_related("user")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """An account stays whose it is."""
        return ((None, {"fields": (("licensor", "username"),) if obj is None else (("licensor", "name"),)}),)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Nothing of it changes but the password."""
        return () if obj is None else ("licensor", "name")

    def store(
        self, actor: Actor, record: LicensorAccount, form: Any, rows: list[list[Row]], *, change: bool
    ) -> LicensorAccount:
        """Add the account."""
        if change:
            return record
        given = form.cleaned_data
        made = operations.add_account(actor, username=given["username"], licensor=given["licensor"])
        form.made_password = made.password
        return made.account

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Show the password, once."""
        super().save_related(request, form, formsets, change)
        password = getattr(form, "made_password", "")
        if password:
            messages.success(request, f"They sign in at /licensor/. Password, shown once: {password}")

    def discard(self, actor: Actor, record: LicensorAccount) -> None:
        """Let nobody sign in by it."""
        operations.remove_account(actor, record)

    @button("New password", icon="key")
    def renew(self, actor: Actor, record: LicensorAccount) -> str:
        """Another password, shown once."""
        return f"Password of {record}, shown once: {operations.renew_password(actor, record).password}"

    @column("Name", ordering="user__username")
    def name(self, record: LicensorAccount) -> str:
        """What they sign in by."""
        return record.user.get_username()

    @column("Agreements")
    def agreements(self, record: LicensorAccount) -> str:
        """What they see."""
        return ", ".join(one.reference for one in granted_by(record.licensor)[:5]) or "none now"

    @column("Last signed in")
    def last_seen(self, record: LicensorAccount) -> str:
        """In UTC."""
        return f"{record.user.last_login:%Y-%m-%d %H:%M}" if record.user.last_login else "never"
