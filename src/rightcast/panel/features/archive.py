"""The form of a channel's archive: how many hours are kept, and what is added around a programme."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django import forms

from rightcast.domain.archive import LONGEST_H, LONGEST_PADDING_S, Archive
from rightcast.panel.features.form import FeatureForm

if TYPE_CHECKING:
    from collections.abc import Mapping


class ArchiveForm(FeatureForm[Archive]):
    """The archive as numbers."""

    feature = Archive
    title = "Archive"
    explanation = (
        "What is kept on disk for catch-up and start-over. No more is kept than the carriage right grants, and the "
        "oldest goes first when the disk is full."
    )

    hours = forms.IntegerField(
        label="Hours kept", min_value=0, max_value=LONGEST_H, help_text="0 keeps nothing; 168 is a week."
    )
    before_s = forms.IntegerField(label="Seconds added before a programme", min_value=0, max_value=LONGEST_PADDING_S)
    after_s = forms.IntegerField(label="Seconds added after it", min_value=0, max_value=LONGEST_PADDING_S)

    @classmethod
    def values(cls, record: Archive) -> Mapping[str, Any]:
        """Field values that show a record."""
        return {"hours": record.hours, "before_s": record.before_s, "after_s": record.after_s}

    @classmethod
    def summary(cls, record: Archive) -> str:
        """What is kept, in a short sentence."""
        return record.summary

    def record(self, before: Archive) -> Archive:
        """The archive that the fields mean."""
        data = self.cleaned_data
        return replace(before, hours=data["hours"], before_s=data["before_s"], after_s=data["after_s"])
