"""Forms of notifiers, rules and quiet times; operations judge what is written in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from unfold import widgets

from rightcast.domain.findings import KINDS
from rightcast.panel.alarms.models import DAYS, AlarmRule, NotifierRow, QuietRow
from rightcast.panel.alarms.notify.registry import NOTIFIERS
from rightcast.panel.desk import RecordForm

if TYPE_CHECKING:
    from rightcast.panel.alarms.notify.contract import Field

KIND_CHOICES = [(one.name, f"{one.title} ({one.name})") for one in KINDS.values()]


def setting_field(field: Field) -> forms.Field:
    """A notifier's setting as a field. The operation checks it."""
    if field.choices:
        choices = [(one, one) for one in field.choices]
        return forms.ChoiceField(
            choices=choices,
            required=False,
            label=field.label,
            help_text=field.help,
            initial=field.default,
            widget=widgets.UnfoldAdminSelectWidget,
        )
    return forms.CharField(
        required=False,
        label=field.label,
        help_text=field.help,
        initial=field.default,
        widget=widgets.UnfoldAdminTextInputWidget,
    )


class NotifierForm(RecordForm):
    """Name, the settings of its kind, and a secret that is written and never shown. Subclasses name the kind."""

    way: ClassVar[str] = "email"

    secret = forms.CharField(
        required=False,
        strip=False,
        widget=widgets.UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text="It is kept sealed and not shown again. Empty: what is stored stays.",
    )
    forget = forms.BooleanField(required=False, label="Forget the secret", widget=widgets.UnfoldBooleanSwitchWidget)

    class Meta:
        model = NotifierRow
        fields = ("name", "enabled", "least")

    def settings(self) -> dict[str, str]:
        """What was written into the settings of its kind."""
        return {field.name: str(self.cleaned_data.get(field.name) or "") for field in NOTIFIERS[self.way].fields}


class RuleForm(RecordForm):
    """A rule. The list holds the kinds that are known; those of watched pictures are typed."""

    kind = forms.CharField(
        widget=widgets.UnfoldAdminTextInputWidget(attrs={"list": "alarm-kinds"}),
        help_text="A kind such as channel-silent; docs/reference/alarms.md lists them.",
    )

    class Meta:
        model = AlarmRule
        fields = ("channels", "enabled", "severity", "raise_after_s", "clear_after_s")


class QuietForm(RecordForm):
    """A quiet time: whom it concerns, and when it is."""

    kinds = forms.MultipleChoiceField(
        required=False,
        choices=KIND_CHOICES,
        widget=widgets.UnfoldAdminSelectMultipleWidget,
        help_text="None chosen: every kind.",
    )
    days = forms.MultipleChoiceField(
        required=False,
        choices=[(str(number), name) for number, name in enumerate(DAYS)],
        widget=widgets.UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="Days on which it begins. None chosen: every day.",
    )

    class Meta:
        model = QuietRow
        fields = ("name", "channels", "begins", "ends", "not_before", "not_after")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["kinds"] = self.instance.kinds
            self.initial["days"] = [str(one) for one in self.instance.days]
        known = {value for value, _ in KIND_CHOICES}
        extra = [(one, one) for one in self.instance.kinds if one not in known]
        if "kinds" in self.fields and extra:
            field: Any = self.fields["kinds"]
            field.choices = [*KIND_CHOICES, *extra]
