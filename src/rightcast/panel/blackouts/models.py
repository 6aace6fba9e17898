"""The table of blackouts. Only operations write it."""

from __future__ import annotations

from django.db import models

from rightcast.domain.blackouts import Instead
from rightcast.panel.catalogue.models import Channel


class Blackout(models.Model):
    """Channels that an audience may not see for a while. Past ones stay: they keep the past dark.

    `source` is empty for one typed by hand; otherwise the id of the media point that it was read from, and
    `source_updated` the provider's own date of it.
    """

    name = models.CharField(max_length=200)
    channels = models.ManyToManyField(Channel, related_name="blackouts")
    starts = models.DateTimeField(db_index=True)
    ends = models.DateTimeField(null=True, blank=True, help_text="Empty: until it is lifted.")
    audience = models.JSONField(default=dict, help_text="Whom it concerns; empty: everybody.")
    instead = models.CharField(
        max_length=16, choices=[(one.value, one.value.capitalize()) for one in Instead], default=Instead.NOTHING.value
    )
    instead_channel = models.ForeignKey(Channel, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    max_height = models.PositiveIntegerField(default=0, help_text="Pictures of up to so many lines stay allowed.")
    begins_by = models.JSONField(null=True, blank=True, help_text="A signal in the stream that it waits for.")
    ends_by = models.JSONField(null=True, blank=True, help_text="A signal in the stream that ends it.")
    lasts_s = models.FloatField(default=0.0, help_text="How long it lasts from its signal; 0: until another ends it.")
    latest = models.DateTimeField(null=True, blank=True, help_text="When it begins though no signal has come.")
    spells = models.JSONField(default=list, blank=True, help_text="When signals had it in force.")
    only_past = models.BooleanField(default=False, help_text="The live picture stays; the past is dark.")
    kept_from = models.DateTimeField(null=True, blank=True)
    kept_until = models.DateTimeField(null=True, blank=True)
    source = models.CharField(max_length=400, blank=True, db_index=True)
    source_updated = models.CharField(max_length=40, blank=True)
    recorded = models.DateTimeField(editable=False)

    class Meta:
        ordering = ["-starts", "id"]

    def __str__(self) -> str:
        return self.name


class Schedule(models.Model):
    """A provider's document as it was taken in, so that nothing of it is lost."""

    digest = models.CharField(max_length=64, unique=True)
    imported = models.DateTimeField(editable=False)
    body = models.BinaryField()

    class Meta:
        ordering = ["-imported", "id"]

    def __str__(self) -> str:
        return self.digest
