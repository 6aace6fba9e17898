"""The form of what the machine watches of a channel: which checks run, within which limits."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from django import forms

from rightcast.domain.watch import Watch
from rightcast.panel.features.form import FeatureForm

if TYPE_CHECKING:
    from collections.abc import Mapping


def _number(label: str, text: str = "") -> forms.IntegerField:
    return forms.IntegerField(label=label, help_text=text)


class WatchForm(FeatureForm[Watch]):
    """A watch as numbers; bounds are the record's own."""

    feature = Watch
    title = "Watching"
    explanation = (
        "The stream is checked by ETSI TR 101 290 in passing. Every few seconds a key picture and a second of sound "
        "are decoded beside the headend, for black, standing and silent ones, and for the thumbnail."
    )

    stream = forms.BooleanField(label="Check the stream", required=False)
    pictures = forms.BooleanField(label="Look at pictures", required=False, help_text="Black, standing, thumbnail.")
    sound = forms.BooleanField(label="Listen to the sound", required=False)
    every_s = _number("Look every (s)", "Each look decodes one picture and one second of sound.")
    black_after_s = _number("Black is a finding after (s)")
    frozen_after_s = _number("A standing picture is a finding after (s)", "Raise it for channels that show stills.")
    silence_after_s = _number("Silence is a finding after (s)")
    silence_dbfs = _number("Silent at or below (dBFS)")
    errors_after_s = _number("Stream errors are a finding after (s)")
    clear_after_s = _number("A finding ends after (s) without its fault")
    pat_ms = _number("PAT at least every (ms)")
    pmt_ms = _number("PMT at least every (ms)")
    pcr_ms = _number("PCR at least every (ms)", "Counted only; more than 100 ms is a finding.")
    pts_ms = _number("PTS at least every (ms)")
    absent_s = _number("A stream is absent after (s)")

    @classmethod
    def values(cls, record: Watch) -> Mapping[str, Any]:
        """Field values that show a record."""
        return {one.name: getattr(record, one.name) for one in fields(record)}

    @classmethod
    def summary(cls, record: Watch) -> str:
        """What is watched, in a short sentence."""
        return record.summary()

    def record(self, before: Watch) -> Watch:
        """The watch that the fields mean."""
        return replace(before, **{one.name: self.cleaned_data[one.name] for one in fields(before)})
