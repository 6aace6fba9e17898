"""The short form of the simple cases: it asks for what the instrument needs, and writes the right with its evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db import transaction

from rightcast.domain.evidence import PATHS, EvidenceKind
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.rights import bouquets, keeping, operations
from rightcast.panel.station.queries import station

if TYPE_CHECKING:
    from datetime import datetime

    from rightcast.domain.evidence import Need
    from rightcast.domain.rights import Instrument
    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.rights.models import CarriageRight

_ALL = "all"


class PathForm(forms.Form):
    """One right by a fast path. Fields `file-NAME` and `text-NAME` hold the evidence of each need."""

    licensor = forms.CharField(max_length=200, label="Licensor", help_text="Who grants it.")
    reference = forms.CharField(max_length=120, label="Reference", required=False, help_text="Empty: made up.")
    channels = forms.MultipleChoiceField(required=False, label="Channels")
    bouquets = forms.MultipleChoiceField(required=False, label="Whole bouquets, as they are today")
    territories = forms.CharField(label="Where", help_text="Two-letter codes such as IT, SM, VA; * is the whole world.")
    ends = forms.DateField(required=False, label="Until", widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, instrument: Instrument, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.path = PATHS[instrument]
        here = station()
        self.fields["licensor"].initial = here.name if instrument == "own_production" else ""
        self.fields["territories"].initial = "*" if self.path.worldwide else here.territory
        channels: Any = self.fields["channels"]
        channels.choices = [(str(one.pk), f"{one.number} {one.name}") for one in Channel.objects.order_by("number")]
        chosen: Any = self.fields["bouquets"]
        chosen.choices = [(_ALL, "Every channel of the station"), *bouquets.choices()]
        for need in self.path.needs:
            self._ask(need)

    def _ask(self, need: Need) -> None:
        if need.choices:
            options = [(one, one) for one in need.choices]
            self.fields[f"text-{need.name}"] = forms.ChoiceField(choices=options, label=need.ask)
            return
        paper = EvidenceKind.DOCUMENT in need.kinds
        if paper:
            self.fields[f"file-{need.name}"] = forms.FileField(
                required=need.kinds == (EvidenceKind.DOCUMENT,), label=need.ask
            )
        if EvidenceKind.STATEMENT in need.kinds or EvidenceKind.LINK in need.kinds:
            words = EvidenceKind.STATEMENT in need.kinds
            label = ("or in words, or an address" if words else "or the address of a page") if paper else need.ask
            self.fields[f"text-{need.name}"] = forms.CharField(max_length=2000, required=not paper, label=label)

    def clean(self) -> dict[str, Any]:
        """Something is covered, and each need has its evidence."""
        given = super().clean() or {}
        if not given.get("channels") and not given.get("bouquets"):
            self.add_error("channels", "Choose what it covers.")
        for need in self.path.needs:
            names = (f"file-{need.name}", f"text-{need.name}")
            if not any(given.get(name) for name in names) and not any(name in self.errors for name in names):
                self.add_error(next(name for name in names if name in self.fields), f"Give {need.words}.")
        return given


def record_by_path(actor: Actor, form: PathForm, now: datetime) -> CarriageRight:
    """Write a checked form: the right and its evidence, or nothing. Raises RightcastError."""
    given = form.cleaned_data
    ids = {int(one) for one in given["channels"]}
    for one in given["bouquets"]:
        kind, _, number = one.partition(":")
        ids.update(operations.all_channel_ids() if kind == _ALL else bouquets.channels_of(kind, [number]))
    ends = given["ends"]
    with transaction.atomic():
        right = operations.record_right(
            actor,
            reference=given["reference"].strip() or f"{given['licensor'].strip()} {now:%Y-%m-%d %H:%M:%S}"[-120:],
            licensor=given["licensor"],
            instrument=form.path.instrument,
            channel_ids=sorted(ids),
            territories=[one for one in given["territories"].replace(",", " ").split() if one],
            ends=None
            if ends is None
            else now.replace(year=ends.year, month=ends.month, day=ends.day, hour=0, minute=0, second=0, microsecond=0),
        )
        for need in form.path.needs:
            _prove(actor, right, need, given)
    right.refresh_from_db()
    return right


def _prove(actor: Actor, right: CarriageRight, need: Need, given: dict[str, Any]) -> None:
    file, text = given.get(f"file-{need.name}"), (given.get(f"text-{need.name}") or "").strip()
    if file:
        keeping.attach(actor, right.pk, need=need.name, document=file.read(), file_name=file.name)
    if text:
        as_link = EvidenceKind.LINK in need.kinds and text.lower().startswith(("http://", "https://"))
        as_link = as_link or EvidenceKind.STATEMENT not in need.kinds
        keeping.attach(actor, right.pk, need=need.name, link=text if as_link else "", statement="" if as_link else text)
