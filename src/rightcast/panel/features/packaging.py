"""The form of a channel's formats: which are offered over HTTP, and how far back players may seek."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django import forms

from rightcast.domain.packaging import LONGEST_WINDOW_S, Packaging
from rightcast.panel.features.form import FeatureForm

if TYPE_CHECKING:
    from collections.abc import Mapping


class PackagingForm(FeatureForm[Packaging]):
    """Packaging as switches."""

    feature = Packaging
    title = "Formats"
    explanation = (
        "Endless transport stream and HLS with transport stream are always there. The others are made from the same "
        "ring when the first viewer asks, so that what nobody watches costs nothing."
    )

    cmaf = forms.BooleanField(label="HLS with fragmented MP4 (CMAF)", required=False)
    low_latency = forms.BooleanField(
        label="Low-latency HLS", required=False, help_text="In parts of a quarter of a second; needs CMAF."
    )
    dash = forms.BooleanField(label="MPEG-DASH", required=False)
    window_s = forms.IntegerField(
        label="Live window in seconds",
        min_value=0,
        max_value=LONGEST_WINDOW_S,
        help_text="How far back players may seek; 0 is what the station keeps. Memory: seconds times the rate.",
    )

    @classmethod
    def values(cls, record: Packaging) -> Mapping[str, Any]:
        """Field values that show a record."""
        return {
            "cmaf": record.cmaf,
            "low_latency": record.low_latency,
            "dash": record.dash,
            "window_s": record.window_s,
        }

    @classmethod
    def summary(cls, record: Packaging) -> str:
        """What is offered, in a short sentence."""
        return record.summary

    def record(self, before: Packaging) -> Packaging:
        """The packaging that the fields mean."""
        data = self.cleaned_data
        return replace(
            before,
            cmaf=data["cmaf"],
            low_latency=data["low_latency"],
            dash=data["dash"],
            window_s=data["window_s"],
        )
