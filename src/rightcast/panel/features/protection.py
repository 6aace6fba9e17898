"""The form of a channel's encryption."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django import forms

from rightcast.domain.protection import KeyOrigin, Protection, Scheme
from rightcast.panel.features.form import FeatureForm

if TYPE_CHECKING:
    from collections.abc import Mapping

_SCHEMES = {
    Scheme.NONE: "None: pictures leave in the clear",
    Scheme.AES_128: "AES-128: whole segments of HLS",
    Scheme.SAMPLE_AES: "SAMPLE-AES: samples of HLS (H.264 with AAC or AC-3)",
    Scheme.CBCS: "cbcs: fragmented MP4 in HLS and DASH",
    Scheme.CENC: "cenc: fragmented MP4 in DASH and HLS",
}
_ORIGINS = {KeyOrigin.STATION: "The station's own", KeyOrigin.VENDOR: "Imported from a DRM vendor (CPIX)"}


class ProtectionForm(FeatureForm[Protection]):
    """Scheme, rotation, and what may leave in the clear nevertheless."""

    feature = Protection
    title = "Encryption"
    explanation = (
        "Keys are given to running sessions only, by the same decision as pictures. With the station's own keys this "
        "protects pictures on their way; it is no DRM, for a player that has the key can keep what it plays."
    )

    scheme = forms.ChoiceField(label="Scheme", choices=[(one.value, words) for one, words in _SCHEMES.items()])
    period_min = forms.IntegerField(
        label="A new key every", min_value=1, max_value=1440, help_text="Minutes; 5 to 15 are usual."
    )
    origin = forms.ChoiceField(label="Keys", choices=[(one.value, words) for one, words in _ORIGINS.items()])
    also_clear_ts = forms.BooleanField(
        label="Endless streams stay open",
        required=False,
        help_text="Transport streams over HTTP and radio streams cannot be encrypted; otherwise they are refused.",
    )

    @classmethod
    def values(cls, record: Protection) -> Mapping[str, Any]:
        """Fields as stored."""
        return {
            "scheme": record.scheme.value,
            "period_min": record.period_s // 60,
            "origin": record.origin.value,
            "also_clear_ts": record.also_clear_ts,
        }

    @classmethod
    def summary(cls, record: Protection) -> str:
        """What is encrypted."""
        return record.summary

    def record(self, before: Protection) -> Protection:
        """The fields as a record; imported keys are kept."""
        data = self.cleaned_data
        return replace(
            before,
            scheme=Scheme(data["scheme"]),
            period_s=data["period_min"] * 60,
            origin=KeyOrigin(data["origin"]),
            also_clear_ts=data["also_clear_ts"],
        )
