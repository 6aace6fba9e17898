"""The base of every feature's form: from the stored record to fields, from fields to the record.

A form is registered in `registry.py`; page, permission, audit and errors are common to all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from django import forms
from unfold import widgets

from rightcast.domain.features import Feature

if TYPE_CHECKING:
    from collections.abc import Mapping

F = TypeVar("F", bound=Feature)

# The first that fits dresses a field; a choice is an integer or text field to nobody.
_DRESSES: tuple[tuple[type[forms.Field], Any], ...] = (
    (forms.BooleanField, widgets.UnfoldBooleanSwitchWidget),
    (forms.MultipleChoiceField, widgets.UnfoldAdminCheckboxSelectMultiple),
    (forms.ChoiceField, widgets.UnfoldAdminSelectWidget),
    (forms.FloatField, widgets.UnfoldAdminDecimalFieldWidget),
    (forms.IntegerField, widgets.UnfoldAdminIntegerFieldWidget),
)


class FeatureForm(forms.Form, Generic[F]):
    """One feature of one channel.

    Subclasses name `feature`, give `title` and `explanation`, declare fields, and say how a record fills them
    (`values`), how they make a record (`record`) and how it is told in a sentence (`summary`).
    """

    feature: ClassVar[type[Feature]]
    title: ClassVar[str]
    explanation: ClassVar[str] = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            _dress(field)

    @classmethod
    def values(cls, record: F) -> Mapping[str, Any]:
        """Field values that show a record."""
        raise NotImplementedError

    @classmethod
    def summary(cls, record: F) -> str:
        """What is set, in a short sentence for the channel's page."""
        raise NotImplementedError

    def record(self, before: F) -> F:
        """The record that the checked fields mean; what they do not show is kept from `before`."""
        raise NotImplementedError


def _dress(field: forms.Field) -> None:
    """Give a plain field the console's look; one with a widget of its own choosing keeps it."""
    if type(field.widget).__module__ != "django.forms.widgets":
        return
    if isinstance(field.widget, forms.Textarea):
        field.widget = widgets.UnfoldAdminTextareaWidget(attrs=field.widget.attrs)
        return
    dress = next((made for kind, made in _DRESSES if isinstance(field, kind)), widgets.UnfoldAdminTextInputWidget)
    attrs = {**field.widget.attrs, **field.widget_attrs(field.widget)}
    field.widget = (
        dress(attrs=attrs, choices=field.choices) if isinstance(field, forms.ChoiceField) else dress(attrs=attrs)
    )
    field.widget.is_required = field.required
