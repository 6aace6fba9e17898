"""The table of carriage rights. Only operations write it."""

from __future__ import annotations

from django.db import models

from rightcast.domain.evidence import EvidenceKind
from rightcast.domain.rights import Copies, Instrument, RightStatus
from rightcast.panel.catalogue.models import Channel


class Phase(models.TextChoices):
    """Which turn of a right's term the station has noticed last."""

    UPCOMING = "upcoming"
    RUNNING = "running"
    OVER = "over"


class CarriageRight(models.Model):
    """A recorded right to carry channels; without one in force a channel is carried nowhere."""

    reference = models.CharField(max_length=120, unique=True, help_text="The contract's or licence's own number.")
    licensor = models.CharField(max_length=200, help_text="Who grants it.")
    instrument = models.CharField(
        max_length=32, choices=[(one.value, one.value.replace("_", " ").capitalize()) for one in Instrument]
    )
    status = models.CharField(
        max_length=16, choices=[(one.value, one.name.title()) for one in RightStatus], default=RightStatus.ACTIVE.value
    )
    channels = models.ManyToManyField(Channel, related_name="rights", blank=True)
    collections = models.ManyToManyField("library.Collection", related_name="rights", blank=True)
    titles = models.ManyToManyField("library.Title", related_name="rights", blank=True)
    territories = models.JSONField(default=list, help_text="Two-letter codes, or * for the whole world.")
    starts = models.DateTimeField()
    ends = models.DateTimeField(null=True, blank=True, help_text="Empty: open-ended.")
    start_over = models.BooleanField(default=False, help_text="The running programme may be begun anew, and paused.")
    catchup_h = models.PositiveIntegerField(
        "Catch-up hours", default=0, help_text="For so long after it was on air; 0: not at all."
    )
    recordings = models.CharField(
        max_length=16,
        choices=[(one.value, one.value.replace("_", " ").capitalize()) for one in Copies],
        default=Copies.NONE.value,
        help_text="Private copy: one for each line. Shared copy: one for all.",
    )
    recording_days = models.PositiveIntegerField(default=0, help_text="0: for as long as the right lasts.")
    download = models.BooleanField(default=False, help_text="Recordings may be taken away as files.")
    bounds = models.JSONField(default=dict, blank=True, help_text="What it demands beyond term and residence.")
    terms = models.JSONField(default=dict, blank=True, help_text="What it asks of the station, and who signed it.")
    notes = models.TextField(blank=True)
    recorded = models.DateTimeField(editable=False)
    prepared_by = models.JSONField(default=list, editable=False, help_text="Hands that wrote it, as `staff:7`.")
    approved_by = models.CharField(max_length=32, blank=True, editable=False)
    suspended_by = models.CharField(max_length=32, blank=True, editable=False)
    phase = models.CharField(max_length=16, choices=Phase.choices, default=Phase.UPCOMING, editable=False)

    class Meta:
        ordering = ["reference"]

    def __str__(self) -> str:
        return self.reference


class Evidence(models.Model):
    """One piece of what a right is proven by; its document is a file of the data folder named by `sha256`."""

    right = models.ForeignKey(CarriageRight, on_delete=models.CASCADE, related_name="evidence")
    need = models.CharField(max_length=32)
    kind = models.CharField(max_length=16, choices=[(one.value, one.value.title()) for one in EvidenceKind])
    text = models.TextField(blank=True, help_text="The name of the file, the address, or the statement.")
    sha256 = models.CharField(max_length=64, blank=True)
    size_bytes = models.PositiveIntegerField(default=0)
    added = models.DateTimeField()
    added_by = models.CharField(max_length=32)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text[:80]


class CalendarRow(models.Model):
    """An address at which the calendar of windows is read. Its secret is nowhere: only its digest is."""

    name = models.CharField(max_length=80, help_text="Who reads it.")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        verbose_name = "calendar of windows"
        verbose_name_plural = "calendars of windows"

    def __str__(self) -> str:
        return self.name
