"""The table of cases. Only operations write it."""

from __future__ import annotations

from django.db import models

from rightcast.panel.catalogue.models import Channel


class Case(models.Model):
    """What one matter is about: its number ties channels, a span of time, agreements and what others file under it."""

    number = models.CharField(max_length=80, unique=True, help_text="Your own, a court's or an authority's number.")
    title = models.CharField(max_length=200, blank=True, help_text="In a few words.")
    channels = models.ManyToManyField(Channel, related_name="cases", blank=True)
    since = models.DateTimeField("from", null=True, blank=True, help_text="UTC. Empty: from the beginning.")
    until = models.DateTimeField(null=True, blank=True, help_text="UTC. Empty: until the pack is made.")
    opened = models.DateTimeField(editable=False)

    class Meta:
        ordering = ["-opened", "-id"]

    def __str__(self) -> str:
        return self.number
