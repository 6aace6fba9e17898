"""The form of the addresses that a channel is sent to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from rightcast.domain.outputs import Outputs
from rightcast.panel.features.form import FeatureForm

if TYPE_CHECKING:
    from collections.abc import Mapping


class OutputsForm(FeatureForm[Outputs]):
    """One address a line."""

    feature = Outputs
    title = "Multicast and datagrams"
    explanation = (
        "The stream is sent there, paced by its own clock, while a right in force covers the station's territory. "
        "It leaves in the clear: name networks that you manage."
    )

    urls = forms.CharField(
        label="Addresses",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="One a line: udp://239.10.1.7:5000 or rtp://239.10.1.7:5000?ttl=16&interface=eth1&dscp=34",
    )

    @classmethod
    def values(cls, record: Outputs) -> Mapping[str, Any]:
        """Lines as stored."""
        return {"urls": "\n".join(record.urls)}

    @classmethod
    def summary(cls, record: Outputs) -> str:
        """How many addresses there are."""
        if not record.urls:
            return "Sent nowhere by itself."
        first, *more = record.urls
        return f"Sent to {first}" + (f" and {len(more)} more." if more else ".")

    def record(self, before: Outputs) -> Outputs:
        """The lines as a record."""
        return Outputs(urls=tuple(line.strip() for line in self.cleaned_data["urls"].splitlines() if line.strip()))
