"""The frame of every admin page: forms and buttons that call operations, and nothing else.

What an operation refuses comes back as an error on the form's own field, with its remedy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from rightcast.domain.errors import PermissionDeniedError, RightcastError
from rightcast.panel.audit.operations import Actor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from django import forms
    from django.contrib.admin import ModelAdmin, TabularInline
    from django.db.models import Model, QuerySet

    Row = dict[str, Any]
    BaseAdmin = ModelAdmin[Any]
    BaseInline = TabularInline[Any, Any]
    RecordForm = forms.ModelForm[Any]
else:
    from django.forms import ModelForm as RecordForm  # noqa: TC002 - the base of forms at run time
    from unfold.admin import ModelAdmin as BaseAdmin
    from unfold.admin import TabularInline as BaseInline

Method = Any
_REFUSAL = "_rightcast_refusal"
_ALARM_SUBJECTS = {
    "allowancerow": "allowance",
    "recorderpolicy": "recorder",
    "notifierrow": "notifier",
    "alarmrule": "alarmrule",
    "quietrow": "quiettime",
}
_SUBJECTS = {
    "carriageright": "right",
    "deliverynetwork": "network",
    "stationrow": "station",
    "operator": "staff",
    **_ALARM_SUBJECTS,
}


def column(
    description: str, *, ordering: str | None = None, label: dict[str, str] | bool = False, boolean: bool = False
) -> Callable[[Method], Method]:
    """Mark a method as a column of a list; `label` maps words to success, warning, danger, info."""

    def mark(method: Method) -> Method:
        method.short_description = description
        if ordering:
            method.admin_order_field = ordering
        if label:
            method.label = label
        if boolean:
            method.boolean = True
        return method

    return mark


def button(description: str, *, icon: str = "") -> Callable[[Method], Method]:
    """Mark a method (self, actor, record) -> sentence as a button of records and of lists."""

    def mark(method: Method) -> Method:
        method.short_description = description
        method.allowed_permissions = ["change"]
        method.icon = icon or None
        method.attrs = {}
        return method

    return mark


def actor_of(request: HttpRequest) -> Actor:
    """The signed-in user as an actor."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return Actor.staff(request.user)


