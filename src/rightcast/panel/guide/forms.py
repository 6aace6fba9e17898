"""The form of a guide source; the operation judges what is written in it."""

from __future__ import annotations

from django import forms
from unfold import widgets

from rightcast.panel.desk import RecordForm
from rightcast.panel.guide.models import GuideSource

MOST_UPLOAD_BYTES = 512 << 20


class SourceForm(RecordForm):
    """Where the guide lies, when it is asked for, and how its times are meant; a file may be handed in as well."""

    upload = forms.FileField(
        required=False,
        label="Hand in a guide",
        widget=widgets.UnfoldAdminFileFieldWidget,
        help_text="An XMLTV file, plain or packed (gzip, xz, zip). It is imported once, as soon as this is saved.",
    )

    class Meta:
        model = GuideSource
        fields = (
            "name", "address", "private", "position", "enabled", "every_h", "at_local", "zone", "offset_min",
        )  # fmt: skip

    def clean_upload(self) -> object:
        """Not larger than is taken."""
        given = self.cleaned_data.get("upload")
        if given is not None and given.size > MOST_UPLOAD_BYTES:
            raise forms.ValidationError(
                f"The file is larger than {MOST_UPLOAD_BYTES >> 20} MB. Give the source its path or address instead."
            )
        return given
