"""The part of a right's form that holds what it demands: bounds that edges enforce, and terms that people keep."""

from __future__ import annotations

from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from rightcast.domain.rights import Bounds, DeviceClass, Distribution, Floor
from rightcast.domain.terms import Reporting, Terms
from rightcast.panel.desk import RecordForm
from rightcast.panel.rights.bounding import terms_of
from rightcast.panel.rights.queries import to_record

BOUNDS = (
    ("presence", "portable"),
    ("distribution", "device_classes"),
    ("max_height", "floor"),
    ("per_line", "total"),
    "subscribers",
)
TERMS = (
    ("licensee", "signed"),
    ("notice_days", "reporting"),
    ("contact", "eidr"),
    ("audit_right", "sublicense"),
    ("ad_skip", "ad_replace"),
)


def _words(value: str) -> str:
    return {"managed_ip": "Managed network", "ott": "Internet", "drm": "DRM"}.get(
        value, value.replace("_", " ").capitalize()
    )


def _number(label: str, help_text: str = "0: no bound.", most: int = 100_000_000) -> forms.IntegerField:
    return forms.IntegerField(
        required=False,
        min_value=0,
        max_value=most,
        initial=0,
        label=label,
        help_text=help_text,
        widget=UnfoldAdminIntegerFieldWidget,
    )


def _text(label: str, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        required=False, max_length=200, label=label, help_text=help_text, widget=UnfoldAdminTextInputWidget
    )


def _some(values: list[str], label: str) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        required=False,
        choices=[(one, _words(one)) for one in values],
        label=label,
        help_text="None chosen: any.",
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )


def _one(values: list[str], label: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        required=False, choices=[(one, _words(one)) for one in values], label=label, widget=UnfoldAdminSelectWidget
    )


def _switch(label: str, *, initial: bool = False, help_text: str = "") -> forms.BooleanField:
    return forms.BooleanField(
        required=False, initial=initial, label=label, help_text=help_text, widget=UnfoldBooleanSwitchWidget
    )


class DemandsForm(RecordForm):
    """Fields of bounds and terms, beside the columns of the row."""

    presence = _text("Where viewers must be", "Two-letter codes. Empty: anywhere their residence allows.")
    portable = _switch("Portable in the EU", initial=True, help_text="Residents who travel watch as at home.")
    distribution = _some([one.value for one in Distribution], "Reached by")
    device_classes = _some([one.value for one in DeviceClass if one is not DeviceClass.UNKNOWN], "Devices")
    max_height = _number("Most lines of the picture", "Such as 1080. 0: no bound.", 8640)
    floor = _one([one.value for one in Floor], "Least protection")
    per_line = _number("Sessions of one line")
    total = _number("Sessions in total")
    subscribers = _number("Lines that may have it")
    licensee = _text("Licensee", "When it is not this station.")
    signed = forms.DateField(required=False, label="Signed", widget=UnfoldAdminSingleDateWidget)
    notice_days = _number("Days of notice", "", 3650)
    reporting = _one([one.value for one in Reporting], "Report to the licensor")
    contact = _text("Call when it must go dark", "Name and number, day and night.")
    eidr = _text("EIDR number", "10.5240/XXXX-XXXX-XXXX-XXXX-XXXX-C")
    audit_right = _switch("May look into the books")
    sublicense = _switch("May be passed on")
    ad_skip = _switch("Advertising may be skipped")
    ad_replace = _switch("Advertising may be replaced")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            return
        bounds, terms = to_record(self.instance, ()).bounds, terms_of(self.instance)
        for record, names in ((bounds, BOUNDS), (terms, TERMS)):
            for name in (one for row in names for one in ((row,) if isinstance(row, str) else row)):
                self.initial[name] = getattr(record, name)
        self.initial["presence"] = ", ".join(bounds.presence)


def bounds_from(given: dict[str, Any]) -> Bounds:
    """The bounds of a checked form."""
    return Bounds(
        presence=tuple(given["presence"].replace(",", " ").upper().split()),
        portable=given["portable"],
        distribution=tuple(Distribution(one) for one in given["distribution"]),
        device_classes=tuple(DeviceClass(one) for one in given["device_classes"]),
        max_height=given["max_height"] or 0,
        floor=Floor(given["floor"] or Floor.NONE),
        per_line=given["per_line"] or 0,
        total=given["total"] or 0,
        subscribers=given["subscribers"] or 0,
    )


def terms_from(given: dict[str, Any]) -> Terms:
    """The terms of a checked form."""
    return Terms(
        licensee=given["licensee"].strip(),
        signed=given["signed"],
        notice_days=given["notice_days"] or 0,
        reporting=Reporting(given["reporting"] or Reporting.NONE),
        audit_right=given["audit_right"],
        sublicense=given["sublicense"],
        ad_skip=given["ad_skip"],
        ad_replace=given["ad_replace"],
        contact=given["contact"].strip(),
        eidr=given["eidr"].strip(),
    )