class OperatedAdmin(BaseAdmin):
    """Admin of a table that only operations write.

    Subclasses give `store` (create or change from a checked form), `discard`, and name methods
    marked with `button` in `buttons`.
    """

    buttons: Sequence[str] = ()
    list_fullwidth = True
    list_per_page = 50
    show_full_result_count = True
    warn_unsaved_form = True
    compressed_fields = True

    def store(self, actor: Actor, record: Any, form: Any, rows: list[list[Row]], *, change: bool) -> Any:
        """Call the operation that writes the form; `rows` are each inline's, deleted ones left out."""
        raise NotImplementedError

    def discard(self, actor: Actor, record: Any) -> None:
        """Call the operation that removes the record."""
        raise NotImplementedError

    # Writing one record ------------------------------------------------------------------------

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Serve the form; a refused operation is shown on it. Buttons run instead of saving."""
        pressed = self._pressed(request)
        if pressed and object_id:
            return self._run_button(request, pressed, object_id)
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except PermissionDeniedError as error:
            raise PermissionDenied(str(error)) from error
        except RightcastError as error:
            setattr(request, _REFUSAL, error)
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The form class, which carries the error of an operation that was refused just now."""
        base: type[RecordForm] = super().get_form(request, obj, change, **kwargs)
        refusal: RightcastError | None = getattr(request, _REFUSAL, None)

        class Form(base):  # type: ignore[valid-type, misc] # the base is made at run time
            def _post_clean(self) -> None:
                super()._post_clean()
                if refusal is not None:
                    self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))

            def validate_unique(self) -> None:
                """Operations check what must be unique, and say it in words."""

            def validate_constraints(self) -> None:
                """Operations check constraints."""

        return Form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Nothing yet: the record and its rows are written together in `save_related`."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Iterable[Any], change: bool) -> None:
        """Hand form and rows to the operation; they are one change."""
        rows = [[one.cleaned_data for one in formset.forms if _kept(one)] for formset in formsets]
        stored = self.store(actor_of(request), form.instance, form, rows, change=change)
        if stored is not None:
            form.instance.pk = stored.pk

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        """The audit trail says what changed."""
        return []

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The operation wrote its audit row already."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The operation wrote its audit row already."""

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        """The operations wrote their audit rows already."""

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """A record's history is its part of the audit trail."""
        subject = _SUBJECTS.get(self.opts.model_name or "")
        query = f"subject={subject or self.opts.model_name}&object={object_id}"
        return HttpResponseRedirect(f"{reverse('trail')}?{query}")

    # Removing ----------------------------------------------------------------------------------

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        """Remove through the operation."""
        self.discard(actor_of(request), obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Remove each through the operation."""
        for record in queryset:
            self.discard(actor_of(request), record)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        """Ask, then remove; a refusal is told on the record's page."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except RightcastError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(self._address("change", object_id))

    # Buttons -----------------------------------------------------------------------------------

    def get_actions(self, request: HttpRequest) -> Any:
        """Buttons of records are offered for many records at once as well."""
        actions: dict[str, Any] = super().get_actions(request)
        if self.has_change_permission(request):
            for name in self.buttons:
                actions[name] = (self._for_many(name), name, getattr(self, name).short_description)
        return actions

    def get_actions_submit_line(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Buttons that fit the record as it stands."""
        record = self.get_object(request, str(object_id))
        if record is None or not self.has_change_permission(request, record):
            return []
        described: Callable[[str], Any] = getattr(self, "get_unfold_action")  # noqa: B009 - unfold carries no types
        return [described(name) for name in self.buttons if self.offers(name, record)]

    def offers(self, name: str, record: Any) -> bool:
        """Whether a button makes sense for the record now."""
        return True

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """The list; what an action was refused is told above it."""
        try:
            return super().changelist_view(request, extra_context)
        except RightcastError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(request.get_full_path())

    def _pressed(self, request: HttpRequest) -> str | None:
        if request.method != "POST":
            return None
        prefix = f"{self.opts.app_label}_{self.opts.model_name}_"
        return next((name for name in self.buttons if f"{prefix}{name}" in request.POST), None)

    def _run_button(self, request: HttpRequest, name: str, object_id: str) -> HttpResponse:
        record = self.get_object(request, object_id)
        if record is None or not self.has_change_permission(request, record):
            raise PermissionDenied
        try:
            answer = getattr(self, name)(actor_of(request), record)
        except RightcastError as error:
            messages.error(request, str(error))
        else:
            if isinstance(answer, HttpResponse):
                return answer
            messages.success(request, str(answer))
        return HttpResponseRedirect(self._address("change", object_id))

    def _for_many(self, name: str) -> Callable[..., HttpResponse | None]:
        def run(admin: OperatedAdmin, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
            answers = [getattr(admin, name)(actor_of(request), record) for record in queryset]
            pages = [answer for answer in answers if isinstance(answer, HttpResponse)]
            if len(pages) == 1:
                return pages[0]
            told = (
                answers[0] if len(answers) == 1 else f"{getattr(admin, name).short_description}: {len(answers)} done."
            )
            messages.success(request, str(told))
            return None

        return run

    def _address(self, page: str, *args: str) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}", args=args)


class OperatedInline(BaseInline):
    """Rows of a record, written together with it by one operation."""

    extra = 0
    hide_title = True

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """The formset, which leaves uniqueness to the operation: numbers may be swapped."""
        formset = super().get_formset(request, obj, **kwargs)
        base = formset.form

        class Form(base):  # type: ignore[valid-type, misc] # the base is made at run time
            def validate_unique(self) -> None:
                """Operations check what must be unique, and say it in words."""

            def validate_constraints(self) -> None:
                """Operations check constraints."""

        class FormSet(formset):  # type: ignore[valid-type, misc] # the base is made at run time
            form = Form

            def validate_unique(self) -> None:
                """Operations check what must be unique, and say it in words."""

        return FormSet


class ReadOnlyAdmin(BaseAdmin):
    """Admin of a table that is only looked at."""

    list_fullwidth = True
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False


def _kept(form: Any) -> bool:
    return bool(form.cleaned_data) and not form.cleaned_data.get("DELETE")
