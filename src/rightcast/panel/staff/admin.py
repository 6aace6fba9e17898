"""Pages of the station's operators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group, User
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminPasswordWidget, UnfoldBooleanSwitchWidget

from rightcast.panel.desk import OperatedAdmin, RecordForm, column
from rightcast.panel.staff import operations
from rightcast.panel.staff.models import Operator

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.desk import Row

admin.site.unregister(Group)
admin.site.unregister(User)


class StaffForm(RecordForm):
    """An operator: name, groups, and a new password when one is wanted."""

    password = forms.CharField(
        required=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text="Empty: unchanged; for a new operator one is made up and shown once.",
    )

    groups = forms.ModelMultipleChoiceField(
        queryset=Group.objects.order_by("id"),
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="Owner: everything. Engineer: channels. Rights officer: rights. Help desk: lines. All may look.",
    )
    is_active = forms.BooleanField(required=False, initial=True, label="May sign in", widget=UnfoldBooleanSwitchWidget)

    class Meta:
        model = Operator
        fields = ("username", "groups", "is_active")


@admin.register(Operator)
class StaffAdmin(OperatedAdmin):
    """Operators and what they may do."""

    form = StaffForm
    list_display = ("username", "roles", "is_active", "last_login")
    list_filter = ("groups", "is_active")
    search_fields = ("username",)
    fieldsets = ((None, {"fields": (("username", "password"), "groups", "is_active")}),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Operator]:
        """With the groups that the list shows; licensors, who sign in too, are no operators."""
        return Operator.objects.filter(licensor_account__isnull=True).prefetch_related("groups")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A name is chosen once: the trail knows people by it."""
        return () if obj is None else ("username",)

    def store(self, actor: Actor, record: Operator, form: Any, rows: list[list[Row]], *, change: bool) -> User:
        """Add or change the operator."""
        given = form.cleaned_data
        groups = [group.name for group in given["groups"]]
        if change:
            return operations.update_staff(
                actor, record.id, groups=groups, active=given["is_active"], password=given["password"] or None
            )
        made = operations.create_staff(
            actor, username=given["username"], groups=groups, password=given["password"] or None
        )
        if not given["password"]:
            form.made_password = made.password
        return made.user

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Show a password that was made up, once."""
        super().save_related(request, form, formsets, change)
        password = getattr(form, "made_password", "")
        if password:
            messages.success(request, f"Password of {form.instance.username}, shown once: {password}")

    def discard(self, actor: Actor, record: Operator) -> None:
        """Remove the operator."""
        operations.remove_staff(actor, record.id)

    @column("Groups")
    def roles(self, user: Operator) -> str:
        """What the operator may do."""
        return ", ".join(sorted(group.name for group in user.groups.all())) or "none"
