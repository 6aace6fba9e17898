"""The rows of a channel's page in which its sources are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from rightcast.domain.errors import InvalidInputError
from rightcast.domain.sources import redact
from rightcast.panel.catalogue.channels import SourceInput, check_source
from rightcast.panel.catalogue.models import Source
from rightcast.panel.desk import OperatedInline, RecordForm, column

if TYPE_CHECKING:
    from django.http import HttpRequest


class SourceForm(RecordForm):
    """One source; addresses are checked here so that the error stands on its row."""

    order = forms.IntegerField(
        required=False, min_value=0, label="Order", help_text="Low is preferred.", widget=UnfoldAdminIntegerFieldWidget
    )

    class Meta:
        model = Source
        fields = ("url", "service_id")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial.setdefault("order", self.instance.position)

    def clean(self) -> dict[str, Any]:
        """Refuse what no headend could open."""
        given = super().clean() or {}
        if given.get("url") and not given.get("DELETE"):
            try:
                check_source(SourceInput(given["url"], given.get("service_id")))
            except InvalidInputError as error:
                raise ValidationError({error.field or "url": str(error)}) from error
        return given


class SourceInline(OperatedInline):
    """Sources of a channel; who may not change them sees no credentials in them."""

    model = Source
    form = SourceForm
    fields = ("url", "service_id", "order")
    verbose_name_plural = "sources, the preferred one first"

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        """A new channel begins with room for its source."""
        return 1 if obj is None else 0

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Addresses as they are for engineers, redacted for others."""
        if self.has_change_permission(request, obj):
            return self.fields
        return ("shown_url", "kind", "service_id")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The redacted address is no field of a form."""
        return () if self.has_change_permission(request, obj) else ("shown_url",)

    @column("Address")
    def shown_url(self, source: Source) -> str:
        """The address without credentials."""
        return redact(source.url)
